// The DataPlane interface on the BPF maps of one network namespace. Holds no state of its own: every call reads or
// writes the maps, so that any number of processes see the same.

import {
  type Connection,
  type ConnectionState,
  type DataPlane,
  type ServiceKey,
  type ServiceStatus,
  type ServiceTable,
  TABLE_SCHEDULERS,
} from '../director/mod.ts';
import { ipv4FromNumber } from '../model/mod.ts';
import { withFileLock } from '../system/mod.ts';
import { lvsDirection, lvsDrop, lvsLimits, lvsRate, lvsState, lvsZeroKind } from './abi.ts';
import { ConfigurationChange } from './change.ts';
import { type CpuStats, type RateScale, sumCounters, sumCounts, sumRates } from './counters.ts';
import { type HeldCounts, readHeldCounts } from './held-counts.ts';
import { closeMaps, type Maps } from './maps.ts';
import { formatServiceKey, type InstalledService, protocolOf, readInstalled, tableOf } from './tables.ts';

const STATE_NAMES = new Map(
  Object.entries(lvsState).map(([name, value]) => [value as number, name.replace('LVS_S_', '') as ConnectionState]),
);

const RATE_SCALE: RateScale = {
  periodNs: lvsRate.LVS_RATE_PERIOD_NS,
  fractionBits: lvsRate.LVS_RATE_FRACTION_BITS,
};

/** CLOCK_MONOTONIC, which is what bpf_ktime_get_ns() reads. */
function monotonicNs(): number {
  return Number(process.hrtime.bigint());
}

export class BpfDataPlane implements DataPlane {
  readonly connectionTableSize = lvsLimits.LVS_MAX_FLOWS;
  readonly schedulers = TABLE_SCHEDULERS;
  readonly #maps: Maps;
  readonly #lockFile: string;

  constructor(maps: Maps, lockFile: string) {
    this.#maps = maps;
    this.#lockFile = lockFile;
  }

  readStatus(): readonly ServiceStatus[] {
    const nowNs = monotonicNs();
    const held = readHeldCounts(this.#maps.flows);
    return readInstalled(this.#maps).map((service) => this.#statusOf(service, nowNs, held));
  }

  #statusOf(service: InstalledService, nowNs: number, held: HeldCounts): ServiceStatus {
    const { id } = service.raw;
    const stats = this.#maps.serviceStats.get({ value: id }) ?? [];
    return {
      entry: service.entry,
      counters: sumCounters(stats, held.services.get(id), this.#zeroOf(lvsZeroKind.LVS_ZERO_SERVICE, id)),
      rates: sumRates(stats, nowNs, RATE_SCALE),
      servers: service.entry.servers.map((entry, position) => {
        const id = service.serverIds[position] ?? 0;
        const cpus: readonly CpuStats[] = this.#maps.serverStats.get({ value: id }) ?? [];
        const counts = this.#maps.connectionCounts.get({ value: id });
        return {
          entry,
          activeConnections: counts?.active ?? 0,
          inactiveConnections: counts?.inactive ?? 0,
          persistentConnections: counts?.persistent ?? 0,
          counters: sumCounters(cpus, held.servers.get(id), this.#zeroOf(lvsZeroKind.LVS_ZERO_SERVER, id)),
          rates: sumRates(cpus, nowNs, RATE_SCALE),
        };
      }),
    };
  }

  #zeroOf(kind: number, id: number): readonly number[] | undefined {
    return this.#maps.zeroes.get({ kind, id })?.count;
  }

  readConnections(): readonly Connection[] {
    const nowNs = monotonicNs();
    const timeouts = this.#maps.config.get({ value: 0 })?.timeout_s ?? [];
    const connections: Connection[] = [];
    const flows = [...this.#maps.flows.entries()];
    const repliesSeenNs = new Map(
      flows
        .filter(({ value }) => value.direction === lvsDirection.LVS_TO_CLIENT)
        .map(({ value }) => [JSON.stringify(value.peer), value.last_seen_ns]),
    );
    for (const { key, value } of flows) {
      const state = STATE_NAMES.get(value.state);
      if (value.direction !== lvsDirection.LVS_TO_SERVER || value.state >= lvsState.LVS_S_COUNT || !state) continue;
      const seenNs = Math.max(value.last_seen_ns, repliesSeenNs.get(JSON.stringify(key)) ?? 0);
      const expiresNs = seenNs + (timeouts[value.state] ?? 0) * 1e9;
      connections.push({
        protocol: protocolOf(key.protocol),
        state,
        expiresMs: Math.max(0, (expiresNs - nowNs) / 1e6),
        client: { address: ipv4FromNumber(key.src), port: key.sport },
        virtual: { address: ipv4FromNumber(key.dst), port: key.dport },
        server: { address: ipv4FromNumber(value.to_addr), port: value.to_port },
      });
    }
    return connections;
  }

  update(change: (table: ServiceTable) => ServiceTable): void {
    withFileLock(this.#lockFile, () => {
      const installed = readInstalled(this.#maps);
      const before = tableOf(installed);
      const after = change(before);
      if (after !== before) new ConfigurationChange(this.#maps, installed).apply(after);
    });
  }

  zeroCounters(key?: ServiceKey): void {
    withFileLock(this.#lockFile, () => {
      const held = readHeldCounts(this.#maps.flows);
      for (const service of readInstalled(this.#maps)) {
        if (key !== undefined && formatServiceKey(key) !== formatServiceKey(service.entry)) continue;
        const { id } = service.raw;
        const stats = this.#maps.serviceStats.get({ value: id });
        this.#zero(lvsZeroKind.LVS_ZERO_SERVICE, id, stats, held.services.get(id));
        for (const id of service.serverIds) {
          const stats = this.#maps.serverStats.get({ value: id });
          this.#zero(lvsZeroKind.LVS_ZERO_SERVER, id, stats, held.servers.get(id));
        }
      }
    });
  }

  #zero(kind: number, id: number, cpus: readonly CpuStats[] | undefined, held: readonly number[] | undefined): void {
    if (cpus !== undefined) this.#maps.zeroes.set({ kind, id }, { count: sumCounts(cpus, held) });
  }

  /** For processes that look at several directors; afterwards nothing else may be called. */
  close(): void {
    closeMaps(this.#maps);
  }

  /** Entries of the connection table in use; a VS-NAT connection takes two. */
  countFlows(): number {
    let count = 0;
    for (const _ of this.#maps.flows.rawValues()) count++;
    return count;
  }

  /** Dropped packets by reason: `NO_SERVER`, `TABLE_FULL`, … Reasons without packets are there too. */
  readDrops(): ReadonlyMap<string, number> {
    return new Map(
      Object.entries(lvsDrop)
        .filter(([, value]) => value < lvsDrop.LVS_DROP_COUNT)
        .map(([name, value]) => {
          const cpus = this.#maps.drops.get({ value }) ?? [];
          return [name.replace('LVS_DROP_', ''), cpus.reduce((sum, cpu) => sum + cpu.value, 0)];
        }),
    );
  }
}
