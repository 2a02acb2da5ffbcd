// NFS's times, from made observations: the paper's, where nothing made a difference, and those of a fast machine.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nfs } from '../../../src/suite/experiments/nfs.ts';
import { judgeClaim, netpipeTimes } from './made-observations.ts';

const SIZES = [1, 1_048_576];
const PARTS_KB = [1, 4, 8, 16];

interface Pace {
  /** ns of a file of 1 B. */
  readonly latency: number;
  readonly nsPerByte: number;
}

function observe(read: Pace, written: Pace, nsPerCall = 0, lvsFactor = 1) {
  return [
    ...netpipeTimes(SIZES, { 'VS-DR': (size) => 12_000 + size }),
    ...Object.entries({ read, write: written }).flatMap(([measure, { latency, nsPerByte }]) => {
      const timeOf = (partBytes: number) => (size: number) =>
        latency + size * nsPerByte + (size / partBytes) * nsPerCall;
      const cells = {
        'VS-DR': (size: number) => lvsFactor * timeOf(8192)(size),
        forwarding: timeOf(8192),
        ...Object.fromEntries(PARTS_KB.map((kb) => [`parts of ${kb} kB`, timeOf(kb * 1024)])),
      };
      return netpipeTimes(SIZES, cells).map((one) => ({ ...one, measure }));
    }),
  ];
}

const SLOW = { latency: 300_000, nsPerByte: 20 };

test('a disk that is slower than all calls hides the size of the parts, the direction and the LVS', () => {
  const written = { ...SLOW, latency: 200_000 };
  for (const claim of ['C62', 'C64', 'C65', 'C66']) {
    const { verdict, outcomes } = judgeClaim(nfs, claim, observe(SLOW, written));
    assert.equal(verdict, 'holds', `${claim}: ${JSON.stringify(outcomes)}`);
  }
});

test('calls that cost show in the throughput, and not in the latency', () => {
  const { verdict, values, outcomes } = judgeClaim(nfs, 'C62', observe(SLOW, SLOW, 100_000));
  assert.equal(verdict, 'does not hold');
  assert.equal(outcomes['time of 1 B, parts of 1 / 16 kB, read'], 'met');
  assert.ok((values['throughput of 1 MB, parts of 1 / 16 kB, write'] ?? 1) < 0.3);
});

test('a slower direction and a slower LVS are told apart', () => {
  const direction = judgeClaim(nfs, 'C64', observe(SLOW, { ...SLOW, nsPerByte: 30 }));
  assert.equal(direction.outcomes['throughput of 1 MB, written / read, VS-DR'], 'missed');
  assert.equal(direction.outcomes['throughput of 1 MB, VS-DR / forwarding, write'], 'met');
  const lvs = judgeClaim(nfs, 'C64', observe(SLOW, SLOW, 0, 1.5));
  assert.equal(lvs.outcomes['throughput of 1 MB, written / read, VS-DR'], 'met');
  const share = lvs.values['throughput of 1 MB, VS-DR / forwarding, write'] ?? 1;
  assert.ok(share > 0.66 && share < 0.67, `${share}`);
});

test('NFS at the rate of netpipe, or slow to write a byte, is not the paper’s', () => {
  const fast = { latency: 20_000, nsPerByte: 2 };
  assert.equal(judgeClaim(nfs, 'C65', observe(fast, fast)).verdict, 'does not hold');
  assert.equal(judgeClaim(nfs, 'C66', observe(SLOW, { ...SLOW, latency: 600_000 })).verdict, 'does not hold');
});
