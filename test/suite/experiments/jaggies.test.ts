// Jaggies from made observations: curves are looked at one by one, and a flag counts only where the fault is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observation } from '../../../src/model/mod.ts';
import { jaggies } from '../../../src/suite/experiments/jaggies.ts';
import { judgeClaim } from './made-observations.ts';

const KB = 1024;
const SIZES = [2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256].map((kilobytes) => kilobytes * KB);
const CURVES = 20;
const ROUNDS = 3 * CURVES;
const FAULTS: Readonly<Record<string, boolean>> = {
  sound: false,
  'fault at the client': true,
  'fault at the realserver': true,
  'fault at the client, VS-DR': true,
  'fault at the director, VIP on its NIC': true,
  'fault at the director, VIP by TP': false,
};

/** The fastest block of each visit; `delayNs` is added at 96 kB where the fault is. */
function observe(delayNs: (round: number) => number, slowBytes = 96 * KB): Observation[] {
  return Object.entries(FAULTS).flatMap(([cell, faulty]) =>
    SIZES.flatMap((sizeBytes) =>
      Array.from({ length: ROUNDS }, (_, round) => {
        const added = faulty && sizeBytes === slowBytes ? delayNs(round) : 0;
        const minNs = 20_000 + 2 * sizeBytes + added;
        return { cell, measure: 'netpipe', sizeBytes, round, values: { minNs, timeNs: 1.1 * minNs } };
      }),
    ),
  );
}

test('a delay above 64 kB is found in all curves, and none without it', () => {
  const seen = observe(() => 500_000);
  for (const claim of ['C06', 'C07', 'C34']) assert.equal(judgeClaim(jaggies, claim, seen).verdict, 'holds');
});

test('a delay in every other curve is not enough, nor one at another size', () => {
  const { verdict, values } = judgeClaim(
    jaggies,
    'C07',
    observe((round) => (round % 2) * 500_000),
  );
  assert.equal(verdict, 'does not hold');
  assert.equal(values['found at 64 kB and nowhere else, fault at the client'], 0.5);
  assert.equal(
    judgeClaim(
      jaggies,
      'C06',
      observe(() => 500_000, 24 * KB),
    ).verdict,
    'does not hold',
  );
});

test('a size that is slow in most of its visits, but not in all of them, is the machine and no jag', () => {
  const seen = observe(() => 500_000).map((one) =>
    one.cell === 'sound' && one.sizeBytes === 32 * KB && one.round >= CURVES
      ? { ...one, values: { minNs: 5 * (one.values.minNs ?? 0), timeNs: 1 } }
      : one,
  );
  assert.equal(judgeClaim(jaggies, 'C06', seen).verdict, 'holds');
});

test('too few rounds make no verdict', () => {
  const few = observe(() => 500_000).filter(({ round }) => round < 10);
  assert.equal(judgeClaim(jaggies, 'C06', few).verdict, 'not resolved here');
});
