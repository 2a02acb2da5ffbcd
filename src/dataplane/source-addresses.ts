// The director's own address towards each server, asked of the routes once a change.

import type { IpAddress } from '../model/mod.ts';
import { localAddressTowards } from '../system/mod.ts';
import { lvsFamily } from './abi.ts';
import { decodeAddress, encodeAddress } from './codes.ts';

export interface Source {
  /** Whose source it is. */
  readonly server: IpAddress;
  /** As the maps have it; all zero where there is no route. */
  readonly words: readonly number[];
  /** Whether the server is the director itself. */
  readonly isLocal: boolean;
}

export class SourceAddresses {
  readonly #sources = new Map<IpAddress, Source>();
  /** The same by an IPv4 address as it is stored: most servers are seen in that form alone. */
  readonly #byWord = new Map<number, Source>();

  towards(server: IpAddress): Source {
    const known = this.#sources.get(server);
    if (known !== undefined) return known;
    const address = localAddressTowards(server);
    const source: Source = {
      server,
      words: address === undefined ? [0, 0, 0, 0] : encodeAddress(address),
      isLocal: address === server,
    };
    this.#sources.set(server, source);
    return source;
  }

  /** @param word the four words of an address, as the maps have it */
  towardsStored(family: number, word: (place: number) => number): Source {
    if (family !== lvsFamily.LVS_IPV4) return this.towards(decodeAddress([0, 1, 2, 3].map(word), family));
    const first = word(0);
    const known = this.#byWord.get(first);
    if (known !== undefined) return known;
    const source = this.towards(decodeAddress([first], family));
    this.#byWord.set(first, source);
    return source;
  }
}
