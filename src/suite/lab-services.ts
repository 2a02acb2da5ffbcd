// What the realservers of a lab run once it is up: on NetPIPE's port a netpipe receiver, on http's nginx if this machine
// has it, on every other TCP port of the conf a service that answers with the realserver's hostname. Processes of the lab's own namespaces, so they end
// with it.

import { readFileSync } from 'node:fs';
import { type Lab, labLogFile, namespacePath, readLab } from '../lab/mod.ts';
import { serveLineOn } from '../measure/mod.ts';
import { type Ipv4, LvskitError } from '../model/mod.ts';
import { hasProgram, inNetworkNamespace, listenTcp, ownLauncher, startDaemon } from '../system/mod.ts';
import { NETPIPE_PORT } from './systems.ts';

const ANY_ADDRESS = '0.0.0.0' as Ipv4;

/** IANA's port of http. */
const HTTP_PORT = 80;

/** Sixty-four of them start on two CPUs in about ten seconds. */
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 20;

/** A TCP port of a service, at one of its realservers. */
interface ServedPort {
  readonly machine: string;
  readonly hostname: string;
  readonly namespace: string;
  readonly port: number;
}

function servedPorts(lab: Lab): ServedPort[] {
  const { cluster, machines } = lab.plan;
  const ports = cluster.services
    .filter((service) => service.protocol === 'tcp')
    .flatMap((service) => service.servers)
    .flatMap(({ address, port }) => {
      const machine = cluster.machines.find((each) => each.nics.some((nic) => nic.address === address));
      const namespace = machines.find((each) => each.name === machine?.name)?.namespace;
      if (machine === undefined || namespace === undefined) return [];
      return [{ machine: machine.name, hostname: machine.hostname, namespace, port }];
    });
  return [...new Map(ports.map((served) => [`${served.machine}:${served.port}`, served])).values()];
}

/** Local ports that something listens on in the namespace that we are in: state 0A of /proc/net/tcp and tcp6. */
function listeningPorts(): Set<number> {
  const rows = ['tcp', 'tcp6'].flatMap((table) => {
    try {
      return readFileSync(`/proc/thread-self/net/${table}`, 'utf8').split('\n').slice(1);
    } catch {
      return []; // no IPv6 here
    }
  });
  const listening = rows.map((row) => row.trim().split(/\s+/)).filter((fields) => fields[3] === '0A');
  return new Set(listening.map((fields) => Number.parseInt(fields[1]?.split(':')[1] ?? '', 16)));
}

type Service = 'netpipe' | 'http' | 'line';

function serviceAt(port: number): Service {
  if (port === NETPIPE_PORT) return 'netpipe';
  return port === HTTP_PORT && hasProgram('nginx') ? 'http' : 'line';
}

function isListening({ namespace, port }: ServedPort): boolean {
  return inNetworkNamespace(namespacePath(namespace), () => listeningPorts().has(port));
}

/** Starts the services of a lab that stands, and resolves when all of them take connections. Throws LAB_SERVICE_DEAD. */
export async function startLabServices(lab: Lab, signal?: AbortSignal): Promise<void> {
  const served = servedPorts(lab);
  const inside = (namespace: string, words: readonly string[]) =>
    startDaemon(
      ['nsenter', `--net=${namespacePath(namespace)}`, '--', ...ownLauncher(), ...words],
      labLogFile(lab.plan.name),
    );
  if (served.some(({ port }) => serviceAt(port) === 'line')) {
    inside(lab.plan.switchNamespace, ['serve', 'lines', lab.plan.name]);
  }
  for (const { namespace, port } of served) {
    const service = serviceAt(port);
    if (service !== 'line') inside(namespace, ['serve', service, '--port', String(port)]);
  }
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  for (const service of served) {
    while (!isListening(service)) {
      signal?.throwIfAborted();
      if (performance.now() > deadlineMs) throw serviceDead(lab, service);
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

function serviceDead(lab: Lab, { machine, port }: ServedPort): LvskitError {
  const { name } = lab.plan;
  return new LvskitError('LAB_SERVICE_DEAD', `lab ${name}: nothing has begun to listen on port ${port} of ${machine}`, {
    fields: { lab: name, machine, port },
    remedy: `see what it said in ${labLogFile(name)}`,
  });
}

/** Listens in the namespaces of a lab's realservers and answers with their hostnames, for as long as we live. */
export function serveLabLines(name: string): void {
  for (const { namespace, hostname, port } of servedPorts(readLab(name))) {
    if (serviceAt(port) !== 'line') continue;
    const listener = inNetworkNamespace(namespacePath(namespace), () => listenTcp({ address: ANY_ADDRESS, port }));
    serveLineOn(listener, hostname);
  }
}
