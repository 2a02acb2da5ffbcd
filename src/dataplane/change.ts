// Writing a changed configuration into the maps. Rows that packets may be reading are never written: a service's
// new rows go to free places first, then one update of its element makes them the ones in force. What a killed
// writer leaves behind is unreachable from any service, and the next writer takes it back.

import { isDeepStrictEqual } from 'node:util';
import {
  buildScheduleTable,
  isTableScheduler,
  resumeSchedule,
  type ServerEntry,
  type ServiceEntry,
  type ServiceTable,
  scheduleTableLength,
} from '../director/mod.ts';
import { localAddressTowards } from '../system/mod.ts';
import { lvsFamily, lvsLimits, lvsServerFlags, lvsZeroKind } from './abi.ts';
import { tableFull } from './errors.ts';
import type { Maps } from './maps.ts';
import { type Region, RegionAllocator } from './regions.ts';
import {
  decodeServiceKey,
  encodeAddress,
  encodeMethod,
  encodeScheduler,
  encodeServerKey,
  encodeServiceKey,
  formatServiceKey,
  type InstalledService,
} from './tables.ts';

/** Lowest numbers not in use, one after the other. */
function* freeNumbers(used: ReadonlySet<number>, size: number, what: string): Generator<number, never> {
  for (let number = 0; number < size; number++) if (!used.has(number)) yield number;
  throw tableFull(what, used.size + 1, size);
}

function allocate(allocator: RegionAllocator, count: number, what: string, size: number): Region {
  const region = allocator.allocate(count);
  if (region === undefined) throw tableFull(what, count, size);
  return region;
}

/** One change of the configuration, from what is installed to what is wanted. Use once, holding the lock. */
export class ConfigurationChange {
  readonly #maps: Maps;
  readonly #installed: ReadonlyMap<string, InstalledService>;
  readonly #members: RegionAllocator;
  readonly #slots: RegionAllocator;
  readonly #serviceIds: Iterator<number, never>;
  readonly #serverIds: Iterator<number, never>;
  /** Formatted server key → index, of every server that still has a place, in a service or not. */
  readonly #indexOfServer: Map<string, number>;
  /** Formatted service key → id, of services that are gone while connections of their servers still count. */
  readonly #idOfRemoved: ReadonlyMap<string, number>;
  #sequence: number;

