// One network against two, from made observations: stops are counted by their length, and both curves decide.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observation } from '../../../src/model/mod.ts';
import { oneNetwork } from '../../../src/suite/experiments/one-network.ts';
import { judgeClaim, netpipeTimes } from './made-observations.ts';

const SIZES = [64, 1024, 16_384, 262_144, 1_048_576];

function observe(nsPerByteOnOne: number): Observation[] {
  return netpipeTimes(SIZES, {
    'one network': (size) => 10_000 + size * nsPerByteOnOne,
    'two networks': (size) => 10_000 + size * 0.2,
  });
}

/** One visit of a cell stands still; one-way times are half of a round trip. */
function stopping(observations: Observation[], cell: string, roundTripMs: number): Observation[] {
  const at = observations.findIndex((one) => one.cell === cell);
  return observations.map((one, index) =>
    index === at ? { ...one, values: { ...one.values, maxNs: (roundTripMs * 1e6) / 2 } } : one,
  );
}

test('stops and a drop on one network alone are what the paper saw', () => {
  const seen = stopping(observe(0.3), 'one network', 2000);
  assert.equal(judgeClaim(oneNetwork, 'C16', seen).verdict, 'holds');
});

test('two equal networks without a stop are not', () => {
  const { verdict, values } = judgeClaim(oneNetwork, 'C16', observe(0.2));
  assert.equal(verdict, 'does not hold');
  assert.equal(values['stops, one network'], 0);
  assert.equal(values['watched, one network'], 6);
});

test('a stop is one from 200 ms on, and on two networks it counts against the claim', () => {
  const count = (cell: string, ms: number) =>
    judgeClaim(oneNetwork, 'C16', stopping(observe(0.3), cell, ms)).values[`stops, ${cell}`];
  assert.equal(count('one network', 199), 0);
  assert.equal(count('one network', 200), 1);
  const { outcomes } = judgeClaim(oneNetwork, 'C16', stopping(observe(0.3), 'two networks', 300));
  assert.equal(outcomes['stops, two networks'], 'missed');
});
