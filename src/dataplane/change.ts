// Writing a changed configuration into the maps. Rows that packets may be reading are never written: a service's
// new rows go to free places first, then one update of its element makes them the ones in force. What a killed
// writer leaves behind is unreachable from any service, and the next writer takes it back; change-record.ts has what it
// had yet to do.

import { isDeepStrictEqual } from 'node:util';
import {
  buildScheduleTable,
  familyOfService,
  isMarkKey,
  resumeCursor,
  type ServerEntry,
  type ServiceEntry,
  type ServiceTable,
  scheduleTableLength,
  startCursor,
} from '../director/mod.ts';
import type { IpAddress } from '../model/mod.ts';
import { lvsFeatures, lvsLimits, lvsServiceFlags, lvsZeroKind } from './abi.ts';
import { AddressesOfInterest } from './addresses-of-interest.ts';
import type { Change } from './change-record.ts';
import { METHODS, SCHEDULERS } from './codes.ts';
import { tableFull } from './errors.ts';
import type { Maps } from './maps.ts';
import { type Region, RegionAllocator } from './regions.ts';
import { ServerIndex } from './server-index.ts';
import { freeNumbers, ServerPlaces } from './server-places.ts';
import { ServerRows } from './server-rows.ts';
import { SourceAddresses } from './source-addresses.ts';
import {
  type Configuration,
  encodeNetmask,
  encodeServiceFlags,
  encodeServiceKey,
  encodeTunnel,
  formatServiceKey,
  type InstalledService,
  type RawMember,
  readConfiguration,
} from './tables.ts';

const FTP_PORT = 21;

function allocate(allocator: RegionAllocator, count: number, what: string, size: number): Region {
  const region = allocator.allocate(count);
  if (region === undefined) throw tableFull(what, count, size);
  return region;
}

/** What a change starts from. */
export interface Basis extends Configuration {
  readonly index: ServerIndex;
}

/** The caller holds the lock. */
export function readBasis(maps: Maps): Basis {
  const index = new ServerIndex(maps.serverIndex);
  return { ...readConfiguration(maps, index.places), index };
}

/** A service that is not as it was: where its new rows go. */
interface Installation {
  readonly entry: ServiceEntry;
  readonly before: InstalledService | undefined;
  readonly id: number;
  readonly serverIds: readonly number[];
  readonly members: Region;
  readonly slots: Region;
  readonly table: readonly number[];
}

/** A server whose row does not say what its service's list does. */
interface Unsettled {
  readonly service: InstalledService;
  readonly place: number;
}

/** A change that there is room for, before its first write. */
export interface PlannedChange extends Change {
  /** Says whether it has removed servers. */
  write(): boolean;
}

/** One change of the configuration, from what is installed to what is wanted. Use once, holding the lock. */
export class ConfigurationChange {
  readonly #maps: Maps;
  readonly #basis: Basis;
  readonly #settleLocalAnswers: (needed: boolean) => void;
  readonly #installed: ReadonlyMap<string, InstalledService>;
  readonly #members: RegionAllocator;
  readonly #slots: RegionAllocator;
  readonly #sources = new SourceAddresses();
  readonly #rows: ServerRows;
  #sequence: number;

