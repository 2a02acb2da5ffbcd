// Taking VS-TUN's packets apart on a realserver without tunl0. Acts on the calling thread's network namespace.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Ipv4, ipv4ToNumber } from '../model/mod.ts';
import { withFileLock } from '../system/mod.ts';
import { BpfMap, U64 } from './bpf-map.ts';
import type { Layout } from './layout.ts';
import { attachToIngress, detachFromIngress, loadProgram } from './program.ts';
import {
  DECAP_PROGRAM,
  findStateDirectory,
  openStateDirectory,
  removeStateDirectory,
  requireNoOther,
} from './state-directory.ts';

const OBJECT = 'decap';
const VIPS = 'lvs_decap_vips';

const ADDRESS = { size: 4, fields: { value: { offset: 0, scalar: 'be32' } } } as const satisfies Layout;

/**
 * Lets packets for `vip` that come to `device` inside IP-in-IP through, taken out. Again is harmless.
 * Throws ROLES_CONFLICT, and what loading and attaching throw.
 */
export function attachDecapsulation(device: string, vip: Ipv4): void {
  const directory = openStateDirectory();
  withFileLock(directory.lockFile, () => {
    requireNoOther(directory, DECAP_PROGRAM);
    const program = join(directory.path, DECAP_PROGRAM);
    if (!existsSync(program)) loadProgram({ object: OBJECT, program: DECAP_PROGRAM }, directory.path);
    const vips = new BpfMap(join(directory.path, VIPS), ADDRESS, U64);
    const key = { value: ipv4ToNumber(vip) };
    if (vips.get(key) === undefined) vips.set(key, { value: 0 });
    vips.close();
    attachToIngress(program, device);
  });
}

/** Undoes {@link attachDecapsulation} for a device and forgets all virtual addresses. */
export function detachDecapsulation(device: string): void {
  const directory = findStateDirectory();
  if (directory === undefined || !existsSync(join(directory.path, DECAP_PROGRAM))) return;
  detachFromIngress(device);
  removeStateDirectory(directory);
}

/** Packets taken out so far for `vip`; undefined when it is not one that is. */
export function readDecapsulated(vip: Ipv4): number | undefined {
  const directory = findStateDirectory();
  if (directory === undefined || !existsSync(join(directory.path, VIPS))) return undefined;
  const vips = new BpfMap(join(directory.path, VIPS), ADDRESS, U64);
  const packets = vips.get({ value: ipv4ToNumber(vip) })?.value;
  vips.close();
  return packets;
}
