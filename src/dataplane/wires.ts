// Wires: token buckets that let nothing pass before a wire would have sent it (bpf/wire.bpf.c). Acts on the calling thread's
// network namespace; nothing is left pinned, and it ends with the devices.

import { constants } from 'node:os';
import { join } from 'node:path';
import { interfaceIndex } from '../system/mod.ts';
import { attachToEgress, attachToIngress } from './attach.ts';
import { BpfMap, U32 } from './bpf-map.ts';
import { attachFailed } from './errors.ts';
import { withUnpinned } from './unpinned.ts';
import { lvsWire } from './wire-abi.ts';

const OBJECT = 'wire';
const OUT_PROGRAM = 'lvs_wire_out';
const IN_PROGRAM = 'lvs_wire_in';
const WIRES = 'lvs_wires';

export interface Wire {
  /** A pair of devices, each with a bucket of that rate. */
  readonly ends: readonly [string, string];
  readonly bytesPerSecond: number;
  /** What each bucket holds, as time. */
  readonly creditNs: number;
  /** Frames that would wait for longer are dropped. */
  readonly queueNs: number;
}

/** Throws what loading and attaching throw. */
export function attachWires(wires: readonly Wire[]): void {
  withUnpinned({ object: OBJECT, program: OUT_PROGRAM, others: [IN_PROGRAM] }, (directory) => {
    const map = new BpfMap(join(directory, WIRES), U32, lvsWire);
    for (const { ends, ...settings } of wires) {
      const [one, other] = ends;
      map.set({ value: numberOf(one) }, entryOf(settings, other));
      map.set({ value: numberOf(other) }, entryOf(settings, one));
    }
    map.close();
    for (const device of wires.flatMap(({ ends }) => ends)) {
      attachToEgress(join(directory, OUT_PROGRAM), device);
      attachToIngress(join(directory, IN_PROGRAM), device);
    }
  });
}

function entryOf({ bytesPerSecond, creditNs, queueNs }: Omit<Wire, 'ends'>, peer: string) {
  return {
    bytes_per_second: bytesPerSecond,
    credit_ns: creditNs,
    queue_ns: queueNs,
    given_ns: 0,
    taken_ns: 0,
    empty_ns: 0,
    peer: numberOf(peer),
  };
}

function numberOf(device: string): number {
  const number = interfaceIndex(device);
  if (number === undefined) throw attachFailed(device, constants.errno.ENODEV);
  return number;
}
