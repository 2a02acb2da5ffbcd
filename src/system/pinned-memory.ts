// Memory for the system calls of a measurement, whose address is taken once.

import { addressOf } from './libc.ts';

/** Memory whose address does not change. */
export interface PinnedMemory {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Valid as long as this object is referenced. */
  readonly address: number;
}

/**
 * Blocks begin on a page, as NPtcp's do: 16 bytes off it, where malloc puts them, the kernel's copies took 1.6 times as
 * long for a block of 1 MB. The page to spare also keeps V8 from holding small arrays on its own heap, where they move.
 */
const PAGE_BYTES = 4096;

export function allocatePinned(sizeBytes: number): PinnedMemory {
  const memory = new ArrayBuffer(sizeBytes + PAGE_BYTES);
  const start = addressOf(memory);
  const offset = (PAGE_BYTES - (start % PAGE_BYTES)) % PAGE_BYTES;
  return { bytes: new Uint8Array(memory, offset, sizeBytes), address: start + offset };
}

/** A copy of `bytes` whose address does not change. */
export function pinBytes(bytes: Uint8Array): PinnedMemory {
  const memory = allocatePinned(bytes.length);
  memory.bytes.set(bytes);
  return memory;
}
