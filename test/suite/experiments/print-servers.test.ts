// Jobs a second with one print server and two, from made observations.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printServers } from '../../../src/suite/experiments/print-servers.ts';
import { judgeClaim, visitsOf } from './made-observations.ts';

/** Gain of one client and of four. */
function gains(serial: number, parallel: number) {
  const at = (cell: string, measure: string, jobsPerSecond: number) =>
    visitsOf({ cell, measure, sizeBytes: 131_072 }, (round) => ({ jobsPerSecond: jobsPerSecond * (1 + (round % 3)) }));
  return [
    ...at('1 print server', 'lpd, 1 client', 16),
    ...at('2 print servers', 'lpd, 1 client', 16 * serial),
    ...at('1 print server', 'lpd, 4 clients', 18),
    ...at('2 print servers', 'lpd, 4 clients', 18 * parallel),
  ];
}

test('one client gains nothing, and several show that it is the client', () => {
  assert.equal(judgeClaim(printServers, 'C61', gains(1.02, 1.9)).verdict, 'holds');
});

test('a client that gains, or a cluster that nobody gains from, are something else', () => {
  assert.equal(judgeClaim(printServers, 'C61', gains(1.9, 1.9)).verdict, 'does not hold');
  assert.equal(judgeClaim(printServers, 'C61', gains(1, 1)).verdict, 'does not hold');
});
