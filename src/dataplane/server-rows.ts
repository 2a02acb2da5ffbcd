// What connections read of a server, lvs_server: it follows the lists of services, which are what was asked for.

import type { ServerEntry } from '../director/mod.ts';
import { familyOf } from '../model/mod.ts';
import { type lvsMember, lvsServer, lvsServerFlags, lvsServerMethod } from './abi.ts';
import { encodeAddress, FAMILIES, METHODS } from './codes.ts';
import type { Maps } from './maps.ts';
import type { Column, Rows } from './rows.ts';
import type { Source, SourceAddresses } from './source-addresses.ts';
import { encodeTunnel, type RawServer } from './tables.ts';

/** A member's fields that its server has, too. */
const SHARED = ['tunnel', 'tunnel_port', 'tunnel_flags', 'upper_threshold', 'lower_threshold'] as const;

function flagsOf(weight: number, method: number, isLocal: boolean): number {
  return (
    lvsServerFlags.LVS_SERVER_AVAILABLE |
    (isLocal ? lvsServerFlags.LVS_SERVER_LOCAL : 0) |
    (weight === 0 ? lvsServerFlags.LVS_SERVER_QUIESCENT : 0) |
    (method << lvsServerMethod.LVS_SERVER_METHOD_SHIFT)
  );
}

export class ServerRows {
  readonly #maps: Maps;
  readonly #before: Rows<typeof lvsServer>;
  readonly #sources: SourceAddresses;
  readonly #noteLoad: (server: number) => void;
  readonly #member: Readonly<Record<'server' | 'weight' | 'method', Column>>;
  readonly #server: Readonly<Record<'family' | 'flags' | 'service' | 'last_weight', Column>>;
  readonly #address: readonly Column[];
  readonly #source: readonly Column[];
  readonly #shared: readonly (readonly [Column, Column])[];

  /** @param noteLoad makes the data plane look at a server's thresholds again, by its index */
  constructor(
    maps: Maps,
    { members, servers }: { readonly members: Rows<typeof lvsMember>; readonly servers: Rows<typeof lvsServer> },
    sources: SourceAddresses,
    noteLoad: (server: number) => void,
  ) {
    this.#maps = maps;
    this.#before = servers;
    this.#sources = sources;
    this.#noteLoad = noteLoad;
    this.#member = {
      server: members.column('server'),
      weight: members.column('weight'),
      method: members.column('method'),
    };
    this.#server = {
      family: servers.column('family'),
      flags: servers.column('flags'),
      service: servers.column('service'),
      last_weight: servers.column('last_weight'),
    };
    this.#address = [0, 1, 2, 3].map((word) => servers.column('addr', word));
    this.#source = [0, 1, 2, 3].map((word) => servers.column('tunnel_source', word));
    this.#shared = SHARED.map((name) => [members.column(name), servers.column(name)]);
  }

  /** The director's address towards a server that has a row. */
  sourceOf(id: number): Source {
    return this.#sources.towardsStored(this.#server.family(id), (word) => (this.#address[word] as Column)(id));
  }

  /** Whether the row of a member's server says what {@link settle} would write. */
  isSettled(member: number, serviceId: number): boolean {
    const { server, weight: weightOf, method } = this.#member;
    const id = server(member);
    const weight = weightOf(member);
    const { words, isLocal } = this.sourceOf(id);
    if (this.#server.flags(id) !== flagsOf(weight, method(member), isLocal)) return false;
    if (this.#server.service(id) !== serviceId) return false;
    if (weight !== 0 && this.#server.last_weight(id) !== weight) return false;
    if (this.#shared.some(([asked, written]) => asked(member) !== written(id))) return false;
    return this.#source.every((word, place) => word(id) === words[place]);
  }

  /** Makes the row follow its service's list. A writer that was killed may have left it behind. */
  settle(id: number, serviceId: number, server: ServerEntry): void {
    const before = this.#before.row(id);
    const wasThere = (before.flags & lvsServerFlags.LVS_SERVER_AVAILABLE) !== 0;
    const wanted = this.describe(serviceId, server, wasThere ? before.last_weight : 0);
    if (Buffer.compare(this.#before.bytes(id), this.#maps.servers.encodeRow(wanted)) === 0) return;
    this.#maps.servers.set({ value: id }, wanted);
    const thresholdsChanged =
      before.upper_threshold !== wanted.upper_threshold || before.lower_threshold !== wanted.lower_threshold;
    if (thresholdsChanged) this.#noteLoad(id);
  }

  /** Lets the packets of their connections drop. Says whether any of them was in a service until now. */
  withdraw(ids: readonly number[]): boolean {
    const { flags } = this.#server;
    const open = ids.filter((id) => flags(id) !== 0);
    const rows = new Uint8Array(open.length * lvsServer.size);
    const view = new DataView(rows.buffer);
    for (const [place, id] of open.entries()) {
      rows.set(this.#before.bytes(id), place * lvsServer.size);
      view.setUint32(place * lvsServer.size + lvsServer.fields.flags.offset, 0);
    }
    this.#maps.servers.setEncoded(new Uint8Array(Uint32Array.from(open).buffer), rows, open.length);
    return open.some((id) => (flags(id) & lvsServerFlags.LVS_SERVER_AVAILABLE) !== 0);
  }

  /** @param lastWeight the last that was not zero */
  describe(serviceId: number, server: ServerEntry, lastWeight: number): RawServer {
    const { words, isLocal } = this.#sources.towards(server.address);
    return {
      addr: encodeAddress(server.address),
      tunnel_source: words,
      port: server.port,
      family: FAMILIES[familyOf(server.address)],
      ...encodeTunnel(server.tunnel),
      flags: flagsOf(server.weight, METHODS[server.method], isLocal),
      service: serviceId,
      upper_threshold: server.upperThreshold,
      lower_threshold: server.lowerThreshold,
      last_weight: server.weight || lastWeight,
    };
  }
}
