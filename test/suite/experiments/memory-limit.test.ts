// A file larger than memory, from made observations: a disk that is slower than memory, and one that is not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoryLimit } from '../../../src/suite/experiments/memory-limit.ts';
import { judgeClaim, visitsOf } from './made-observations.ts';

const MB = 2 ** 20;

/** Files of 16 and 32 MB from memory at 20 Gbit/s; that of 64 MB so many times as slow for each byte. */
function observe(slower: Readonly<Record<string, number>>) {
  return Object.entries(slower).flatMap(([cell, factor]) =>
    [16, 32, 64].flatMap((size) =>
      visitsOf({ cell, measure: 'http-new', sizeBytes: size * MB }, (round) => ({
        timeNs: size * MB * 0.4 * (size === 64 ? factor : 1) * (1 + (round % 3) / 2),
      })),
    ),
  );
}

test('the paper’s realserver: slower where the file does not fit, and only there', () => {
  const { verdict, values } = judgeClaim(memoryLimit, 'C41', observe({ '64 MB of memory': 10, 'all the memory': 1 }));
  assert.equal(verdict, 'holds');
  assert.ok(Math.abs((values['throughput, 64 MB / 32 MB, limited'] ?? 0) - 0.1) < 1e-9);
  assert.ok(Math.abs((values['throughput, 64 MB / 32 MB, unlimited'] ?? 0) - 1) < 1e-9);
});

test('a disk as fast as memory, or large files that are slow by themselves, are not', () => {
  const asFast = judgeClaim(memoryLimit, 'C41', observe({ '64 MB of memory': 1.1, 'all the memory': 1 }));
  assert.equal(asFast.outcomes['throughput, 64 MB / 32 MB, limited'], 'missed');
  const always = judgeClaim(memoryLimit, 'C41', observe({ '64 MB of memory': 10, 'all the memory': 2 }));
  assert.equal(always.outcomes['throughput, 64 MB / 32 MB, unlimited'], 'missed');
});
