// Claims on http, from made observations: a server whose replies are as nginx's, on a machine with a pole, and others.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observation } from '../../../src/model/mod.ts';
import { http } from '../../../src/suite/experiments/http.ts';
import { judgeClaim, netpipeTimes, ROUNDS } from './made-observations.ts';

const MB = 2 ** 20;
const SIZES = [1, 1024, 8192, 65_536, 262_144, MB, 4 * MB, 16 * MB];
const NS_PER_BYTE = 2;
const HEAD_BYTES = 233;
const lengthDigits = (sizeBytes: number) => `${sizeBytes}${sizeBytes.toString(16)}`.length;

interface Server {
  readonly newNs?: (sizeBytes: number) => number;
  readonly keptNs?: (sizeBytes: number) => number;
  readonly headBytes?: (sizeBytes: number, round: number) => number;
}

function fetched({
  newNs = (size) => 150_000 + size * NS_PER_BYTE,
  keptNs = (size) => 45_000 + size * NS_PER_BYTE,
  headBytes = (size) => HEAD_BYTES + lengthDigits(size),
}: Server): Observation[] {
  return Object.entries({ 'new connections': newNs, 'persistent connection': keptNs }).flatMap(([cell, timeOf]) =>
    SIZES.flatMap((sizeBytes) =>
      Array.from({ length: ROUNDS }, (_, round) => {
        const [transfers, timeNs] = [10, timeOf(sizeBytes) * (1 + (round % 3) / 2)];
        const payloadBytes = transfers * sizeBytes;
        const wireBytes = payloadBytes + transfers * headBytes(sizeBytes, round);
        return {
          cell,
          measure: 'http',
          sizeBytes,
          round,
          values: { timeNs, minNs: timeNs, transfers, payloadBytes, wireBytes },
        };
      }),
    ),
  );
}

function counted(director: { readonly bytes: number; readonly packets: number }): Observation[] {
  return ['without offloads', 'with offloads'].flatMap((cell) =>
    [MB, 16 * MB].flatMap((sizeBytes) =>
      Array.from({ length: ROUNDS }, (_, round) => ({
        cell,
        measure: 'packets',
        sizeBytes,
        round,
        values: {
          directorBytes: director.bytes,
          directorPackets: director.packets,
          replyBytes: 1_500_000,
          replyPackets: 1000,
        },
      })),
    ),
  );
}

test('the pole is where hits are halved, and a curve without one has none', () => {
  const { verdict, values } = judgeClaim(http, 'C38', fetched({}));
  assert.equal(verdict, 'holds');
  // L · r∞ of 150 µs and 2 ns a byte, where the line takes twice the time.
  assert.ok(Math.abs((values['pole, L · r∞'] ?? 0) - 75_000) < 1);
  assert.ok(Math.abs((values['half of the hits of 1 B / (L · r∞)'] ?? 0) - 1) < 0.01);
  const constant = fetched({ newNs: (size) => 150_000 + size * 0.001 });
  assert.equal(judgeClaim(http, 'C38', constant).verdict, 'does not hold');
});

test('heads are of one length apart from the digits of the file’s, whatever these are', () => {
  assert.equal(judgeClaim(http, 'C40', fetched({})).verdict, 'holds');
  const growing = fetched({ headBytes: (size) => HEAD_BYTES + 2 * lengthDigits(size) });
  assert.equal(judgeClaim(http, 'C40', growing).verdict, 'does not hold');
  const changing = fetched({ headBytes: (size, round) => HEAD_BYTES + lengthDigits(size) + (round === 5 ? 3 : 0) });
  assert.equal(judgeClaim(http, 'C40', changing).verdict, 'does not hold');
});

test('a director that has the replies, or a packet for each, is no VS-DR', () => {
  assert.equal(judgeClaim(http, 'C37', counted({ bytes: 20_000, packets: 300 })).verdict, 'holds');
  assert.equal(judgeClaim(http, 'C37', counted({ bytes: 1_500_000, packets: 1000 })).verdict, 'does not hold');
  assert.equal(judgeClaim(http, 'C37', counted({ bytes: 20_000, packets: 1200 })).verdict, 'does not hold');
});

test('netpipe and persistent connections are faster by their factors for small files only', () => {
  const netpipe = netpipeTimes([1], { netpipe: () => 10_000 });
  assert.equal(judgeClaim(http, 'C39', [...fetched({}), ...netpipe]).verdict, 'holds');
  assert.equal(judgeClaim(http, 'C44', fetched({})).verdict, 'holds');
  assert.equal(judgeClaim(http, 'C44', fetched({ keptNs: (size) => 140_000 + size })).verdict, 'does not hold');
});
