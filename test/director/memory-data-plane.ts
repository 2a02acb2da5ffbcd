// A data plane in memory for tests: it keeps the table, the settings and the counts that tests set, and forwards
// nothing.

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
  SyncDaemon,
  SyncDaemonSettings,
  SyncRole,
  Timeouts,
} from '../../src/director/mod.ts';
import {
  isMarkKey,
  isSameService,
  noSuchInterface,
  resolveSyncDaemon,
  syncDaemonStopped,
} from '../../src/director/mod.ts';
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

/** Interfaces and their MTUs. */
const INTERFACES = new Map([
  ['d0', 1500],
  ['d1', 1600],
  ['b', 1600],
]);

export class MemoryDataPlane implements DataPlane {
  readonly connectionTableSize = 4096;
  readonly schedulers: readonly SchedulerName[];
  table: ServiceTable = [];
  connections: readonly Connection[] = [];
  timeouts: Timeouts = { tcpS: 900, tcpFinS: 120, udpS: 300 };
  syncDaemons: readonly SyncDaemon[] = [];
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

  readTimeouts(): Timeouts {
    return this.timeouts;
  }

  setTimeouts(timeouts: Partial<Timeouts>): void {
    this.timeouts = { ...this.timeouts, ...timeouts };
  }

  readSyncDaemons(): readonly SyncDaemon[] {
    return this.syncDaemons;
  }

  startSyncDaemon(settings: SyncDaemonSettings): void {
    const mtu = INTERFACES.get(settings.interface);
    if (mtu === undefined) throw noSuchInterface(settings.interface);
    const daemon = resolveSyncDaemon(settings, this.syncDaemons, mtu);
    this.syncDaemons = daemon.role === 'master' ? [daemon, ...this.syncDaemons] : [...this.syncDaemons, daemon];
  }

  stopSyncDaemon(role: SyncRole): void {
    const others = this.syncDaemons.filter((daemon) => daemon.role !== role);
    if (others.length === this.syncDaemons.length) throw syncDaemonStopped(role);
    this.syncDaemons = others;
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

function keyOf(service: ServiceKey, server: Endpoint | undefined): string {
  const name = isMarkKey(service)
    ? `${service.mark} ${service.family}`
    : `${service.protocol} ${service.address}:${service.port}`;
  return `${name} ${server === undefined ? '' : `${server.address}:${server.port}`}`;
}
