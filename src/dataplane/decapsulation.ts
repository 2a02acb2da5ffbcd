// Taking VS-TUN's packets apart on a realserver without the kernel's tunnel devices. Acts on the calling thread's network
// namespace.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { familyOf, type IpAddress } from '../model/mod.ts';
import { lvsAddressKey } from './abi.ts';
import { attachToIngress, detachFromIngress } from './attach.ts';
import { BpfMap, U32, U64 } from './bpf-map.ts';
import { encodeAddress, FAMILIES } from './codes.ts';
import { loadProgram } from './program.ts';
import {
  DECAP_PROGRAM,
  findStateDirectory,
  makeStateDirectory,
  openStateDirectory,
  removeStateDirectory,
  requireNoOther,
  withWriterLock,
} from './state-directory.ts';

const OBJECT = 'decap';
const VIPS = 'lvs_decap_vips';

const GUE_PORTS = 'lvs_decap_ports';

function keyOf(vip: IpAddress) {
  return { addr: encodeAddress(vip), family: FAMILIES[familyOf(vip)], is_source: 0 };
}

function withVips<T>(directory: string, work: (vips: BpfMap<typeof lvsAddressKey, typeof U64>) => T): T {
  const vips = new BpfMap(join(directory, VIPS), lvsAddressKey, U64);
  try {
    return work(vips);
  } finally {
    vips.close();
  }
}

/**
 * Lets packets for `vip` that come to `device` inside IP-in-IP, GRE, or GUE on one of the ports through, taken out. Again
 * is harmless, and adds ports. Throws ROLES_CONFLICT, and what loading and attaching throw.
 */
export function attachDecapsulation(device: string, vip: IpAddress, guePorts: readonly number[] = []): void {
  const directory = openStateDirectory();
  withWriterLock(directory, () => {
    makeStateDirectory(directory);
    requireNoOther(directory, DECAP_PROGRAM);
    const program = join(directory.path, DECAP_PROGRAM);
    if (!existsSync(program)) loadProgram({ object: OBJECT, program: DECAP_PROGRAM }, directory.path);
    withVips(directory.path, (vips) => {
      if (vips.get(keyOf(vip)) === undefined) vips.set(keyOf(vip), { value: 0 });
    });
    const ports = new BpfMap(join(directory.path, GUE_PORTS), U32, U32);
    for (const port of guePorts) ports.set({ value: port }, { value: 1 });
    ports.close();
    attachToIngress(program, device);
  });
}

/** Undoes {@link attachDecapsulation} for a device and forgets all virtual addresses and ports. */
export function detachDecapsulation(device: string): void {
  const directory = findStateDirectory();
  if (directory === undefined) return;
  withWriterLock(directory, () => {
    if (!existsSync(join(directory.path, DECAP_PROGRAM))) return;
    detachFromIngress(device);
    removeStateDirectory(directory);
  });
}

/** Packets taken out so far for `vip`; undefined when it is not one that is. */
export function readDecapsulated(vip: IpAddress): number | undefined {
  const directory = findStateDirectory();
  if (directory === undefined || !existsSync(join(directory.path, VIPS))) return undefined;
  return withVips(directory.path, (vips) => vips.get(keyOf(vip))?.value);
}
