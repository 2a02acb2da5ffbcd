// The addresses whose fragments concern the director, as the maps hold them: virtual addresses as destinations, and
// servers of VS-NAT as sources. A fragment without ports is kept, until its first comes, for these alone.

import { isMarkKey, type ServiceTable } from '../director/mod.ts';
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
  readonly #wanted: ReadonlyMap<string, RawAddress>;

  constructor(map: BpfMap<typeof lvsAddressKey, typeof U32>, table: ServiceTable) {
    this.#map = map;
    const virtual = new Set(table.flatMap((entry) => (isMarkKey(entry) ? [] : [entry.address])));
    const servers = new Set<IpAddress>();
    for (const entry of table) {
      for (const { method, address } of entry.servers) if (method === 'nat') servers.add(address);
    }
    const raw = [
      ...[...virtual].map((address) => rawAddress(address, false)),
      ...[...servers].map((address) => rawAddress(address, true)),
    ];
    this.#wanted = new Map(raw.map((address) => [map.textOf(address), address]));
  }

  /** Before the services change: what is of interest from now on. */
  add(): void {
    this.#map.setAll([...this.#wanted.values()].map((address) => [address, { value: 1 }]));
  }

  /** After the services have changed: what no longer is. */
  removeOthers(): void {
    for (const { key } of [...this.#map.rawEntries()]) if (!this.#wanted.has(key)) this.#map.deleteText(key);
  }
}
