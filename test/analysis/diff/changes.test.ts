// How often a change is called where there is none, and how surely one is found, in runs that are drawn by chance: with
// the noise of a quiet machine, with outliers, and with times that jump between two values.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findChanges } from '../../../src/analysis/diff/changes.ts';
import type { RunQuantity } from '../../../src/analysis/diff/run-quantity.ts';
import { exactly, Observations } from '../../../src/analysis/mod.ts';
import { createNormal } from '../../fixtures/run/synthetic-run.ts';

/** The logarithm of what a round adds to a time. */
type Noise = (normal: () => number) => number;

const QUIET: Noise = (normal) => 0.02 * normal();
/** One round in five is disturbed, and takes longer. */
const OUTLIERS: Noise = (normal) => (normal() > 0.84 ? 0.15 * Math.abs(normal()) : 0.02 * normal());
/** As when a process is sometimes on the CPU of the other, sometimes not. */
const TWO_VALUES: Noise = (normal) => (normal() > 0.25 ? 0.25 : 0) + 0.02 * normal();

const NUMBERS = 12;

/** A run of NUMBERS numbers; the first takes `factor` times as long. */
function draw(seed: number, rounds: number, noise: Noise, factor = 1): RunQuantity[] {
  const normal = createNormal(seed);
  const cells = Array.from({ length: NUMBERS }, (_, index) => `${index}`);
  const seen = new Observations(
    Array.from({ length: rounds }, (_, round) =>
      cells.map((cell, index) => {
        const timeNs = 1000 * (index === 0 ? factor : 1) * Math.exp(noise(normal));
        return { cell, measure: 'netpipe', sizeBytes: 64, round, values: { timeNs } };
      }),
    ).flat(),
  );
  return cells.map((cell) => named(cell, seen.median({ cell })));
}

function named(name: string, quantity: RunQuantity['quantity']): RunQuantity {
  return { group: 'ratio', system: 'nat', over: 'forward', name, unit: undefined, better: 'less', quantity };
}

test('two runs of the same thing have nothing changed, whatever the noise', () => {
  for (const noise of [QUIET, OUTLIERS, TWO_VALUES]) {
    for (const rounds of [6, 10, 30]) {
      const alarms = [1, 2, 3, 4].filter((seed) => {
        const changes = findChanges(draw(2 * seed, rounds, noise), draw(2 * seed + 1, rounds, noise), 0.05);
        return changes.some(({ verdict }) => verdict === 'changed');
      });
      assert.deepEqual(alarms, [], `${rounds} rounds`);
    }
  }
});

test('a change of 5 % is found in 30 rounds with 2 % of noise, and in 60 with outliers, and it alone', () => {
  for (const [rounds, noise] of [
    [30, QUIET],
    [60, OUTLIERS],
  ] as const) {
    for (const seed of [1, 2, 3]) {
      const changes = findChanges(draw(2 * seed, rounds, noise), draw(2 * seed + 1, rounds, noise, 1.05), 0.05);
      const changed = changes.filter(({ verdict }) => verdict === 'changed');
      assert.deepEqual(
        changed.map(({ name, direction }) => [name, direction]),
        [['0', 'worse']],
      );
      assert.ok(Math.abs((changed[0]?.ratio ?? 0) - 1.05) < 0.02);
    }
  }
});

test('what is the same is called so where the rounds tell, and not resolved where they do not', () => {
  const [quiet] = findChanges(draw(2, 60, QUIET).slice(0, 1), draw(3, 60, QUIET), 0.05);
  assert.equal(quiet?.verdict, 'same');
  const [narrow] = findChanges(draw(2, 60, QUIET).slice(0, 1), draw(3, 60, QUIET), 0.001);
  assert.equal(narrow?.verdict, 'not resolved');
  const [jumping] = findChanges(draw(2, 10, TWO_VALUES).slice(0, 1), draw(3, 10, TWO_VALUES), 0.05);
  assert.equal(jumping?.verdict, 'not resolved');
});

test('with fewer than six rounds in either run there is no interval, and nothing is resolved', () => {
  const [few] = findChanges(draw(2, 60, QUIET).slice(0, 1), draw(3, 5, QUIET, 2), 0.05);
  assert.equal(few?.interval, undefined);
  assert.equal(few?.verdict, 'not resolved');
  assert.deepEqual(few?.rounds, { a: 60, b: 5 });
});

test('more numbers make each interval wider, as all are to hold together', () => {
  const [a, b] = [draw(2, 30, QUIET), draw(3, 30, QUIET)];
  const width = (count: number) => {
    const one = findChanges(a.slice(0, count), b, 0.05).find(({ name }) => name === '0');
    return (one?.interval?.high ?? 0) - (one?.interval?.low ?? 0);
  };
  assert.ok(width(1) < width(4) && width(4) < width(NUMBERS));
});

test('changed ones come first, and the most changed of them before the others; more of a rate is better', () => {
  const a = [
    named('same', exactly(100)),
    named('little', exactly(100)),
    { ...named('much', exactly(100)), better: 'more' } as const,
  ];
  const b = [
    named('little', { ...exactly(90), replicas: [90, 90], rounds: 9 }),
    { ...named('much', { ...exactly(300), replicas: [300, 300], rounds: 9 }), better: 'more' } as const,
    named('same', { ...exactly(100), replicas: [100, 100], rounds: 9 }),
  ];
  const withReplicas = a.map((one) => ({ ...one, quantity: { value: 100, replicas: [100, 100], rounds: 9 } }));
  assert.deepEqual(
    findChanges(withReplicas, b, 0.05).map(({ name, verdict, direction }) => [name, verdict, direction]),
    [
      ['much', 'changed', 'better'],
      ['little', 'changed', 'better'],
      ['same', 'same', undefined],
    ],
  );
});

test('what only one run has, and what has no logarithm, is left out', () => {
  const a = [named('zero', exactly(0)), named('not a number', exactly(Number.NaN)), named('only in A', exactly(1))];
  const b = [named('zero', exactly(1)), named('not a number', exactly(1)), named('only in B', exactly(1))];
  assert.deepEqual(findChanges(a, b, 0.05), []);
});
