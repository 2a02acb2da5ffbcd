// A data plane in memory for tests: it keeps the table and the counts that tests set, and forwards nothing.

import type {
  Connection,
  Counters,
  DataPlane,
  Endpoint,
  Rates,
  ServerStatus,
  ServiceKey,
  ServiceStatus,
  ServiceTable,
} from '../../src/director/mod.ts';
import { isSameService } from '../../src/director/mod.ts';
import { SCHEDULER_NAMES, type SchedulerName } from '../../src/model/mod.ts';

/** What happened at a server, or at a service as a whole. */
export type Activity = Omit<ServerStatus, 'entry'>;

const NO_COUNTERS: Counters = { connections: 0, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 };
const NO_RATES: Rates = {
  connectionsPerSecond: 0,
  inPacketsPerSecond: 0,
  outPacketsPerSecond: 0,
  inBytesPerSecond: 0,
  outBytesPerSecond: 0,
};
const NO_ACTIVITY: Activity = {
  activeConnections: 0,
  inactiveConnections: 0,
  persistentConnections: 0,
  counters: NO_COUNTERS,
  rates: NO_RATES,
};

export class MemoryDataPlane implements DataPlane {
  readonly connectionTableSize = 4096;
  readonly schedulers: readonly SchedulerName[];
  table: ServiceTable = [];
  connections: readonly Connection[] = [];
  /** How often update() was called. */
  updates = 0;
  readonly #activities = new Map<string, Activity>();

  constructor(schedulers: readonly SchedulerName[] = SCHEDULER_NAMES) {
    this.schedulers = schedulers;
  }

  /** Of one server, or without `server` of the service as a whole. What is not mentioned is 0. */
  setActivity(service: ServiceKey, server: Endpoint | undefined, activity: Partial<Activity>): void {
    this.#activities.set(keyOf(service, server), { ...NO_ACTIVITY, ...activity });
  }

  readStatus(): readonly ServiceStatus[] {
    return this.table.map((entry) => {
      const { counters, rates } = this.#activityOf(entry, undefined);
      const servers = entry.servers.map((server) => ({ entry: server, ...this.#activityOf(entry, server) }));
      return { entry, counters, rates, servers };
    });
  }

  readConnections(): readonly Connection[] {
    return this.connections;
  }

  update(change: (table: ServiceTable) => ServiceTable): void {
    this.updates += 1;
    this.table = change(this.table);
  }

  zeroCounters(service?: ServiceKey): void {
    for (const entry of this.table) {
      if (service !== undefined && !isSameService(entry, service)) continue;
      for (const server of [undefined, ...entry.servers]) {
        this.setActivity(entry, server, { ...this.#activityOf(entry, server), counters: NO_COUNTERS, rates: NO_RATES });
      }
    }
  }

  #activityOf(service: ServiceKey, server: Endpoint | undefined): Activity {
    return this.#activities.get(keyOf(service, server)) ?? NO_ACTIVITY;
  }
}

function keyOf({ protocol, address, port }: ServiceKey, server: Endpoint | undefined): string {
  return `${protocol} ${address}:${port} ${server === undefined ? '' : `${server.address}:${server.port}`}`;
}
