// Resolved cluster → plan of a lab: which namespaces, bridges and links there will be, and what is set in each
// machine. Pure; apply.ts makes it real.

import { type HostPlan, type HostPlanOptions, planHost } from '../director/mod.ts';
import { type Cluster, type Ipv4, ipv4ToNumber, type NicAlias } from '../model/mod.ts';
import { linkUnknownError } from './errors.ts';
import { scaleRealservers } from './scale.ts';
import {
  checkLabName,
  type LabOptions,
  type LinkRate,
  type LinkSettings,
  parseRate,
  resolveLinkSettings,
} from './settings.ts';

/** A cable: a NIC of a machine, and the switch port at its other end. */
export interface LabLink {
  /** `Machine.name` */
  readonly machine: string;
  readonly namespace: string;
  readonly device: string;
  /** Name of the port in the switch namespace; its alias there is `MACHINE:DEVICE`. */
  readonly port: string;
  /** The bridge it is plugged into: a `Network.name`. */
  readonly bridge: string;
  readonly address: Ipv4;
  readonly prefixLength: number;
  readonly aliases: readonly NicAlias[];
  /** Its own, where it is not that of all links. */
  readonly rate?: LinkRate;
  /** Made from the address, so that captures and neighbour tables can be read. */
  readonly mac: string;
}

export interface LabMachine {
  /** `Machine.name` */
  readonly name: string;
  /** LAB-MACHINE */
  readonly namespace: string;
  readonly hostPlan: HostPlan;
}

export interface LabPlan {
  readonly name: string;
  readonly settings: LinkSettings;
  /** As it will stand, with the chosen number of realservers. */
  readonly cluster: Cluster;
  /** The namespace that holds all bridges, so that the host sees none of them. */
  readonly switchNamespace: string;
  readonly machines: readonly LabMachine[];
  readonly links: readonly LabLink[];
}

/**
 * `kernel` says what this machine's kernel offers, see detectKernel.
 * Throws LAB_NAME_INVALID, LAB_MTU_INVALID, LAB_RATE_INVALID and the errors of {@link scaleRealservers}.
 */
export function planLab(cluster: Cluster, options: LabOptions, kernel: HostPlanOptions): LabPlan {
  const { name, realservers } = options;
  checkLabName(name);
  const settings = resolveLinkSettings(options);
  const scaled = realservers === undefined ? cluster : scaleRealservers(cluster, realservers);
  const namespaceOf = (machine: string) => `${name}-${machine}`;
  const machines = scaled.machines.map((machine) => ({
    name: machine.name,
    namespace: namespaceOf(machine.name),
    hostPlan: planHost(machine, scaled, kernel),
  }));
  const nics = scaled.machines.flatMap((machine) => machine.nics.map((nic) => ({ machine: machine.name, nic })));
  const rateOf = rateLookup(
    name,
    nics.map(({ machine, nic }) => `${machine}:${nic.device}`),
    options.linkRates ?? {},
  );
  const links = nics.map(({ machine, nic }, index) => ({
    machine,
    namespace: namespaceOf(machine),
    device: nic.device,
    // Numbered, because `realserver64:eth0` is longer than the 15 characters of a device's name.
    port: `port${index + 1}`,
    bridge: nic.network,
    address: nic.address,
    prefixLength: nic.prefixLength,
    aliases: nic.aliases ?? [],
    ...rateOf(`${machine}:${nic.device}`),
    mac: macOf(nic.address),
  }));
  return { name, settings, cluster: scaled, switchNamespace: namespaceOf('switch'), machines, links };
}

/** The rates of single links by `MACHINE:DEVICE`. Throws LAB_LINK_UNKNOWN, LAB_RATE_INVALID. */
function rateLookup(lab: string, links: readonly string[], rates: Readonly<Record<string, string>>) {
  const unknown = Object.keys(rates).find((link) => !links.includes(link));
  if (unknown !== undefined) throw linkUnknownError(lab, unknown, links);
  return (link: string) => (rates[link] === undefined ? {} : { rate: parseRate(rates[link]) });
}

/** Every namespace of the lab; the switch comes last. */
export function namespacesOf(plan: LabPlan): string[] {
  return [...plan.machines.map((machine) => machine.namespace), plan.switchNamespace];
}

/** 02:00 (locally administered, unicast) and the address's four octets. */
function macOf(address: Ipv4): string {
  const octets = ipv4ToNumber(address).toString(16).padStart(8, '0').match(/../g) ?? [];
  return ['02', '00', ...octets].join(':');
}