  constructor(maps: Maps, installed: readonly InstalledService[]) {
    this.#maps = maps;
    this.#installed = new Map(installed.map((service) => [formatServiceKey(service.entry), service]));
    const raws = installed.map((service) => service.raw);
    this.#members = new RegionAllocator(
      lvsLimits.LVS_MAX_SERVERS,
      raws.map((raw) => ({ base: raw.members_base, count: raw.members_count })),
    );
    this.#slots = new RegionAllocator(
      lvsLimits.LVS_MAX_SLOTS,
      raws.map((raw) => ({ base: raw.slots_base, count: raw.slots_count })),
    );
    const places = [...maps.serverIndex.entries()];
    this.#idOfRemoved = new Map(
      places.map(({ key, value }) => [
        formatServiceKey(decodeServiceKey(key.service)),
        maps.servers.get(value)?.service ?? 0,
      ]),
    );
    const usedServices = new Set([...raws.map((raw) => raw.id), ...this.#idOfRemoved.values()]);
    this.#serviceIds = freeNumbers(usedServices, lvsLimits.LVS_MAX_SERVICES, 'services');
    this.#indexOfServer = new Map(places.map(({ key, value }) => [JSON.stringify(key), value.value]));
    const usedServers = new Set(this.#indexOfServer.values());
    this.#serverIds = freeNumbers(usedServers, lvsLimits.LVS_MAX_SERVERS, 'servers');
    this.#sequence = Math.max(0, ...raws.map((raw) => raw.sequence));
  }

  /**
   * Makes `wanted` the configuration. Throws DIRECTOR_TABLE_FULL: before it changes anything, unless there is room
   * but no gap long enough for one service; then the services before it are changed, and it is not.
   */
  apply(wanted: ServiceTable): void {
    this.#checkRoom(wanted);
    const inForce = new Set<number>();
    // Oldest first, so that the order of adding is kept.
    for (const entry of wanted.toReversed()) {
      const before = this.#installed.get(formatServiceKey(entry));
      const unchanged = before !== undefined && isDeepStrictEqual(before.entry, entry);
      const ids = unchanged ? before.serverIds : this.#install(entry, before);
      for (const id of ids) inForce.add(id);
    }
    const kept = new Set(wanted.map(formatServiceKey));
    for (const [key, service] of this.#installed) if (!kept.has(key)) this.#uninstall(service);
    this.#retire(inForce);
    this.#announce();
  }

  /** Makes every connection look at its server again. */
  #announce(): void {
    const config = this.#maps.config.get({ value: 0 });
    if (config !== undefined) this.#maps.config.set({ value: 0 }, { ...config, epoch: (config.epoch + 1) >>> 0 });
  }

  #checkRoom(wanted: ServiceTable): void {
    const members = wanted.reduce((sum, entry) => sum + entry.servers.length, 0);
    if (members > lvsLimits.LVS_MAX_SERVERS) throw tableFull('servers', members, lvsLimits.LVS_MAX_SERVERS);
    const slots = wanted.reduce((sum, entry) => sum + slotsOf(entry), 0);
    if (slots > lvsLimits.LVS_MAX_SLOTS) {
      throw tableFull('rows of schedule tables', slots, lvsLimits.LVS_MAX_SLOTS);
    }
  }

  #install(entry: ServiceEntry, before: InstalledService | undefined): readonly number[] {
    const { scheduler } = entry;
    if (!isTableScheduler(scheduler)) throw new RangeError(`scheduler ${scheduler} has no table`);
    const id = before?.raw.id ?? this.#idOfRemoved.get(formatServiceKey(entry)) ?? this.#serviceIds.next().value;
    const serverIds = entry.servers.map((server) => this.#placeServer(entry, id, server));
    const members = allocate(this.#members, serverIds.length, 'servers', lvsLimits.LVS_MAX_SERVERS);
    for (const [position, server] of entry.servers.entries()) {
      this.#maps.members.set(
        { value: members.base + position },
        {
          server: serverIds[position] ?? 0,
          weight: server.weight,
          upper_threshold: server.upperThreshold,
          lower_threshold: server.lowerThreshold,
          method: encodeMethod(server.method),
        },
      );
    }
    const table = buildScheduleTable(
      scheduler,
      entry.servers.map((server) => server.weight),
    );
    const slots = allocate(this.#slots, table.length, 'rows of schedule tables', lvsLimits.LVS_MAX_SLOTS);
    for (const [row, member] of table.entries()) {
      this.#maps.slots.set({ value: slots.base + row }, { value: member });
    }
    const cursor = before === undefined ? 0 : this.#resumedCursor(before, table, serverIds);
    if (before === undefined) this.#maps.serviceStats.ensure({ value: id });
    if (cursor !== undefined) this.#maps.cursors.set({ value: id }, { value: cursor });
    this.#maps.services.set(encodeServiceKey(entry), {
      id,
      scheduler: encodeScheduler(scheduler),
      members_base: members.base,
      members_count: members.count,
      slots_base: slots.base,
      slots_count: slots.count,
      sequence: before?.raw.sequence ?? ++this.#sequence,
    });
    return serverIds;
  }

  /** The cursor for a replaced table; undefined when the old one still points at the right place. */
  #resumedCursor(before: InstalledService, table: readonly number[], serverIds: readonly number[]): number | undefined {
    const { raw } = before;
    const cursor = this.#maps.cursors.get({ value: raw.id })?.value ?? 0;
    if (cursor === 0 || raw.slots_count === 0) return 0;
    const oldTable = Array.from(
      { length: raw.slots_count },
      (_, row) => before.serverIds[this.#maps.slots.get({ value: raw.slots_base + row })?.value ?? 0],
    );
    if (
      isDeepStrictEqual(
        oldTable,
        table.map((member) => serverIds[member]),
      )
    )
      return undefined;
    const last = oldTable[(cursor - 1) % raw.slots_count];
    const position = last === undefined ? -1 : serverIds.indexOf(last);
    return resumeSchedule(table, position < 0 ? undefined : position);
  }

  /** The server's index: the one it had, also when it was removed meanwhile, or a new one. */
  #placeServer(service: ServiceEntry, serviceId: number, server: ServerEntry): number {
    const key = encodeServerKey(service, server);
    const text = JSON.stringify(key);
    const known = this.#indexOfServer.get(text);
    const id = known ?? this.#serverIds.next().value;
    const source = server.method === 'tun' ? localAddressTowards(server.address) : undefined;
    if (known === undefined) {
      this.#maps.connectionCounts.set({ value: id }, { active: 0, inactive: 0, persistent: 0 });
      this.#maps.serverStats.ensure({ value: id });
      this.#maps.serverIndex.set(key, { value: id });
      this.#indexOfServer.set(text, id);
    }
    this.#maps.servers.set(
      { value: id },
      {
        addr: encodeAddress(server.address),
        tunnel_source: source === undefined ? [0, 0, 0, 0] : encodeAddress(source),
        port: server.port,
        family: lvsFamily.LVS_IPV4,
        flags: lvsServerFlags.LVS_SERVER_AVAILABLE,
        service: serviceId,
      },
    );
    return id;
  }

  #uninstall(service: InstalledService): void {
    this.#maps.services.delete(encodeServiceKey(service.entry));
    this.#maps.serviceStats.delete({ value: service.raw.id });
    this.#maps.zeroes.delete({ kind: lvsZeroKind.LVS_ZERO_SERVICE, id: service.raw.id });
  }

  /** Servers in no service drop their packets; those without connections give their index back. */
  #retire(inForce: ReadonlySet<number>): void {
    for (const { key, value } of [...this.#maps.serverIndex.entries()]) {
      if (inForce.has(value.value)) continue;
      const server = this.#maps.servers.get(value);
      if (server !== undefined) this.#maps.servers.set(value, { ...server, flags: 0 });
      const counts = this.#maps.connectionCounts.get(value);
      if (counts !== undefined && counts.active + counts.inactive + counts.persistent > 0) continue;
      this.#maps.serverIndex.delete(key);
      this.#maps.serverStats.delete(value);
      this.#maps.zeroes.delete({ kind: lvsZeroKind.LVS_ZERO_SERVER, id: value.value });
    }
  }
}

function slotsOf(entry: ServiceEntry): number {
  if (!isTableScheduler(entry.scheduler)) return 0;
  return scheduleTableLength(
    entry.scheduler,
    entry.servers.map((server) => server.weight),
  );
}