  /**
   * @param noteLoad makes the data plane look at a server's thresholds again, by its index
   * @param settleLocalAnswers says whether answers of the director itself are to be rewritten
   */
  constructor(
    maps: Maps,
    basis: Basis,
    noteLoad: (server: number) => void,
    settleLocalAnswers: (needed: boolean) => void,
  ) {
    this.#maps = maps;
    this.#basis = basis;
    this.#settleLocalAnswers = settleLocalAnswers;
    this.#installed = new Map(basis.services.map((service) => [formatServiceKey(service.entry), service]));
    const raws = basis.services.map((service) => service.raw);
    this.#members = new RegionAllocator(
      lvsLimits.LVS_MAX_SERVERS,
      raws.map((raw) => ({ base: raw.members_base, count: raw.members_count })),
    );
    this.#slots = new RegionAllocator(
      lvsLimits.LVS_MAX_SLOTS,
      raws.map((raw) => ({ base: raw.slots_base, count: raw.slots_count })),
    );
    this.#rows = new ServerRows(maps, basis, this.#sources, noteLoad);
    this.#sequence = raws.reduce((most, raw) => Math.max(most, raw.sequence), 0);
  }

  /** What makes `wanted` the configuration. Throws DIRECTOR_TABLE_FULL. */
  plan(wanted: ServiceTable): PlannedChange {
    const kept: InstalledService[] = [];
    const changed: { entry: ServiceEntry; before: InstalledService | undefined }[] = [];
    // Oldest first, so that the order of adding is kept.
    for (const entry of wanted.toReversed()) {
      const before = this.#installed.get(formatServiceKey(entry));
      if (before !== undefined && isDeepStrictEqual(before.entry, entry)) kept.push(before);
      else changed.push({ entry, before });
    }
    this.#checkRoom(
      kept,
      changed.map(({ entry }) => entry),
    );
    const places = this.#placesOf(changed.flatMap(({ before }) => (before === undefined ? [] : [before.raw.id])));
    const installations = this.#allocate(changed, places);
    const wantedKeys = new Set(wanted.map(formatServiceKey));
    const removed = [...this.#installed].filter(([key]) => !wantedKeys.has(key));
    return {
      put: changed.map(({ entry }) => entry).toReversed(),
      removed: removed.map(([key]) => key),
      write: () => {
        const services = removed.map(([, service]) => service);
        return this.#write(wanted, kept, installations, services, places);
      },
    };
  }

  #write(
    wanted: ServiceTable,
    kept: readonly InstalledService[],
    installations: readonly Installation[],
    removed: readonly InstalledService[],
    places: ServerPlaces,
  ): boolean {
    const { unsettled, natServers } = this.#lookAt(kept, places);
    for (const { entry } of installations) {
      for (const { method, address } of entry.servers) if (method === 'nat') natServers.add(address);
    }
    const virtual = new Set(wanted.flatMap((entry) => (isMarkKey(entry) ? [] : [entry.address])));
    const addresses = new AddressesOfInterest(this.#maps.addresses, virtual, natServers);
    addresses.add();
    const hasLocalNat = [...natServers].some((address) => this.#sources.towards(address).isLocal);
    const features = featuresOf(wanted) | (hasLocalNat ? lvsFeatures.LVS_HAS_LOCAL_NAT : 0);
    // A look-up too many is harmless, one too few is not.
    this.#setFeatures((before) => before | features);
    if (hasLocalNat) this.#settleLocalAnswers(true);
    for (const { service, place } of unsettled) {
      this.#settleServer(service.entry.servers[place], service.serverIds[place], service.raw.id);
    }
    this.#writeRows(installations, places);
    for (const installation of installations) this.#install(installation, places);
    this.#uninstall(removed);
    const hasRemoved = places.retire();
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

  #checkRoom(kept: readonly InstalledService[], changed: readonly ServiceEntry[]): void {
    const members =
      kept.reduce((sum, { raw }) => sum + raw.members_count, 0) +
      changed.reduce((sum, entry) => sum + entry.servers.length, 0);
    if (members > lvsLimits.LVS_MAX_SERVERS) throw tableFull('servers', members, lvsLimits.LVS_MAX_SERVERS);
    const slots =
      kept.reduce((sum, { raw }) => sum + raw.slots_count, 0) + changed.reduce((sum, entry) => sum + slotsOf(entry), 0);
    if (slots > lvsLimits.LVS_MAX_SLOTS) {
      throw tableFull('rows of schedule tables', slots, lvsLimits.LVS_MAX_SLOTS);
    }
  }

  /** @param changing ids of services */
  #placesOf(changing: readonly number[]): ServerPlaces {
    const installed = new Set(this.#basis.services.map(({ raw }) => raw.id));
    return new ServerPlaces(this.#maps, this.#basis, this.#rows, new Set(changing), installed);
  }

  /** Services that stay as they are: what a killed writer has left undone in them, and whom they have by VS-NAT. */
  #lookAt(
    kept: readonly InstalledService[],
    places: ServerPlaces,
  ): { readonly unsettled: readonly Unsettled[]; readonly natServers: Set<IpAddress> } {
    const { members } = this.#basis;
    const [serverOf, methodOf] = [members.column('server'), members.column('method')];
    const unsettled: Unsettled[] = [];
    const natServers = new Set<IpAddress>();
    for (const service of kept) {
      const { id, members_base: base, members_count: count } = service.raw;
      for (let place = 0; place < count; place++) {
        const member = base + place;
        const server = serverOf(member);
        places.keep(server);
        if (!this.#rows.isSettled(member, id)) unsettled.push({ service, place });
        if (methodOf(member) === METHODS.nat) natServers.add(this.#rows.sourceOf(server).server);
      }
    }
    return { unsettled, natServers };
  }

  /** Finds room for all of them, and writes nothing yet. */
  #allocate(
    changed: readonly { readonly entry: ServiceEntry; readonly before: InstalledService | undefined }[],
    places: ServerPlaces,
  ): readonly Installation[] {
    const used = new Set([...this.#basis.services.map(({ raw }) => raw.id), ...places.idOfRemoved.values()]);
    const freeIds = freeNumbers((id) => used.has(id), lvsLimits.LVS_MAX_SERVICES, 'services');
    return changed.map(({ entry, before }) => {
      const id =
        before?.raw.id ??
        places.idOfRemoved.get(this.#maps.services.textOf(encodeServiceKey(entry))) ??
        freeIds.next().value;
      const serverIds = places.placesOf(entry, id);
      for (const server of serverIds) places.keep(server);
      const members = allocate(this.#members, serverIds.length, 'servers', lvsLimits.LVS_MAX_SERVERS);
      const scheduled = entry.servers.map((server, place) => ({
        ...server,
        lastWeight: this.#lastWeightOf(serverIds[place] ?? 0, places),
      }));
      const table = buildScheduleTable(entry.scheduler, scheduled, familyOfService(entry));
      const slots = allocate(this.#slots, table.length, 'rows of schedule tables', lvsLimits.LVS_MAX_SLOTS);
      return { entry, before, id, serverIds, members, slots, table };
    });
  }

  #lastWeightOf(server: number, places: ServerPlaces): number {
    return places.isNew(server) ? 0 : this.#basis.servers.row(server).last_weight;
  }

  /** Rows that no service names yet. */
  #writeRows(installations: readonly Installation[], places: ServerPlaces): void {
    places.writeNew();
    const [members, slots] = [this.#maps.members.collect(), this.#maps.slots.collect()];
    for (const {
      entry,
      serverIds,
      members: { base },
      slots: { base: firstSlot },
      table,
    } of installations) {
      members.add(
        entry.servers.map((server, place) => [{ value: base + place }, rowOf(server, serverIds[place] ?? 0)]),
      );
      slots.add(table.map((value, row) => [{ value: firstSlot + row }, { value }]));
    }
    members.write();
    slots.write();
  }

  /** Brings a service's new rows into force, by the one store that packets see. */
  #install({ entry, before, id, serverIds, members, slots }: Installation, places: ServerPlaces): void {
    const cursor = this.#cursorFor(entry, before, serverIds);
    if (before !== undefined && before.entry.scheduler !== entry.scheduler) this.#forgetDestinations(new Set([id]));
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
    for (const [place, server] of serverIds.entries()) {
      if (!places.isNew(server)) this.#settleServer(entry.servers[place], server, id);
    }
  }

  #settleServer(server: ServerEntry | undefined, id: number | undefined, serviceId: number): void {
    if (server !== undefined && id !== undefined) this.#rows.settle(id, serviceId, server);
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
  #forgetDestinations(services: ReadonlySet<number>): void {
    if (services.size === 0) return;
    for (const { key } of [...this.#maps.destinations.entries()]) {
      if (services.has(key.service)) this.#maps.destinations.delete(key);
    }
  }

  #uninstall(services: readonly InstalledService[]): void {
    for (const { entry } of services) this.#maps.services.delete(encodeServiceKey(entry));
    this.#forgetDestinations(new Set(services.map(({ raw }) => raw.id)));
    for (const { id } of services.map(({ raw }) => raw)) {
      this.#maps.serviceStats.delete({ value: id });
      this.#maps.zeroes.delete({ kind: lvsZeroKind.LVS_ZERO_SERVICE, id });
    }
  }
}

/** A server in its service's list. */
function rowOf(server: ServerEntry, id: number): RawMember {
  return {
    server: id,
    weight: server.weight,
    method: METHODS[server.method],
    upper_threshold: server.upperThreshold,
    lower_threshold: server.lowerThreshold,
    ...encodeTunnel(server.tunnel),
  };
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
