// What a director adds behind links of several rates, from made observations.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slowLinks } from '../../../src/suite/experiments/slow-links.ts';
import { judgeClaim, netpipeTimes } from './made-observations.ts';

const LINK_NS = { unlimited: 0, '100 Mbit/s': 27_700, '10 Mbit/s': 277_000, '1.5 Mbit/s': 1_845_000 };

/** What the director adds at each rate, ns. */
function observe(addedNs: (linkNs: number) => number) {
  const cells = Object.entries(LINK_NS).flatMap(([rate, linkNs]): [string, () => number][] => [
    [`direct, ${rate}`, () => 12_000 + linkNs],
    [`VS-DR, ${rate}`, () => 12_000 + linkNs + addedNs(linkNs)],
  ]);
  return netpipeTimes([256], Object.fromEntries(cells));
}

test('a latency that is the same at each rate shows less and less', () => {
  const { verdict, values } = judgeClaim(
    slowLinks,
    'C70',
    observe(() => 2000),
  );
  assert.equal(verdict, 'holds');
  assert.ok(Math.abs((values['VS-DR / direct, unlimited'] ?? 0) - 14 / 12) < 1e-9);
});

test('a director that waits for the slow link once more does not vanish', () => {
  const { verdict, outcomes } = judgeClaim(
    slowLinks,
    'C70',
    observe((linkNs) => 2000 + linkNs / 2),
  );
  assert.equal(verdict, 'does not hold');
  assert.equal(outcomes['VS-DR / direct, 1.5 Mbit/s'], 'missed');
  assert.equal(outcomes['VS-DR / direct, 100 Mbit/s over that, unlimited'], 'missed');
});
