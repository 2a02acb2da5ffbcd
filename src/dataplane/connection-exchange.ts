// The connections of this network namespace's director for other directors: what they are to be told (bpf/collect.h),
// and taking in what they tell (bpf/adopt.h).

import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { lvsAdopted, lvsCollect, lvsShared, lvsSharedLimits } from './abi.ts';
import { BpfMap, U32 } from './bpf-map.ts';
import { readConfig } from './config.ts';
import { ConfiguredServers } from './configured-servers.ts';
import { otherVersion, runFailed } from './errors.ts';
import { decode, encode } from './layout.ts';
import { lastErrno, libbpf, RUN_OPTS_BYTES } from './libbpf.ts';
import { isOfThisVersion } from './loaded-version.ts';
import { closeMaps, type Maps, openMaps } from './maps.ts';
import { decodeShared, encodeShared, type SharedConnection } from './shared-connection.ts';
import { findStateDirectory, openLoaded, tablesOf } from './state-directory.ts';
import { readInstalled } from './tables.ts';

/** Pinned beside the maps. */
export const COLLECT_PROGRAM = 'lvs_collect';
export const ADOPT_PROGRAM = 'lvs_adopt';

const ETHERNET_HEADER_BYTES = 14;
const NS_PER_S = 1e9;

/** `outdated`: what is known here is newer. `unknown`: of a kind that cannot be here. */
export type Adoption = 'new' | 'known' | 'outdated' | 'no room' | 'unknown';

const ADOPTIONS: Readonly<Record<number, Adoption>> = {
  [lvsAdopted.LVS_ADOPTED_NEW]: 'new',
  [lvsAdopted.LVS_ADOPTED_KNOWN]: 'known',
  [lvsAdopted.LVS_ADOPTED_OUTDATED]: 'outdated',
  [lvsAdopted.LVS_ADOPTED_NO_ROOM]: 'no room',
};

export class ConnectionExchange {
  readonly #directory: string;
  readonly #tables: number | undefined;
  readonly #maps: Maps;
  readonly #collected: BpfMap<typeof U32, typeof lvsShared>;
  readonly #collectProgram: number;
  readonly #adoptProgram: number;
  readonly #sinceS = Math.floor(Number(process.hrtime.bigint()) / NS_PER_S);
  readonly #frame = new Uint8Array(ETHERNET_HEADER_BYTES + lvsShared.size);
  #servers = new ConfiguredServers([]);
  #epoch: number | undefined;

  /** @param directory where the director's maps and programs are pinned; throws BPF_MAP_FAILED, BPF_RUN_FAILED */
  constructor(directory: string) {
    this.#directory = directory;
    this.#tables = tablesOf(directory);
    this.#maps = openMaps(directory);
    this.#collected = new BpfMap(join(directory, 'lvs_collected'), U32, lvsShared);
    this.#collectProgram = this.#open(COLLECT_PROGRAM);
    this.#adoptProgram = this.#open(ADOPT_PROGRAM);
  }

  #open(program: string): number {
    const fd = libbpf().objGet(join(this.#directory, program));
    if (fd < 0) throw runFailed(program, lastErrno());
    return fd;
  }

  /** Whether the director is still there: its tables, also while its programs are replaced, and not another version's. */
  get isLive(): boolean {
    return tablesOf(this.#directory) === this.#tables;
  }

  /**
   * The connections that other directors are to be told of, in one pass over the table: 0.2 s for half a million.
   * All of them at first, by and by, then what is new or has changed or goes on. To be asked until there are none.
   */
  collect(): readonly SharedConnection[] {
    const request = Buffer.from(encode(lvsCollect, { since_s: this.#sinceS, count: 0 }));
    const options = { sz: RUN_OPTS_BYTES, ctx_in: request, ctx_size_in: request.length };
    if (libbpf().programRun(this.#collectProgram, options) !== 0) {
      throw runFailed(COLLECT_PROGRAM, lastErrno());
    }
    const count = Math.min(decode(lvsCollect, request).count, lvsSharedLimits.LVS_MAX_SHARED);
    if (count === 0) return [];
    this.#readConfiguration();
    const connections: SharedConnection[] = [];
    for (const bytes of this.#collected.rawValues()) {
      const raw = decode(lvsShared, bytes);
      connections.push(decodeShared(raw, this.#servers.markOf(raw.service)));
      if (connections.length === count) break;
    }
    return connections;
  }

  /** Whether the pass that gathered so many had no room for more. */
  static isFull(connections: readonly SharedConnection[]): boolean {
    return connections.length === lvsSharedLimits.LVS_MAX_SHARED;
  }

  /** Makes these the director's own, or brings its own up to date. */
  adopt(connections: readonly SharedConnection[]): readonly Adoption[] {
    this.#readConfiguration();
    return connections.map((connection) => this.#adoptOne(connection));
  }

  #adoptOne(connection: SharedConnection): Adoption {
    const raw = encodeShared(connection);
    if (raw === undefined) return 'unknown';
    const place = this.#servers.find(connection);
    if (place === undefined && !canGoWithoutServer(connection)) return 'unknown';
    this.#frame.set(encode(lvsShared, { ...raw, ...place }), ETHERNET_HEADER_BYTES);
    const options = { sz: RUN_OPTS_BYTES, data_in: this.#frame, data_size_in: this.#frame.length, retval: 0 };
    if (libbpf().programRun(this.#adoptProgram, options) !== 0) {
      throw runFailed(ADOPT_PROGRAM, lastErrno());
    }
    return ADOPTIONS[options.retval] ?? 'unknown';
  }

  #readConfiguration(): void {
    const { epoch } = readConfig(this.#maps);
    if (epoch === this.#epoch) return;
    this.#servers = new ConfiguredServers(readInstalled(this.#maps));
    this.#epoch = epoch;
  }

  close(): void {
    closeMaps(this.#maps);
    this.#collected.close();
    closeSync(this.#collectProgram);
    closeSync(this.#adoptProgram);
  }
}

/** Nobody looks at a template without one, a tunnel's outer source is its own, and a LocalNode is not this host. */
function canGoWithoutServer({ isTemplate, method }: SharedConnection): boolean {
  return !isTemplate && (method === 'nat' || method === 'dr');
}

/** That of this network namespace's director; undefined where there is none. Throws DIRECTOR_OTHER_VERSION. */
export function openConnectionExchange(): ConnectionExchange | undefined {
  const directory = findStateDirectory();
  if (directory === undefined) return undefined;
  return openLoaded(directory, () => {
    if (!isOfThisVersion(directory)) throw otherVersion();
    return new ConnectionExchange(directory.path);
  });
}
