// A virtual server that stands on hosts, with clients of its own: two agents on each client, one that transfers and one that
// counts, and one that counts on every other machine that can be reached. Windows are told to each by its own clock. What
// could not be counted is in the window as such, with the reason.

import type { Agent, ResultOf } from '../agent/mod.ts';
import { type DirectorCounters, directorCountersSince } from '../dataplane/mod.ts';
import type { HostClock, Ipv4, LostClient, Role, ScaleHost, UnreadMachine } from '../model/mod.ts';
import {
  type MeasuredWindow,
  timesOf,
  transferInWindow,
  type WindowBed,
  type WindowOptions,
  type WindowTimes,
} from './client-windows.ts';
import { boundBetween, type ClockOffset, measureClock } from './clocks.ts';

/** A machine whose counters are read. */
export interface Counted {
  readonly machine: string;
  readonly role: Role;
  readonly agent: Agent;
  readonly cpuCount: number;
  /** Its NICs, as `machine.window` is told. */
  readonly nics: { readonly addresses: readonly Ipv4[]; readonly towards?: Ipv4 };
}

export interface HostsBedParts {
  /** Where clients connect to. */
  readonly target: Ipv4;
  /** Those that transfer. */
  readonly clients: readonly Agent[];
  readonly counted: readonly Counted[];
  /** `Machine.name` of every realserver. */
  readonly realservers: readonly string[];
  /** Machines that are not among the counted ones. */
  readonly unread: readonly UnreadMachine[];
  /** All machines, for the run's description. */
  readonly hosts: readonly ScaleHost[];
}

type Clocks = ReadonlyMap<Agent, ClockOffset>;
type Load = ResultOf<'machine.window'>;
type Reading<T> = { readonly value: T } | { readonly why: string };

/** Of a window; a host that counts for less of it was too busy to look at its clock. */
const COUNTED_SHARE = 0.9;

export class HostsBed implements WindowBed {
  readonly hosts: readonly ScaleHost[];
  readonly unread: readonly UnreadMachine[];
  readonly #parts: HostsBedParts;
  /** Agents that have not answered once, and why: they are not waited for again. */
  readonly #gone = new Map<Agent, string>();

  constructor(parts: HostsBedParts) {
    this.#parts = parts;
    this.hosts = parts.hosts;
    this.unread = parts.unread;
  }

  async window(options: WindowOptions): Promise<MeasuredWindow> {
    const { target, counted } = this.#parts;
    const clients = this.#parts.clients.slice(0, options.clients);
    const agents = [...clients, ...counted.map(({ agent }) => agent)];
    // Clocks go apart, so they are compared again for each window, before it and after it.
    const clocks = await this.#measureClocks(agents);
    // Connections that are kept are made before the window.
    const directorBefore = await this.#readDirector();
    const orders = clients.flatMap((agent) => {
      const clock = clocks.get(agent);
      return clock === undefined ? [] : [{ agent, offsetNs: clock.offsetNs, target }];
    });
    const times = timesOf(options, clients.length);
    const [transferred, loads] = await Promise.all([
      transferInWindow(orders, times, options),
      this.#countIn(times, clocks),
    ]);
    for (const { client, why } of transferred.lost) this.#lose(clients, client, why);
    const director = carriedBetween(directorBefore, await this.#readDirector());
    const clocksAfter = await this.#measureClocks(agents);
    options.signal?.throwIfAborted();
    const lost = clients.flatMap((agent): LostClient[] => {
      const why = this.#gone.get(agent);
      return why === undefined ? [] : [{ client: agent.host, why }];
    });
    const isLost = new Set(lost.map(({ client }) => client));
    const known = agents.filter((agent) => !this.#gone.has(agent));
    const seen = clocksOf(known, clocks, clocksAfter);
    return {
      clients: clients.length,
      sizeBytes: options.sizeBytes,
      synchronised: options.synchronised,
      seconds: (times.endNs - times.startNs) / 1e9,
      shares: transferred.shares.filter(({ client }) => !isLost.has(client)),
      lost,
      ...this.#summarise(loads, director),
      clockOffsetNs: Math.max(0, ...seen.map(({ offsetNs }) => Math.abs(offsetNs))),
      clockBoundNs: Math.max(0, ...seen.map(({ boundNs }) => boundNs)),
      clocks: seen,
    };
  }

  async stop(): Promise<void> {
    const { clients, counted } = this.#parts;
    await Promise.all([...clients, ...counted.map(({ agent }) => agent)].map((agent) => agent.close()));
  }

  /** Of those that answer. */
  async #measureClocks(agents: readonly Agent[]): Promise<Clocks> {
    const asked = agents.filter((agent) => !this.#gone.has(agent));
    const outcomes = await Promise.allSettled(asked.map((agent) => measureClock(agent)));
    const clocks = new Map<Agent, ClockOffset>();
    for (const [index, outcome] of outcomes.entries()) {
      const agent = asked[index] as Agent;
      if (outcome.status === 'fulfilled') clocks.set(agent, outcome.value);
      else this.#gone.set(agent, (outcome.reason as Error).message);
    }
    return clocks;
  }

  #lose(clients: readonly Agent[], name: string, why: string): void {
    const agent = clients.find(({ host }) => host === name);
    if (agent !== undefined) this.#gone.set(agent, why);
  }

  /** Of every machine that has a clock. */
  async #countIn(times: WindowTimes, clocks: Clocks): Promise<ReadonlyMap<Counted, Reading<Load>>> {
    const { startNs, endNs, patienceMs } = times;
    const read = this.#parts.counted.map(async (counted): Promise<readonly [Counted, Reading<Load>]> => {
      const { agent, nics } = counted;
      const clock = clocks.get(agent);
      if (clock === undefined) return [counted, { why: this.#gone.get(agent) ?? 'it has no clock' }];
      const window = { startNs: startNs + clock.offsetNs, endNs: endNs + clock.offsetNs };
      const order = { ...window, addresses: [...nics.addresses], ...(nics.towards && { towards: nics.towards }) };
      const load = await readingOf(agent.call('machine.window', order, { timeoutMs: patienceMs }));
      const isWhole = 'why' in load || load.value.elapsedNs >= COUNTED_SHARE * (endNs - startNs);
      return [counted, isWhole ? load : { why: 'it was too busy to count for the whole of the window' }];
    });
    return new Map(await Promise.all(read));
  }

