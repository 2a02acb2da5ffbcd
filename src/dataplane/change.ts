// Writing a changed configuration into the maps. Rows that packets may be reading are never written: a service's
// new rows go to free places first, then one update of its element makes them the ones in force. What a killed
// writer leaves behind is unreachable from any service, and the next writer takes it back.

import { isDeepStrictEqual } from 'node:util';
import {
  buildScheduleTable,
  isMarkKey,
  resumeCursor,
  type ServerEntry,
  type ServiceEntry,
  type ServiceTable,
  scheduleTableLength,
  startCursor,
} from '../director/mod.ts';
import { familyOf, type IpAddress } from '../model/mod.ts';
import { localAddressTowards } from '../system/mod.ts';
import {
  lvsFeatures,
  lvsLimits,
  lvsServerFlags,
  lvsServerMethod,
  lvsServiceFlags,
  lvsServiceKey,
  lvsZeroKind,
} from './abi.ts';
import { AddressesOfInterest } from './addresses-of-interest.ts';
import { encodeAddress, FAMILIES, METHODS, SCHEDULERS } from './codes.ts';
import { tableFull } from './errors.ts';
import type { Maps } from './maps.ts';
import { type Region, RegionAllocator } from './regions.ts';
import {
  encodeNetmask,
  encodeServerKey,
  encodeServiceFlags,
  encodeServiceKey,
  encodeTunnel,
  formatServiceKey,
  type InstalledService,
  type RawServer,
  type RawServerKey,
} from './tables.ts';

const FTP_PORT = 21;

/** Lowest numbers not in use, one after the other. */
function* freeNumbers(used: ReadonlySet<number>, size: number, what: string): Generator<number, never> {
  for (let number = 0; number < size; number++) if (!used.has(number)) yield number;
  throw tableFull(what, used.size + 1, size);
}

function decodeIndex(value: Uint8Array): number {
  return new DataView(value.buffer, value.byteOffset, value.byteLength).getUint32(0, true);
}

function allocate(allocator: RegionAllocator, count: number, what: string, size: number): Region {
  const region = allocator.allocate(count);
  if (region === undefined) throw tableFull(what, count, size);
  return region;
}

/** One change of the configuration, from what is installed to what is wanted. Use once, holding the lock. */
export class ConfigurationChange {
  readonly #maps: Maps;
  readonly #noteLoad: (server: number) => void;
  readonly #settleLocalAnswers: (needed: boolean) => void;
  readonly #installed: ReadonlyMap<string, InstalledService>;
  readonly #members: RegionAllocator;
  readonly #slots: RegionAllocator;
  readonly #serviceIds: Iterator<number, never>;
  readonly #serverIds: Iterator<number, never>;
  /** The rows of servers as they were before. */
  readonly #servers: ReturnType<Maps['servers']['snapshot']>;
  /** Server key as a text → index, of every server that still has a place, in a service or not. */
  readonly #indexOfServer: Map<string, number>;
  /** Service key as a text → id, of services that are gone while connections of their servers still count. */
  readonly #idOfRemoved: ReadonlyMap<string, number>;
  /** Indices of servers that are new with this change. */
  readonly #placed = new Set<number>();
  readonly #sources = new Map<IpAddress, IpAddress | undefined>();
  #sequence: number;

