// The addresses whose fragments concern the director, as the maps hold them: virtual addresses as destinations, and
// servers of VS-NAT as sources. A fragment without ports is kept, until its first comes, for these alone.

import { familyOf, type IpAddress } from '../model/mod.ts';
import type { lvsAddressKey } from './abi.ts';
import type { BpfMap, U32 } from './bpf-map.ts';
import { encodeAddress, FAMILIES } from './codes.ts';
import type { ValuesOf } from './layout.ts';

type RawAddress = ValuesOf<typeof lvsAddressKey>;

function rawAddress(address: IpAddress, isSource: boolean): RawAddress {
  return { addr: encodeAddress(address), family: FAMILIES[familyOf(address)], is_source: isSource ? 1 : 0 };
}

export class AddressesOfInterest {
  readonly #map: BpfMap<typeof lvsAddressKey, typeof U32>;
  readonly #before: ReadonlySet<string>;
  readonly #wanted: ReadonlyMap<string, RawAddress>;

  constructor(
    map: BpfMap<typeof lvsAddressKey, typeof U32>,
    virtual: ReadonlySet<IpAddress>,
    servers: ReadonlySet<IpAddress>,
  ) {
    this.#map = map;
    this.#before = new Set(map.rawEntries().map(({ key }) => key));
    const raw = [
      ...[...virtual].map((address) => rawAddress(address, false)),
      ...[...servers].map((address) => rawAddress(address, true)),
    ];
    this.#wanted = new Map(raw.map((address) => [map.textOf(address), address]));
  }

  /** Before the services change: what is of interest from now on. */
  add(): void {
    const added = [...this.#wanted].filter(([key]) => !this.#before.has(key));
    this.#map.setAll(added.map(([, address]) => [address, { value: 1 }]));
  }

  /** After the services have changed: what no longer is. */
  removeOthers(): void {
    const removed = [...this.#before].filter((key) => !this.#wanted.has(key));
    this.#map.deleteAll(Buffer.from(removed.join(''), 'latin1'), removed.length);
  }
}
