// Observations of an experiment: medians, ratios of neighbours, lines, and what is said when something is not there.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { combine, estimateOf, NotObserved, Observations, ratio } from '../../src/analysis/mod.ts';
import type { Observation } from '../../src/model/mod.ts';

function observe(cell: string, round: number, sizeBytes: number, timeNs: number): Observation {
  return { cell, measure: 'netpipe', sizeBytes, round, values: { timeNs } };
}

const SIZES = [1, 64, 1024, 8192, 65_536, 1_048_576];
/** A host that is up to three times as slow in some rounds. */
const slowness = (round: number) => 1 + (round % 3);

function curveOf(cell: string, latencyNs: number, nsPerByte: number, rounds = 12): Observation[] {
  return Array.from({ length: rounds }, (_, round) =>
    SIZES.map((size) => observe(cell, round, size, (latencyNs + nsPerByte * size) * slowness(round))),
  ).flat();
}

test('a ratio of neighbours is free of what struck both', () => {
  const seen = new Observations([...curveOf('a', 2000, 1), ...curveOf('b', 1000, 1)]);
  const { value, low, high } = estimateOf(seen.medianRatio({ cell: 'a', sizeBytes: 1 }, { cell: 'b', sizeBytes: 1 }));
  assert.ok(Math.abs(value - 2001 / 1001) < 1e-9);
  assert.equal(low, value);
  assert.equal(high, value);
});

test('the line gives back L, r∞ and the pole', () => {
  const seen = new Observations(curveOf('a', 10_000, 0.5, 1));
  const line = seen.line({ cell: 'a' });
  assert.ok(Math.abs(line.latencyNs.value / 10_000 - 1) < 1e-6);
  assert.ok(Math.abs(line.rateMbps.value / 16_000 - 1) < 1e-6);
  assert.ok(Math.abs(line.poleBytes.value / 20_000 - 1) < 1e-6);
  assert.ok(line.largestResidual.value < 1e-6);
});

test('a ratio of two lines is taken resample by resample', () => {
  const seen = new Observations([...curveOf('a', 2000, 1), ...curveOf('b', 1000, 1)]);
  const latencies = ratio(seen.line({ cell: 'a' }).latencyNs, seen.line({ cell: 'b' }).latencyNs);
  const { low, high } = estimateOf(latencies);
  // Each latency alone moves by a factor of three between resamples.
  assert.ok(low > 1.999 && high < 2.001, `${low}–${high}`);
  const alone = estimateOf(seen.line({ cell: 'a' }).latencyNs);
  assert.ok(alone.high / alone.low > 1.5);
});

test('an undisturbed time is that of the quickest rounds, however many are slow', () => {
  const times = [10, 10, 10, ...Array.from({ length: 17 }, () => 17)];
  const seen = new Observations(times.map((timeNs, round) => observe('a', round, 1, timeNs)));
  assert.equal(seen.time({ cell: 'a' }).value, 10);
  assert.equal(seen.median({ cell: 'a' }).value, 17);
});

test('a line beside another one has the ratio of the two, whatever struck both', () => {
  const seen = new Observations([...curveOf('a', 2000, 3), ...curveOf('b', 1000, 1)]);
  const [beside, other] = [seen.lineBeside({ cell: 'a' }, { cell: 'b' }), seen.line({ cell: 'b' })];
  const { value, low, high } = estimateOf(ratio(beside.rateMbps, other.rateMbps));
  assert.ok(Math.abs(value - 1 / 3) < 1e-6 && low > 0.333 && high < 0.334, `${value} [${low}–${high}]`);
  assert.ok(Math.abs(beside.latencyNs.value / other.latencyNs.value - 2) < 1e-6);
  const alone = seen.lineBeside({ cell: 'a' }, { cell: 'c' });
  assert.equal(alone.latencyNs.value, seen.line({ cell: 'a' }).latencyNs.value, 'beside nothing it is its own');
});

test('a round that lacks one of the two does not count', () => {
  const seen = new Observations([observe('a', 0, 1, 10), observe('a', 1, 1, 30), observe('b', 1, 1, 10)]);
  const quantity = seen.medianRatio({ cell: 'a', sizeBytes: 1 }, { cell: 'b', sizeBytes: 1 });
  assert.equal(quantity.value, 3);
  assert.equal(quantity.rounds, 1);
});

test('totals add up what single visits cannot show', () => {
  const seen = new Observations([0, 1, 2, 3].map((round) => observe('a', round, 1, round % 2 === 0 ? 0 : 10)));
  assert.equal(seen.total({ cell: 'a', sizeBytes: 1 }).value, 20);
});

test('what was not observed is named', () => {
  const seen = new Observations([observe('a', 0, 64, 10)]);
  assert.throws(() => seen.median({ cell: 'b', sizeBytes: 64 }), NotObserved);
  assert.throws(() => seen.median({ cell: 'a', sizeBytes: 64, value: 'wireBytes' }), /a: netpipe, 64 bytes, wireBytes/);
  assert.throws(() => seen.line({ cell: 'a' }), /no line fits the times of a/);
  assert.throws(() => new Observations([]).median({ cell: 'a' }), NotObserved);
});

test('any function of quantities has its replicas', () => {
  const seen = new Observations([...curveOf('a', 2000, 1), ...curveOf('b', 1000, 1)]);
  const parts = ['a', 'b'].map((cell) => seen.median({ cell, sizeBytes: 1 }));
  const difference = combine((a = 0, b = 0) => a - b, ...parts);
  assert.equal(difference.replicas.length, parts[0]?.replicas.length);
  assert.equal(difference.rounds, 12);
});