  /**
   * @param noteLoad makes the data plane look at a server's thresholds again, by its index
   * @param settleLocalAnswers says whether answers of the director itself are to be rewritten
   */
  constructor(
    maps: Maps,
    installed: readonly InstalledService[],
    noteLoad: (server: number) => void,
    settleLocalAnswers: (needed: boolean) => void,
  ) {
    this.#maps = maps;
    this.#noteLoad = noteLoad;
    this.#settleLocalAnswers = settleLocalAnswers;
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
    this.#servers = maps.servers.snapshot();
    this.#indexOfServer = new Map();
    for (const { key, value } of maps.serverIndex.rawEntries()) this.#indexOfServer.set(key, decodeIndex(value));
    const usedServers = new Set(this.#indexOfServer.values());
    this.#serverIds = freeNumbers(usedServers, lvsLimits.LVS_MAX_SERVERS, 'servers');
    this.#idOfRemoved = this.#findRemoved(new Set(raws.map((raw) => raw.id)));
    const usedServices = new Set([...raws.map((raw) => raw.id), ...this.#idOfRemoved.values()]);
    this.#serviceIds = freeNumbers(usedServices, lvsLimits.LVS_MAX_SERVICES, 'services');
    this.#sequence = Math.max(0, ...raws.map((raw) => raw.sequence));
  }

  #findRemoved(services: ReadonlySet<number>): Map<string, number> {
    const removed = new Map<string, number>();
    const bytes = lvsServiceKey.size; // a server's key begins with its service's
    for (const [key, id] of this.#indexOfServer) {
      const { service } = this.#servers.row(id);
      if (!services.has(service)) removed.set(key.slice(0, bytes), service);
    }
    return removed;
  }

  /**
   * Makes `wanted` the configuration. Throws DIRECTOR_TABLE_FULL: before it changes anything, unless there is room
   * but no gap long enough for one service; then the services before it are changed, and it is not.
   *
   * @returns whether it has removed servers
   */
  apply(wanted: ServiceTable): boolean {
    this.#checkRoom(wanted);
    const addresses = new AddressesOfInterest(this.#maps.addresses, wanted);
    addresses.add();
    const hasLocalNat = wanted.some(({ servers }) => servers.some((server) => this.#isLocalNat(server)));
    const features = featuresOf(wanted) | (hasLocalNat ? lvsFeatures.LVS_HAS_LOCAL_NAT : 0);
    // A look-up too many is harmless, one too few is not.
    this.#setFeatures((before) => before | features);
    if (hasLocalNat) this.#settleLocalAnswers(true);
    const inForce = new Set<number>();
    // Oldest first, so that the order of adding is kept.
    for (const entry of wanted.toReversed()) {
      const before = this.#installed.get(formatServiceKey(entry));
      const unchanged = before !== undefined && isDeepStrictEqual(before.entry, entry);
      const [serviceId, ids] = unchanged ? [before.raw.id, before.serverIds] : this.#install(entry, before);
      for (const [place, id] of ids.entries()) {
        const server = entry.servers[place];
        if (server !== undefined) this.#settleServer(id, serviceId, server);
        inForce.add(id);
      }
    }
    const kept = new Set(wanted.map(formatServiceKey));
    for (const [key, service] of this.#installed) if (!kept.has(key)) this.#uninstall(service);
    const hasRemoved = this.#retire(inForce);
    this.#setFeatures(() => features);
    addresses.removeOthers();
    if (!hasLocalNat) this.#settleLocalAnswers(false);
    return hasRemoved;
  }

  /** Says which look-ups packets need, and makes every connection look at its server again. */
  #setFeatures(change: (features: number) => number): void {
    const config = this.#maps.config.get({ value: 0 });
    if (config === undefined) return;
    const epoch = (config.epoch + 1) >>> 0;
    this.#maps.config.set({ value: 0 }, { ...config, epoch, features: change(config.features) });
  }

  #checkRoom(wanted: ServiceTable): void {
    const members = wanted.reduce((sum, entry) => sum + entry.servers.length, 0);
    if (members > lvsLimits.LVS_MAX_SERVERS) throw tableFull('servers', members, lvsLimits.LVS_MAX_SERVERS);
    const slots = wanted.reduce((sum, entry) => sum + slotsOf(entry), 0);
    if (slots > lvsLimits.LVS_MAX_SLOTS) {
      throw tableFull('rows of schedule tables', slots, lvsLimits.LVS_MAX_SLOTS);
    }
  }

  /** The service's id, and its servers' indices. */
  #install(entry: ServiceEntry, before: InstalledService | undefined): readonly [number, readonly number[]] {
    const id =
      before?.raw.id ??
      this.#idOfRemoved.get(this.#maps.services.textOf(encodeServiceKey(entry))) ??
      this.#serviceIds.next().value;
    const serverIds = this.#placesOf(entry, id);
    const members = allocate(this.#members, serverIds.length, 'servers', lvsLimits.LVS_MAX_SERVERS);
    this.#maps.members.writeRows(
      members.base,
      entry.servers.map((server, place) => ({
        server: serverIds[place] ?? 0,
        weight: server.weight,
        method: METHODS[server.method],
        upper_threshold: server.upperThreshold,
        lower_threshold: server.lowerThreshold,
        ...encodeTunnel(server.tunnel),
      })),
    );
    const scheduled = entry.servers.map((server, place) => ({
      ...server,
      lastWeight: this.#servers.row(serverIds[place] ?? 0).last_weight,
    }));
    const family = isMarkKey(entry) ? entry.family : familyOf(entry.address);
    const table = buildScheduleTable(entry.scheduler, scheduled, family);
    const slots = allocate(this.#slots, table.length, 'rows of schedule tables', lvsLimits.LVS_MAX_SLOTS);
    this.#maps.slots.writeRows(
      slots.base,
      table.map((value) => ({ value })),
    );
    const cursor = this.#cursorFor(entry, before, serverIds);
    if (before !== undefined && before.entry.scheduler !== entry.scheduler) this.#forgetDestinations(id);
    // Those of servers come with their first connection; these may be wanted by connections of before.
    if (before === undefined) this.#maps.serviceStats.ensure({ value: id });
    if (cursor !== undefined) this.#maps.cursors.set({ value: id }, { value: cursor });
    this.#maps.services.set(encodeServiceKey(entry), {
      id,
      scheduler: SCHEDULERS[entry.scheduler],
      members_base: members.base,
      members_count: members.count,
      slots_base: slots.base,
      slots_count: slots.count,
      flags: encodeServiceFlags(entry) | portFlagsOf(entry),
      persistence_s: entry.persistence?.timeoutS ?? 0,
      netmask: encodeNetmask(entry.persistence),
      cursor_start: cursor ?? before?.raw.cursor_start ?? 0,
      sequence: before?.raw.sequence ?? ++this.#sequence,
    });
    return [id, serverIds];
  }

  /** Where rr and wrr go on; undefined where nothing happened to the servers, and they go on where they are. */
  #cursorFor(
    entry: ServiceEntry,
    before: InstalledService | undefined,
    serverIds: readonly number[],
  ): number | undefined {
    const servers = entry.servers.map(({ weight }, place) => ({ id: serverIds[place] ?? 0, weight }));
    if (before === undefined) return startCursor(entry.scheduler, servers);
    if (before.entry.scheduler !== entry.scheduler) return 0;
    if (isDeepStrictEqual(before.entry.servers, entry.servers)) return undefined;
    const turns = {
      servers: before.entry.servers.map(({ weight }, place) => ({ id: before.serverIds[place] ?? 0, weight })),
      start: before.raw.cursor_start,
      cursor: this.#maps.cursors.get({ value: before.raw.id })?.value ?? 0,
    };
    return resumeCursor(entry.scheduler, turns, servers);
  }