  /** Nothing where the director is not among the counted ones: that is told already. */
  async #readDirector(): Promise<Reading<DirectorCounters> | undefined> {
    const director = this.#parts.counted.find(({ role }) => role === 'director');
    if (director === undefined) return undefined;
    const gone = this.#gone.get(director.agent);
    if (gone !== undefined) return { why: gone };
    const reading = await readingOf(director.agent.call('director.counters', {}));
    if ('why' in reading) return reading;
    const { counters } = reading.value;
    return counters === undefined ? { why: 'no director of lvskit is to be seen there' } : { value: counters };
  }

  #summarise(loads: ReadonlyMap<Counted, Reading<Load>>, director: Reading<DirectorCounters> | undefined) {
    const read = [...loads].flatMap(([counted, load]) => ('why' in load ? [] : [{ ...counted, load: load.value }]));
    const servers = read.filter(({ role }) => role === 'realserver');
    const busiest = read.toSorted((a, b) => b.load.cpuShare - a.load.cpuShare)[0]?.load;
    const processes = servers.flatMap(({ load }) => load.processCpuShare ?? []);
    const unread = [
      ...this.unread,
      ...[...loads].flatMap(([{ machine }, load]) => ('why' in load ? [{ machine, why: load.why }] : [])),
      ...(director !== undefined && 'why' in director ? [{ machine: 'director', why: director.why }] : []),
      ...servers.flatMap(({ machine, load }) =>
        load.processCpuShare === undefined ? [{ machine, why: 'only root sees the CPU time of its processes' }] : [],
      ),
    ];
    const carried = director !== undefined && 'value' in director ? director.value : undefined;
    return {
      links: read.flatMap(({ machine, load }) =>
        load.links.map(({ device, ...bytes }) => ({
          link: `${machine}:${device}`,
          ...bytes,
          seconds: load.elapsedNs / 1e9,
        })),
      ),
      connections: carried?.connections ?? {},
      newConnections:
        servers.length < this.#parts.realservers.length
          ? undefined
          : servers.reduce((sum, { load }) => sum + load.accepted, 0),
      drops: carried?.drops,
      machineCpuShare: busiest?.cpuShare,
      softirqCpuShare: busiest?.softirqCpuShare,
      serverCpuShare: processes.length === 0 ? undefined : Math.max(...processes),
      hosts: read.map(({ machine, cpuCount, load: { cpuShare, softirqCpuShare, forwardedShare } }) => ({
        machine,
        cpuCount,
        cpuShare,
        softirqCpuShare,
        forwardedShare,
      })),
      unread: uniqueReasons(unread),
    };
  }
}

async function readingOf<T>(asked: Promise<T>): Promise<Reading<T>> {
  try {
    return { value: await asked };
  } catch (error) {
    return { why: (error as Error).message };
  }
}

function carriedBetween(
  before: Reading<DirectorCounters> | undefined,
  after: Reading<DirectorCounters> | undefined,
): Reading<DirectorCounters> | undefined {
  if (before === undefined || after === undefined) return undefined;
  if ('why' in before) return before;
  return 'why' in after ? after : { value: directorCountersSince(before.value, after.value) };
}

/** One a machine, of its agents' the one that is less sure. */
function clocksOf(agents: readonly Agent[], before: Clocks, after: Clocks): readonly HostClock[] {
  const clocks = agents.flatMap((agent): HostClock[] => {
    const [first, last] = [before.get(agent), after.get(agent)];
    if (first === undefined || last === undefined) return [];
    return [{ machine: agent.host, offsetNs: first.offsetNs, boundNs: boundBetween(first, last) }];
  });
  const byMachine = Map.groupBy(clocks, ({ machine }) => machine);
  return [...byMachine.values()].flatMap((own) => own.toSorted((a, b) => b.boundNs - a.boundNs).slice(0, 1));
}

/** An agent that has ended says so to every question. */
function uniqueReasons(unread: readonly UnreadMachine[]): readonly UnreadMachine[] {
  return [...new Map(unread.map((each) => [`${each.machine} ${each.why}`, each])).values()];
}
