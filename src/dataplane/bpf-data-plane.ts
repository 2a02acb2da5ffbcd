// The DataPlane interface on the BPF maps of one network namespace. Holds no state of its own: every call reads or
// writes the maps, so that any number of processes see the same.

import type {
  Connection,
  DataPlane,
  ServiceKey,
  ServiceStatus,
  ServiceTable,
  Settings,
  StatusQuery,
  SyncDaemon,
  SyncDaemonSettings,
  SyncRole,
  Timeouts,
} from '../director/mod.ts';
import { SCHEDULER_NAMES } from '../model/mod.ts';
import { monotonicNs } from '../system/mod.ts';
import { lvsDrop, lvsLimits, lvsState, lvsZeroKind } from './abi.ts';
import { takeCensus } from './census.ts';
import { readBasis } from './change.ts';
import { hasRecord } from './change-record.ts';
import { decodeSettings, encodeSettings, readConfig } from './config.ts';
import { readConnections } from './connections.ts';
import { type CpuStats, sumCounts } from './counters.ts';
import { closeMaps, type Maps, openMaps } from './maps.ts';
import { settleRealServers } from './real-servers.ts';
import { type StateDirectory, tablesOf, withWriterLock } from './state-directory.ts';
import { readStatusOf } from './status.ts';
import { readSyncDaemons, startSyncDaemon, stopSyncDaemon } from './sync-daemons.ts';
import { type InstalledService, readInstalled, readInstalledService, tableOf } from './tables.ts';
import { completeChange, writeTable } from './write-table.ts';

export class BpfDataPlane implements DataPlane {
  readonly connectionTableSize = lvsLimits.LVS_MAX_FLOWS;
  readonly schedulers = SCHEDULER_NAMES;
  readonly #directory: StateDirectory;
  readonly #requireDirector: (directory: StateDirectory) => void;
  #tables: number | undefined;
  #maps: Maps;

  /** @param requireDirector called with the lock: throws unless there is a director of this version, or makes one */
  constructor(directory: StateDirectory, requireDirector: (directory: StateDirectory) => void) {
    this.#directory = directory;
    this.#requireDirector = requireDirector;
    this.#tables = tablesOf(directory.path);
    this.#maps = openMaps(directory.path);
  }

  readStatus({ service, counters = true }: StatusQuery = {}): readonly ServiceStatus[] {
    return this.#read(() => {
      const census = counters ? takeCensus(this.#maps, this.#directory) : undefined;
      return readStatusOf(this.#maps, this.#readServices(service), census, service === undefined);
    });
  }

  /** The status of all services, and the entries of the connection table in use, in one pass over it. */
  readOverview(): { readonly services: readonly ServiceStatus[]; readonly flows: number } {
    return this.#read(() => {
      const census = takeCensus(this.#maps, this.#directory);
      return { services: readStatusOf(this.#maps, readInstalled(this.#maps), census, true), flows: census.flows };
    });
  }

  #readServices(wanted: ServiceKey | undefined): readonly InstalledService[] {
    if (wanted === undefined) return readInstalled(this.#maps);
    const found = readInstalledService(this.#maps, wanted);
    return found === undefined ? [] : [found];
  }

  readConnections(): readonly Connection[] {
    return this.#read(() => readConnections(this.#maps, monotonicNs()));
  }

  readTimeouts(): Timeouts {
    const { timeout_s: seconds } = readConfig(this.#maps);
    return {
      tcpS: seconds[lvsState.LVS_S_ESTABLISHED] ?? 0,
      tcpFinS: seconds[lvsState.LVS_S_FIN_WAIT] ?? 0,
      udpS: seconds[lvsState.LVS_S_UDP] ?? 0,
    };
  }

  setTimeouts(timeouts: Partial<Timeouts>): void {
    this.#change(() => {
      const config = readConfig(this.#maps);
      const seconds = [...config.timeout_s];
      if (timeouts.tcpS !== undefined) seconds[lvsState.LVS_S_ESTABLISHED] = timeouts.tcpS;
      if (timeouts.tcpFinS !== undefined) seconds[lvsState.LVS_S_FIN_WAIT] = timeouts.tcpFinS;
      if (timeouts.udpS !== undefined) seconds[lvsState.LVS_S_UDP] = timeouts.udpS;
      this.#maps.config.set({ value: 0 }, { ...config, timeout_s: seconds });
    });
  }

  readSettings(): Settings {
    return decodeSettings(readConfig(this.#maps));
  }

  /** Holds for every packet from now on. */
  changeSettings(settings: Partial<Settings>): void {
    this.#change(() => {
      const config = readConfig(this.#maps);
      const setting = encodeSettings({ ...decodeSettings(config), ...settings });
      this.#maps.config.set({ value: 0 }, { ...config, epoch: (config.epoch + 1) >>> 0, setting });
      settleRealServers(this.#maps);
    });
  }

  /**
   * Alone among writers, and in the tables that are in force by then: the director may have been taken down or replaced
   * since it was opened. Throws DIRECTOR_ABSENT, DIRECTOR_OTHER_VERSION, DIRECTOR_CHANGE_INCOMPLETE.
   */
  #change<T>(work: () => T): T {
    return withWriterLock(this.#directory, () => {
      this.#requireDirector(this.#directory);
      if (tablesOf(this.#directory.path) !== this.#tables) this.#reopen();
      completeChange(this.#maps, this.#directory);
      return work();
    });
  }

  #reopen(): void {
    closeMaps(this.#maps);
    this.#tables = tablesOf(this.#directory.path);
    this.#maps = openMaps(this.#directory.path);
  }

  /** Without the lock; with it once more where a writer was at work meanwhile, or was killed. */
  #read<T>(look: () => T): T {
    const { epoch } = readConfig(this.#maps);
    try {
      const found = look();
      if (this.#isSteadySince(epoch)) return found;
    } catch {
      // The programs may be gone, or being replaced.
    }
    return this.#change(look);
  }

  #isSteadySince(epoch: number): boolean {
    if (hasRecord(this.#directory) || tablesOf(this.#directory.path) !== this.#tables) return false;
    return readConfig(this.#maps).epoch === epoch;
  }

  update(change: (table: ServiceTable) => ServiceTable): void {
    this.#change(() => {
      const basis = readBasis(this.#maps);
      const before = tableOf(basis.services);
      const after = change(before);
      if (after !== before) writeTable(this.#maps, this.#directory, basis, after);
    });
  }

  zeroCounters(key?: ServiceKey): void {
    this.#change(() => {
      const held = takeCensus(this.#maps, this.#directory);
      for (const service of this.#readServices(key)) {
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

  readSyncDaemons(): readonly SyncDaemon[] {
    return readSyncDaemons(this.#directory);
  }

  startSyncDaemon(settings: SyncDaemonSettings): void {
    startSyncDaemon(this.#directory, settings);
  }

  stopSyncDaemon(role: SyncRole): void {
    stopSyncDaemon(this.#directory, role);
  }

  /** For processes that look at several directors; afterwards nothing else may be called. */
  close(): void {
    closeMaps(this.#maps);
  }

  /** Entries of the connection table in use; a VS-NAT connection takes two. */
  countFlows(): number {
    return this.#read(() => takeCensus(this.#maps, this.#directory).flows);
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