  /** What lblc and lblcr keep is the service's, under this scheduler; a service that comes back starts without. */
  #forgetDestinations(service: number): void {
    for (const { key } of [...this.#maps.destinations.entries()]) {
      if (key.service === service) this.#maps.destinations.delete(key);
    }
  }

  /** The servers' indices: the ones they had, also when they were removed meanwhile, or new ones. */
  #placesOf(service: ServiceEntry, serviceId: number): readonly number[] {
    const places: { key: RawServerKey; text: string; id: number; row: RawServer }[] = [];
    const ids = service.servers.map((server) => {
      const key = encodeServerKey(service, server);
      const text = this.#maps.serverIndex.textOf(key);
      const known = this.#indexOfServer.get(text);
      if (known !== undefined) return known;
      const id = this.#serverIds.next().value;
      places.push({ key, text, id, row: this.#describeServer(serviceId, server, 0) });
      return id;
    });
    this.#maps.servers.setAll(places.map(({ id, row }) => [{ value: id }, row]));
    this.#maps.serverIndex.setAll(places.map(({ key, id }) => [key, { value: id }]));
    for (const { text, id } of places) {
      this.#indexOfServer.set(text, id);
      this.#placed.add(id);
    }
    return ids;
  }

  /**
   * Makes what connections read of a server follow its service's list. For services that have not changed, too: a
   * writer that was killed may have left it behind.
   */
  #settleServer(id: number, serviceId: number, server: ServerEntry): void {
    if (this.#placed.has(id)) return;
    const before = this.#servers.row(id);
    const wasThere = (before.flags & lvsServerFlags.LVS_SERVER_AVAILABLE) !== 0;
    const wanted = this.#describeServer(serviceId, server, wasThere ? before.last_weight : 0);
    if (Buffer.compare(this.#servers.raw(id), this.#maps.servers.encodeRow(wanted)) === 0) return;
    this.#maps.servers.set({ value: id }, wanted);
    const thresholdsChanged =
      before.upper_threshold !== wanted.upper_threshold || before.lower_threshold !== wanted.lower_threshold;
    if (thresholdsChanged) this.#noteLoad(id);
  }

  #describeServer(serviceId: number, server: ServerEntry, lastWeight: number): RawServer {
    const source = this.#sourceTowards(server.address);
    return {
      addr: encodeAddress(server.address),
      tunnel_source: source === undefined ? [0, 0, 0, 0] : encodeAddress(source),
      port: server.port,
      family: FAMILIES[familyOf(server.address)],
      ...encodeTunnel(server.tunnel),
      flags:
        lvsServerFlags.LVS_SERVER_AVAILABLE |
        (this.#isLocal(server.address) ? lvsServerFlags.LVS_SERVER_LOCAL : 0) |
        (server.weight === 0 ? lvsServerFlags.LVS_SERVER_QUIESCENT : 0) |
        (METHODS[server.method] << lvsServerMethod.LVS_SERVER_METHOD_SHIFT),
      service: serviceId,
      upper_threshold: server.upperThreshold,
      lower_threshold: server.lowerThreshold,
      last_weight: server.weight || lastWeight,
    };
  }

  #isLocal(address: IpAddress): boolean {
    return this.#sourceTowards(address) === address;
  }

  #isLocalNat({ method, address }: ServerEntry): boolean {
    return method === 'nat' && this.#isLocal(address);
  }

  /** The director's own address towards a server; the server's, when that is the director itself. */
  #sourceTowards(server: IpAddress): IpAddress | undefined {
    if (!this.#sources.has(server)) this.#sources.set(server, localAddressTowards(server));
    return this.#sources.get(server);
  }

  #uninstall(service: InstalledService): void {
    this.#maps.services.delete(encodeServiceKey(service.entry));
    this.#forgetDestinations(service.raw.id);
    this.#maps.serviceStats.delete({ value: service.raw.id });
    this.#maps.zeroes.delete({ kind: lvsZeroKind.LVS_ZERO_SERVICE, id: service.raw.id });
  }

