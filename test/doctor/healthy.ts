// The facts of a cluster that is as its plan says, without a machine of it: what each machine would say.

import { loadCluster } from '../../src/conf/mod.ts';
import { type HostPlan, planHost, serviceTableOf } from '../../src/director/mod.ts';
import { expectedHop } from '../../src/doctor/expected.ts';
import type { LinkFacts, MachineFacts, ProbeFacts, RouteDecision } from '../../src/doctor/facts.ts';
import type { Examination } from '../../src/doctor/finding.ts';
import { serversOf } from '../../src/doctor/probe.ts';
import type { Cluster, Ipv4, Machine } from '../../src/model/mod.ts';

const KERNEL = { decapsulator: 'lvskit', dummyDevices: false } as const;

export function exampleOf(name: string): Cluster {
  const confFile = new URL(`../../examples/${name}.conf`, import.meta.url).pathname;
  return loadCluster({ confFile, hostsFile: undefined });
}

export function healthy(cluster: Cluster): Examination {
  const plans = cluster.machines.map((machine) => planHost(machine, cluster, KERNEL));
  const facts = cluster.machines.map((machine, index) => [
    machine.name,
    factsOf(machine, cluster, plans[index] as HostPlan),
  ]);
  return {
    cluster,
    plans: new Map(plans.map((plan) => [plan.machine, plan])),
    facts: new Map(facts as [string, MachineFacts][]),
    probes: healthyProbes(cluster),
  };
}

function factsOf(machine: Machine, cluster: Cluster, { steps }: HostPlan): MachineFacts {
  const addresses = [
    cluster.vip.address,
    ...cluster.machines.flatMap(({ nics }) => nics.map(({ address }) => address)),
  ];
  const sysctls = steps.flatMap((step) => (step.kind === 'sysctl' ? [[step.key, step.value] as const] : []));
  const ports = serversOf(cluster).filter((server) => server.machine.name === machine.name);
  return {
    links: linksOf(machine, cluster, steps),
    decisions: new Map(addresses.flatMap((address) => decide(machine, cluster, address))),
    routes: machine.routes.map(({ destination, via, device }) => ({
      destination: destination === 'default' ? destination : `${destination.base}/${destination.prefixLength}`,
      device,
      gateway: via,
    })),
    neighbours: [],
    sysctls: new Map(sysctls),
    listeners: ports.map(({ port }) => ({ address: '0.0.0.0', port })),
    filterRules: [],
    checksumErrors: 0,
    decapsulating: cluster.method === 'tun' ? machine.nics.map(({ device }) => device) : undefined,
    director:
      machine.role === 'director'
        ? {
            state: 'up',
            nics: machine.nics.map(({ device }) => ({ device, attached: true })),
            services: serviceTableOf(cluster),
          }
        : undefined,
  };
}

function linksOf({ name, nics }: Machine, { vip }: Cluster, steps: HostPlan['steps']): readonly LinkFacts[] {
  const held = steps.flatMap((step) => (step.kind === 'address' ? [step] : []));
  const addressesOn = (device: string) =>
    held
      .filter((step) => step.device === device)
      .map(({ prefixLength, label = device }) => ({ address: vip.address as string, prefixLength, label }));
  return [
    { device: 'lo', up: true, mtuBytes: 65536, mac: '00:00:00:00:00:00', addresses: addressesOn('lo') },
    ...nics.map(({ device, address, prefixLength }) => ({
      device,
      up: true,
      mtuBytes: 1500,
      mac: macOf(name, device),
      addresses: [{ address: address as string, prefixLength, label: device }, ...addressesOn(device)],
    })),
  ];
}

export function macOf(machine: string, device: string): string {
  return `mac of ${machine}:${device}`;
}

function decide(machine: Machine, cluster: Cluster, address: Ipv4): readonly (readonly [string, RouteDecision])[] {
  const own = machine.nics.some((nic) => nic.address === address);
  if (own || (machine.vip !== undefined && address === cluster.vip.address)) {
    return [[address, { destination: address, local: true, device: 'lo', gateway: undefined }]];
  }
  const hop = expectedHop(machine, address);
  return hop === undefined ? [] : [[address, { destination: address, local: false, ...hop }]];
}

function healthyProbes(cluster: Cluster): ProbeFacts {
  const tcp = cluster.services.filter(({ protocol }) => protocol === 'tcp');
  const well = { refused: 0, unanswered: 0 };
  return {
    throughVip: tcp.map(({ address, port }) => ({ address, port, connected: 4, ...well })),
    toServers: serversOf(cluster).map(({ machine, address, port }) => {
      return { machine: machine.name, address, port, connected: 1, ...well };
    }),
    vipAnswers: [],
    fullSize: cluster.method === 'tun' ? { port: 23, bytes: 1448, arrived: true } : undefined,
    badChecksums: new Map(),
  };
}

/** The same with one machine's facts changed. */
export function withFacts(
  examination: Examination,
  machine: string,
  change: (facts: MachineFacts) => Partial<MachineFacts>,
): Examination {
  const facts = examination.facts.get(machine);
  if (facts === undefined) throw new Error(`no machine ${machine}`);
  return { ...examination, facts: new Map([...examination.facts, [machine, { ...facts, ...change(facts) }]]) };
}

export function withProbes(examination: Examination, change: Partial<ProbeFacts>): Examination {
  return { ...examination, probes: { ...(examination.probes as ProbeFacts), ...change } };
}

export function withSysctl(examination: Examination, machine: string, key: string, value: string): Examination {
  return withFacts(examination, machine, ({ sysctls }) => ({ sysctls: new Map([...sysctls, [key, value]]) }));
}

export function withDecision(
  examination: Examination,
  machine: string,
  address: string,
  hop: { readonly device: string; readonly gateway?: string } | undefined,
): Examination {
  return withFacts(examination, machine, ({ decisions }) => {
    const others = [...decisions].filter(([destination]) => destination !== address);
    if (hop === undefined) return { decisions: new Map(others) };
    const { device, gateway } = hop;
    return { decisions: new Map([...others, [address, { destination: address, local: false, device, gateway }]]) };
  });
}
