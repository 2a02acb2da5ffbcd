// Which index each server has, as lvs_server_index said when it was read. Keys stay bytes: of a hundred thousand entries a
// change looks at few.

import { lvsServerKey, lvsServiceKey } from './abi.ts';
import type { Maps } from './maps.ts';
import { spanOf } from './regions.ts';

export class ServerIndex {
  /** The servers' indices, in no order. An entry is known by its place in here. */
  readonly ids: Uint32Array;
  /** One more than the highest of them. */
  readonly places: number;
  readonly #keys: Buffer;

  constructor(map: Maps['serverIndex']) {
    const batches = [...map.batches()];
    const count = batches.reduce((sum, batch) => sum + batch.count, 0);
    this.#keys = Buffer.concat(batches.map((batch) => batch.keys.subarray(0, batch.count * lvsServerKey.size)));
    this.ids = new Uint32Array(count);
    let filled = 0;
    for (const { values, count } of batches) {
      this.ids.set(new Uint32Array(values.buffer, values.byteOffset, count), filled);
      filled += count;
    }
    const { base, count: span } = spanOf(this.ids);
    this.places = base + span;
  }

  /** The server's key as the text that the map makes of it. */
  keyText(entry: number): string {
    return this.#text(entry, lvsServerKey.size);
  }

  /** The same of its service, with whose key a server's begins. */
  serviceKeyText(entry: number): string {
    return this.#text(entry, lvsServiceKey.size);
  }

  /** The keys of some entries, one behind the other. */
  keysOf(entries: readonly number[]): Uint8Array {
    const { size } = lvsServerKey;
    const keys = new Uint8Array(entries.length * size);
    for (const [place, entry] of entries.entries()) {
      keys.set(this.#keys.subarray(entry * size, (entry + 1) * size), place * size);
    }
    return keys;
  }

  #text(entry: number, bytes: number): string {
    const at = entry * lvsServerKey.size;
    return this.#keys.toString('latin1', at, at + bytes);
  }
}