  /** Servers in no service drop their packets; those without connections give their index back. Says whether any is new. */
  #retire(inForce: ReadonlySet<number>): boolean {
    let hasRemoved = false;
    for (const [key, id] of this.#indexOfServer) {
      if (inForce.has(id)) continue;
      const place = { value: id };
      const server = this.#maps.servers.get(place);
      if (((server?.flags ?? 0) & lvsServerFlags.LVS_SERVER_AVAILABLE) !== 0) hasRemoved = true;
      if (server !== undefined) this.#maps.servers.set(place, { ...server, flags: 0 });
      const counts = this.#maps.connectionCounts.get(place);
      if (counts !== undefined && counts.active + counts.inactive + counts.persistent > 0) continue;
      // Whoever gets the place next starts with nothing.
      this.#maps.connectionCounts.set(place, { active: 0, inactive: 0, persistent: 0, overloaded: 0 });
      this.#maps.serverStats.delete(place);
      this.#maps.zeroes.delete({ kind: lvsZeroKind.LVS_ZERO_SERVER, id });
      this.#maps.serverIndex.deleteText(key);
    }
    return hasRemoved;
  }
}

function slotsOf(entry: ServiceEntry): number {
  // Drained servers may have rows of mh: as if none were.
  const servers = entry.servers.map(({ weight }) => ({ weight, lastWeight: 1 }));
  return scheduleTableLength(entry.scheduler, servers);
}

/** Of enum lvs_service_flags: those that say which port the service is at, where that is not one like any other. */
function portFlagsOf(entry: ServiceEntry): number {
  if (isMarkKey(entry)) return 0;
  if (entry.port === 0) return lvsServiceFlags.LVS_SERVICE_ANY_PORT;
  return entry.port === FTP_PORT ? lvsServiceFlags.LVS_SERVICE_FTP : 0;
}

/** enum lvs_features */
function featuresOf(table: ServiceTable): number {
  return table.reduce((features, entry) => {
    if (entry.persistence !== undefined) features |= lvsFeatures.LVS_HAS_PERSISTENCE;
    if (entry.persistence?.engine === 'sip' && !isMarkKey(entry)) features |= lvsFeatures.LVS_HAS_SIP;
    // Those of marks and of every port may get FTP's packets, too.
    if (isMarkKey(entry)) return features | lvsFeatures.LVS_HAS_MARKS | lvsFeatures.LVS_HAS_FTP;
    if (entry.port === 0) features |= lvsFeatures.LVS_HAS_ANY_PORT | lvsFeatures.LVS_HAS_FTP;
    if (entry.port === FTP_PORT && entry.protocol === 'tcp') features |= lvsFeatures.LVS_HAS_FTP;
    return features;
  }, 0);
}
