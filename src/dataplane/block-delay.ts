// The fault that delays blocks just above 64 kB (bpf/block_delay.bpf.c). Acts on the calling thread's network namespace;
// nothing is left pinned, and it ends with the device.

import { join } from 'node:path';
import { type Ipv4, ipv4ToNumber } from '../model/mod.ts';
import { attachToEgress } from './attach.ts';
import { BpfMap, U32 } from './bpf-map.ts';
import { withUnpinned } from './unpinned.ts';

const OBJECT = 'block_delay';
const PROGRAM = 'lvs_block_delay';
const DELAYED = 'lvs_delayed';

/** Of packets that leave by a device to one of these addresses. Throws what loading and attaching throw. */
export function attachBlockDelay(device: string, addresses: readonly Ipv4[]): void {
  withUnpinned({ object: OBJECT, program: PROGRAM }, (directory) => {
    const map = new BpfMap(join(directory, DELAYED), U32, U32);
    for (const address of addresses) map.set({ value: ipv4ToNumber(address) }, { value: 1 });
    map.close();
    attachToEgress(join(directory, PROGRAM), device);
  });
}
