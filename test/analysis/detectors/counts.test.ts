import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findBypass } from '../../../src/analysis/detectors/bypass.ts';
import { findCaching } from '../../../src/model/caching.ts';
import { createNoise, SEEDS } from './simulated.ts';

test('files that crossed the wire once, with their headers, are not called cached', () => {
  for (const seed of SEEDS) {
    const payloadBytes = Math.ceil(2 ** (26 * createNoise(seed).uniform()));
    assert.equal(findCaching({ payloadBytes, wireBytes: payloadBytes + 200 }), undefined);
  }
  assert.equal(findCaching({ payloadBytes: 0, wireBytes: 0 }), undefined);
});

test('files of which more than a tenth came from a cache are, with their share', () => {
  for (const seed of SEEDS) {
    const cached = 0.12 + 0.88 * createNoise(seed).uniform();
    const found = findCaching({ payloadBytes: 1e9, wireBytes: 1e9 * (1 - cached) });
    assert.ok(Math.abs((found?.cachedShare ?? 0) - cached) < 1e-9);
  }
});

test('connections that the director has counted, and others with them, went through it', () => {
  for (const [made, counted] of [
    [20, 20],
    [20, 35],
    [1000, 950],
    [0, 0],
  ] as const) {
    assert.equal(findBypass({ made, counted }), undefined);
  }
});

test('connections that it has not counted did not', () => {
  assert.deepEqual(findBypass({ made: 20, counted: 0 }), { missingShare: 1 });
  // One of two realservers is reached directly.
  assert.deepEqual(findBypass({ made: 20, counted: 10 }), { missingShare: 0.5 });
});
