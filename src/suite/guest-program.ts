// Measuring programs of somebody else's, as iperf3 and NPtcp, between the client and a realserver of a lab: a service
// of their own at the director for the time of the run, the server's end started and ended, the client's end at the
// terminal.

import { openDataPlane } from '../dataplane/mod.ts';
import { addServer, addService, deleteService, isMarkKey, type ServiceTable } from '../director/mod.ts';
import { findMachine, type Lab, namespacePath } from '../lab/mod.ts';
import { type Ipv4, LvskitError, type Machine } from '../model/mod.ts';
import {
  type ForegroundOptions,
  type ForegroundResult,
  findProgram,
  inNetworkNamespace,
  type LineProcess,
  runInForeground,
  startLineProcess,
} from '../system/mod.ts';
import { listeningPorts } from './lab-services.ts';

export interface GuestProgram {
  readonly lab: Lab;
  /** By role or hostname; without it the first. */
  readonly realserver: string | undefined;
  /** Where it usually listens: the first port from here on that nobody has is taken. */
  readonly port: number;
  /** The words of each end. A server that binds is to take this address, so that it answers from there. */
  server(address: Ipv4, port: number): readonly string[];
  client(vip: Ipv4, port: number): readonly string[];
}

const PROTOCOLS = ['tcp', 'udp'] as const;
const START_TIMEOUT_MS = 10_000;
const POLL_MS = 20;
/** How long a server has for its own end when its client has ended. */
const FAREWELL_MS = 300;

/** Throws LAB_MACHINE_UNKNOWN, COMMAND_NOT_FOUND, LAB_PROGRAM_DEAD and what {@link runInForeground} does. */
export async function runGuestProgram(guest: GuestProgram, options: ForegroundOptions): Promise<ForegroundResult> {
  const { cluster } = guest.lab.plan;
  const machine = realserverOf(guest);
  const port = freePort(guest, machine);
  const address = cluster.method === 'nat' ? addressOf(machine) : cluster.vip.address;
  const [program = ''] = guest.client(cluster.vip.address, port);
  findProgram(program);
  const server = start(inside(guest.lab, machine.name, guest.server(address, port)));
  try {
    await untilListening(guest, machine, port, server, options.signal);
    changeServices(guest.lab, (table) => withService(table, guest, machine, port));
    try {
      return await runInForeground(inside(guest.lab, 'client', guest.client(cluster.vip.address, port)), options);
    } finally {
      changeServices(guest.lab, (table) => withoutService(table, guest, port));
    }
  } finally {
    await end(server);
  }
}

function realserverOf({ lab, realserver }: GuestProgram): Machine {
  const machines = lab.plan.cluster.machines.filter(({ role }) => role === 'realserver');
  const name = realserver === undefined ? machines[0]?.name : findMachine(lab.plan, realserver).name;
  const machine = machines.find((each) => each.name === name);
  if (machine !== undefined) return machine;
  throw new LvskitError('LAB_MACHINE_NO_REALSERVER', `${realserver} of lab ${lab.plan.name} is no realserver`, {
    fields: { lab: lab.plan.name, machine: realserver },
    remedy: `choose one of: ${machines.map((each) => each.name).join(', ')}`,
  });
}

/** Of the NIC towards the director. */
function addressOf({ nics }: Machine): Ipv4 {
  return (nics[0] as (typeof nics)[number]).address;
}

function inside(lab: Lab, machine: string, argv: readonly string[]): readonly string[] {
  return ['nsenter', `--net=${pathOf(lab, machine)}`, '--', ...argv];
}

function pathOf(lab: Lab, machine: string): string {
  return namespacePath(findMachine(lab.plan, machine).namespace);
}

/** Dies with us, also if we are killed. */
function start([enter = '', ...argv]: readonly string[]): LineProcess {
  return startLineProcess(['setpriv', '--pdeathsig', 'KILL', '--', enter, ...argv], { onLine: () => {} });
}

async function end(server: LineProcess): Promise<void> {
  const farewell = setTimeout(() => server.kill('SIGTERM'), FAREWELL_MS);
  const force = setTimeout(() => server.kill('SIGKILL'), 4 * FAREWELL_MS);
  await server.ended;
  clearTimeout(farewell);
  clearTimeout(force);
}

async function untilListening(
  { lab }: GuestProgram,
  machine: Machine,
  port: number,
  server: LineProcess,
  signal: AbortSignal,
): Promise<void> {
  const path = pathOf(lab, machine.name);
  const deadlineMs = performance.now() + START_TIMEOUT_MS;
  let said: string | undefined;
  server.ended.then(({ stderrLines, startError }) => {
    said = startError?.message ?? (stderrLines.join(' ') || 'it said nothing');
  });
  while (!inNetworkNamespace(path, () => listeningPorts('tcp').has(port))) {
    signal.throwIfAborted();
    if (said !== undefined || performance.now() > deadlineMs) {
      const why = said ?? `nothing listens on port ${port}`;
      throw new LvskitError('LAB_PROGRAM_DEAD', `lab ${lab.plan.name}: the server's end on ${machine.name}: ${why}`, {
        fields: { lab: lab.plan.name, machine: machine.name, port },
        remedy: 'give both ends words that go together',
      });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

function freePort({ lab, port }: GuestProgram, machine: Machine): number {
  const taken = inNetworkNamespace(pathOf(lab, machine.name), () => listeningPorts('tcp'));
  onDirector(lab, (dataPlane) => {
    for (const { entry } of dataPlane.readStatus()) if (!isMarkKey(entry)) taken.add(entry.port);
  });
  let free = port;
  while (taken.has(free)) free++;
  return free;
}

function changeServices(lab: Lab, change: (table: ServiceTable) => ServiceTable): void {
  onDirector(lab, (dataPlane) => dataPlane.update(change));
}

function onDirector(lab: Lab, work: (dataPlane: ReturnType<typeof openDataPlane>) => void): void {
  inNetworkNamespace(pathOf(lab, 'director'), () => {
    const dataPlane = openDataPlane();
    try {
      work(dataPlane);
    } finally {
      dataPlane.close();
    }
  });
}

/** On UDP as well, because iperf3 agrees by TCP to measure it. */
function withService(table: ServiceTable, { lab }: GuestProgram, machine: Machine, port: number): ServiceTable {
  const { method, vip } = lab.plan.cluster;
  const server = { address: addressOf(machine), port, method, weight: 1, upperThreshold: 0, lowerThreshold: 0 };
  return PROTOCOLS.reduce((changed, protocol) => {
    const key = { protocol, address: vip.address, port };
    const settings = { ...key, scheduler: 'rr', schedulerFlags: [], persistence: undefined, onePacket: false } as const;
    return addServer(addService(changed, settings), key, server);
  }, table);
}

function withoutService(table: ServiceTable, { lab }: GuestProgram, port: number): ServiceTable {
  const { address } = lab.plan.cluster.vip;
  return PROTOCOLS.reduce((changed, protocol) => deleteService(changed, { protocol, address, port }), table);
}
