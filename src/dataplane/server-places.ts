// Which index each server has. Servers keep theirs, and with it connections and counters, from removal to return, while
// anything of theirs is still counted.

import type { ServiceEntry } from '../director/mod.ts';
import { lvsLimits, type lvsServer, lvsZeroKind } from './abi.ts';
import { tableFull } from './errors.ts';
import type { Maps } from './maps.ts';
import { spanOf } from './regions.ts';
import type { Rows } from './rows.ts';
import type { ServerIndex } from './server-index.ts';
import type { ServerRows } from './server-rows.ts';
import { encodeServerKey, encodeServiceKey, type RawServer, type RawServerKey } from './tables.ts';

/** Lowest numbers not in use, one after the other. */
export function* freeNumbers(
  isUsed: (number: number) => boolean,
  size: number,
  what: string,
): Generator<number, never> {
  for (let number = 0; number < size; number++) if (!isUsed(number)) yield number;
  throw tableFull(what, size + 1, size);
}

const NO_CONNECTIONS = { active: 0, inactive: 0, persistent: 0, overloaded: 0 };

/** Up to so many, what is kept of a server is deleted one by one; else the tables are looked through for it. */
const FEW = 256;

export class ServerPlaces {
  /** Service key as a text → id, of services that are gone while connections of their servers still count. */
  readonly idOfRemoved: ReadonlyMap<string, number>;
  readonly #maps: Maps;
  readonly #index: ServerIndex;
  readonly #rows: ServerRows;
  /** Server key as a text → index, of servers whose service changes or is gone. */
  readonly #known: ReadonlyMap<string, number>;
  readonly #freeIds: Iterator<number, never>;
  readonly #inForce = new Uint8Array(lvsLimits.LVS_MAX_SERVERS);
  readonly #newRows: ReturnType<Maps['servers']['collect']>;
  readonly #newKeys: ReturnType<Maps['serverIndex']['collect']>;
  readonly #newIds = new Set<number>();

  /**
   * @param changing ids of services whose servers may not stay as they are
   * @param installed ids of services that are there
   */
  constructor(
    maps: Maps,
    { index, servers }: { readonly index: ServerIndex; readonly servers: Rows<typeof lvsServer> },
    rows: ServerRows,
    changing: ReadonlySet<number>,
    installed: ReadonlySet<number>,
  ) {
    this.#maps = maps;
    this.#index = index;
    this.#rows = rows;
    this.#newRows = maps.servers.collect();
    this.#newKeys = maps.serverIndex.collect();
    const serviceOf = servers.column('service');
    const used = new Uint8Array(lvsLimits.LVS_MAX_SERVERS);
    const known = new Map<string, number>();
    const removed = new Map<string, number>();
    for (const [entry, id] of index.ids.entries()) {
      used[id] = 1;
      const service = serviceOf(id);
      const isThere = installed.has(service);
      if (!isThere) removed.set(index.serviceKeyText(entry), service);
      if (!isThere || changing.has(service)) known.set(index.keyText(entry), id);
    }
    this.#known = known;
    this.idOfRemoved = removed;
    this.#freeIds = freeNumbers((id) => used[id] === 1, lvsLimits.LVS_MAX_SERVERS, 'servers');
  }

  /** The indices of a service's servers: the ones they had, also when they were removed meanwhile, or new ones. */
  placesOf(service: ServiceEntry, serviceId: number): readonly number[] {
    const serviceKey = encodeServiceKey(service);
    const added: { readonly key: RawServerKey; readonly place: { readonly value: number }; readonly row: RawServer }[] =
      [];
    const ids = service.servers.map((server) => {
      const key = encodeServerKey(serviceKey, server);
      const known = this.#known.size === 0 ? undefined : this.#known.get(this.#maps.serverIndex.textOf(key));
      if (known !== undefined) return known;
      const id = this.#freeIds.next().value;
      added.push({ key, place: { value: id }, row: this.#rows.describe(serviceId, server, 0) });
      this.#newIds.add(id);
      return id;
    });
    this.#newRows.add(added.map(({ place, row }) => [place, row]));
    this.#newKeys.add(added.map(({ place, key }) => [key, place]));
    return ids;
  }

  /** Whether the server has got its index with this change. */
  isNew(id: number): boolean {
    return this.#newIds.has(id);
  }

  /** Writes the servers that are new: before anything names them. */
  writeNew(): void {
    this.#newRows.write();
    this.#newKeys.write();
  }

  /** Says that a service has the server. */
  keep(id: number): void {
    this.#inForce[id] = 1;
  }

  /** Servers in no service drop their packets; those without connections give their index back. Says whether any is new. */
  retire(): boolean {
    const retired: number[] = [];
    for (const [entry, id] of this.#index.ids.entries()) if (this.#inForce[id] === 0) retired.push(entry);
    if (retired.length === 0) return false;
    const hasRemoved = this.#rows.withdraw(retired.map((entry) => this.#idOf(entry)));
    this.#free(retired.filter(this.#connectionless(retired)));
    return hasRemoved;
  }

  #idOf(entry: number): number {
    return this.#index.ids[entry] ?? 0;
  }

  /** Whether none of a server's connections counts any more; of those that `entries` name. */
  #connectionless(entries: readonly number[]): (entry: number) => boolean {
    const { base, count } = spanOf(entries.map((entry) => this.#idOf(entry)));
    const counts = this.#maps.connectionCounts.readRows(base, count);
    const columns = (['active', 'inactive', 'persistent'] as const).map((name) => counts.column(name));
    const overloaded = counts.column('overloaded');
    return (entry) => {
      const id = this.#idOf(entry);
      if (columns.some((column) => column(id) > 0)) return false;
      // Whoever gets the place next starts with nothing.
      if (overloaded(id) !== 0) this.#maps.connectionCounts.set({ value: id }, NO_CONNECTIONS);
      return true;
    };
  }

  #free(entries: readonly number[]): void {
    const ids = entries.map((entry) => this.#idOf(entry));
    if (ids.length <= FEW) {
      for (const id of ids) {
        this.#maps.serverStats.delete({ value: id });
        this.#maps.zeroes.delete({ kind: lvsZeroKind.LVS_ZERO_SERVER, id });
      }
    } else {
      const freed = new Set(ids);
      this.#maps.serverStats.deleteWhere(({ value }) => freed.has(value));
      this.#maps.zeroes.deleteWhere(({ kind, id }) => kind === lvsZeroKind.LVS_ZERO_SERVER && freed.has(id));
    }
    // Last: by it the next writer finds what one that was killed has left.
    this.#maps.serverIndex.deleteAll(this.#index.keysOf(entries), entries.length);
  }
}
