import assert from 'node:assert/strict';
import { test } from 'node:test';
import { siphash } from '../../../src/director/schedulers/siphash.ts';

test('the hash is that of the reference: bytes 0 to 3 under the key 00 01 … 0f', () => {
  // test_vectors_hsiphash[4] of lib/test_siphash.c (Linux v6.1), of 64-bit machines.
  assert.equal(siphash(0x03020100, [0x0706050403020100n, 0x0f0e0d0c0b0a0908n]), 0x88d38328);
});
