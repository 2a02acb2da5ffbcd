// A NIC that does not work, from made observations of how netpipe ended and what the doctor said.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { badNic } from '../../../src/suite/experiments/bad-nic.ts';
import { judgeClaim } from './made-observations.ts';

const CELLS = ['checksum', 'nic-down'].flatMap((fault) =>
  ['before', 'during'].map((when) => `${fault} ${when} netpipe`),
);
const NAMED = { gaveUp: 1, netpipeSeconds: 5, seconds: 9, named: 1, others: 0 };

function observe(last: Partial<typeof NAMED> = {}) {
  return CELLS.map((cell, index) => ({
    cell,
    measure: 'broken',
    sizeBytes: 0,
    round: 0,
    values: { ...NAMED, ...(index === CELLS.length - 1 ? last : {}) },
  }));
}

test('a harness that ends soon and names every fault is what is wanted', () => {
  assert.equal(judgeClaim(badNic, 'C71', observe()).verdict, 'holds');
});

test('one that completes, names nothing, or takes a minute is not', () => {
  const last = CELLS.at(-1);
  for (const [change, statement] of [
    [{ gaveUp: 0 }, `netpipe gives up, ${last}`],
    [{ named: 0 }, `the fault is named, ${last}`],
    [{ seconds: 60 }, `until then, ${last}`],
  ] as const) {
    const { verdict, outcomes } = judgeClaim(badNic, 'C71', observe(change));
    assert.equal(verdict, 'does not hold');
    assert.deepEqual(
      Object.entries(outcomes).flatMap(([name, outcome]) => (outcome === 'missed' ? [name] : [])),
      [statement],
    );
  }
});

test('a fault that was not looked at leaves the claim open', () => {
  assert.equal(judgeClaim(badNic, 'C71', observe().slice(1)).verdict, 'not resolved here');
});
