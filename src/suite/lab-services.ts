// What the realservers of a lab run once it is up: on the ports of measured services those services, if this machine has
// their daemons; on every other TCP port of the conf a service that answers with the realserver's hostname. Processes of
// the lab's own namespaces, so they end with it. What needs no daemon one process serves for all realservers: a lab of
// many stands sooner, and in less memory.

import { readFileSync } from 'node:fs';
import { enterNamespace, type Lab, type LabMachine, labLogFile, namespacePath } from '../lab/mod.ts';
import { type Ipv4, LvskitError } from '../model/mod.ts';
import { inNetworkNamespace, ownLauncher, startDaemon } from '../system/mod.ts';
import { type LabService, type ServedProtocol, serviceAt } from './service-ports.ts';

/** On two CPUs sixty-four realservers with a daemon each need about ten seconds. */
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 20;

/** A port of a service, at one of its realservers. */
export interface ServedPort {
  readonly machine: string;
  readonly hostname: string;
  readonly namespace: string;
  readonly protocol: ServedProtocol;
  readonly port: number;
  /** Without it, hostnames. */
  readonly service: LabService | undefined;
}

export function servedPorts(lab: Lab): ServedPort[] {
  const { cluster, machines } = lab.plan;
  const ports = cluster.services
    .flatMap(({ protocol, servers }) => servers.map((server) => ({ ...server, protocol })))
    .flatMap(({ address, protocol, port }) => {
      const machine = cluster.machines.find((each) => each.nics.some((nic) => nic.address === address));
      const namespace = machines.find((each) => each.name === machine?.name)?.namespace;
      if (machine === undefined || namespace === undefined) return [];
      const service = serviceAt(protocol, port);
      // Only on TCP is there a service that just says its name.
      if (protocol === 'sctp' || (service === undefined && protocol === 'udp')) return [];
      return [{ machine: machine.name, hostname: machine.hostname, namespace, protocol, port, service }];
    });
  return [...new Map(ports.map((served) => [`${served.machine} ${served.protocol} ${served.port}`, served])).values()];
}

/** Whether `lvskit serve lab` listens for it, one process for all realservers. */
export function isShared({ service }: ServedPort): boolean {
  return service?.isStartedOnDemand ?? service === undefined;
}

/** Of /proc/net: TCP sockets that listen, UDP sockets that are bound. */
const LISTENING = { tcp: '0A', udp: '07' } as const;

/** Local ports that something listens on in the namespace that we are in. */
export function listeningPorts(protocol: ServedProtocol): Set<number> {
  const rows = [protocol, `${protocol}6`].flatMap((table) => {
    try {
      return readFileSync(`/proc/thread-self/net/${table}`, 'utf8').split('\n').slice(1);
    } catch {
      return []; // no IPv6 here
    }
  });
  const listening = rows.map((row) => row.trim().split(/\s+/)).filter((fields) => fields[3] === LISTENING[protocol]);
  return new Set(listening.map((fields) => Number.parseInt(fields[1]?.split(':')[1] ?? '', 16)));
}

function isListening({ namespace, protocol, port }: ServedPort): boolean {
  return inNetworkNamespace(namespacePath(namespace), () => listeningPorts(protocol).has(port));
}

/** Starts the services of a lab whose links stand; {@link untilListening} awaits them. */
export function startLabServices(lab: Lab): readonly ServedPort[] {
  const served = servedPorts(lab);
  if (served.some(isShared)) {
    startInside(lab, lab.plan.switchNamespace, [...ownLauncher(), 'serve', 'lab', lab.plan.name]);
  }
  startProcesses(
    lab,
    served.filter((each) => !isShared(each)),
    [],
  );
  return served;
}

/**
 * Starts services on a realserver, whatever the conf says, on one CPU if it is given. Resolves when all take connections. Throws
 * LAB_SERVICE_DEAD.
 */
export async function startServicesOn(
  lab: Lab,
  machine: LabMachine,
  services: readonly LabService[],
  { cpu, signal }: { readonly cpu?: number; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  const { name, namespace } = machine;
  const served = services.map((service) => {
    const { protocol, port } = service;
    return { machine: name, hostname: name, namespace, protocol, port, service };
  });
  startProcesses(lab, served, cpu === undefined ? [] : ['taskset', '-c', String(cpu)]);
  await untilListening(lab, served, signal);
}

function startProcesses(lab: Lab, served: readonly ServedPort[], prefix: readonly string[]): void {
  const started = new Set<string>();
  for (const { namespace, port, service } of served) {
    if (service === undefined) continue;
    const mainPort = service.mainPort ?? port;
    const identity = `${namespace} ${service.name} ${mainPort}`;
    if (started.has(identity)) continue;
    started.add(identity);
    const allowed = service.isTrusting ? ['--allow', ...addressesOf(lab)] : [];
    startInside(lab, namespace, [...prefix, ...commandOf(service, mainPort), ...allowed]);
  }
}

function commandOf({ name, words = [] }: LabService, port: number): readonly string[] {
  return [...ownLauncher(), 'serve', name, '--port', String(port), ...words];
}

/** Starts a service as a process of its realserver that takes over the socket on which somebody listens for it. */
export function startWithListener(lab: Lab, { namespace, port }: ServedPort, service: LabService, fd: number): void {
  startInside(lab, namespace, commandOf(service, port), fd);
}

/** Resolves when all of these take connections. Throws LAB_SERVICE_DEAD. */
export async function untilListening(lab: Lab, served: readonly ServedPort[], signal?: AbortSignal): Promise<void> {
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  for (const service of served) {
    while (!isListening(service)) {
      signal?.throwIfAborted();
      if (performance.now() > deadlineMs) throw serviceDead(lab, service);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

function startInside(lab: Lab, namespace: string, command: readonly string[], listener?: number): void {
  startDaemon([...enterNamespace(namespace), ...command], labLogFile(lab.plan.name), listener);
}

/** Of all its machines: any of them can be a client. */
function addressesOf(lab: Lab): readonly Ipv4[] {
  return lab.plan.cluster.machines.flatMap(({ nics }) => nics.map(({ address }) => address));
}

function serviceDead(lab: Lab, { machine, protocol, port }: ServedPort): LvskitError {
  const { name } = lab.plan;
  return new LvskitError(
    'LAB_SERVICE_DEAD',
    `lab ${name}: nothing has begun to listen on ${protocol} port ${port} of ${machine}`,
    {
      fields: { lab: name, machine, protocol, port },
      remedy: `see what it said in ${labLogFile(name)}`,
    },
  );
}
