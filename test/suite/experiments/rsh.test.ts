// Claims on copies by rsh, from made observations: to /dev/null, to slow ends, and inetd's limit.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observation } from '../../../src/model/mod.ts';
import { rsh } from '../../../src/suite/experiments/rsh.ts';
import { rshLimit } from '../../../src/suite/experiments/rsh-limit.ts';
import { rshSlowEnds } from '../../../src/suite/experiments/rsh-slow-ends.ts';
import { judgeClaim, ROUNDS } from './made-observations.ts';

const MB = 2 ** 20;

function timed(cell: string, measure: string, times: Readonly<Record<number, number>>): Observation[] {
  return Object.entries(times).flatMap(([size, ms]) =>
    Array.from({ length: ROUNDS }, (_, round) => {
      const minNs = ms * 1e6 * (1 + (round % 3) / 2);
      return { cell, measure, sizeBytes: Number(size), round, values: { minNs, timeNs: 2 * minNs } };
    }),
  );
}

const SLOW_DISK = 'rsh, slow disk';
const TO_NULL = timed('VS-DR, to /dev/null', SLOW_DISK, { 1: 4, [MB]: 5 });

function toDisk(directMs: number, lvsMs: number): Observation[] {
  return [
    ...TO_NULL,
    ...timed('VS-DR, to a disk', SLOW_DISK, { 1: 8, [MB]: lvsMs }),
    ...timed('directly, to a disk', SLOW_DISK, { 1: 8, [MB]: directMs }),
    ...timed('VS-DR, to the page cache', SLOW_DISK, { [MB]: 6 }),
  ];
}

test('a slow disk is as slow directly as by LVS, or the LVS is to blame', () => {
  assert.equal(judgeClaim(rshSlowEnds, 'C55', toDisk(240, 245)).verdict, 'holds');
  assert.equal(judgeClaim(rshSlowEnds, 'C55', toDisk(120, 245)).verdict, 'does not hold');
  assert.equal(judgeClaim(rshSlowEnds, 'C55', toDisk(5, 5)).verdict, 'does not hold');
});

test('where no disk can be limited, the claim says what it needs', () => {
  const words = ['this machine cannot limit io'];
  const lacking = { cell: SLOW_DISK, measure: 'lacking', sizeBytes: 0, round: 0, values: {}, words };
  const { verdict, why } = judgeClaim(rshSlowEnds, 'C55', [...TO_NULL, lacking]);
  assert.deepEqual([verdict, why], ['needs', words[0]]);
});

test('a machine that copies to itself shares its CPU between both ends', () => {
  const copies = (lvs: number, self: number) => [
    ...timed('VS-DR', 'rsh, slow CPUs', { [16 * MB]: lvs }),
    ...timed('realserver to itself', 'rsh, slow CPUs', { [16 * MB]: self }),
  ];
  assert.equal(judgeClaim(rshSlowEnds, 'C57', copies(200, 330)).verdict, 'holds');
  assert.equal(judgeClaim(rshSlowEnds, 'C57', copies(330, 200)).verdict, 'does not hold');
});

test('who works most for a large copy is told from the sums over all rounds', () => {
  const work = (client: number, server: number, director: number): Observation[] =>
    Array.from({ length: ROUNDS }, (_, round) => ({
      cell: 'VS-DR',
      measure: 'work',
      sizeBytes: 64 * MB,
      round,
      // Coarse: every other visit sees none.
      values: {
        'cpuNs client': round % 2 === 0 ? client : 0.9 * client,
        'cpuNs realserver1': round % 2 === 0 ? 2 * server : 0,
        directorNs: director,
        elapsedNs: 1e9,
      },
    }));
  assert.equal(judgeClaim(rsh, 'C54', work(9e7, 3e7, 2e6)).verdict, 'holds');
  assert.equal(judgeClaim(rsh, 'C54', work(9e7, 3e7, 2e7)).verdict, 'does not hold');
  assert.equal(judgeClaim(rsh, 'C54', work(3e7, 9e7, 2e6)).verdict, 'does not hold');
});

test('the floor is the realserver’s own, and does not grow with the size below the pole', () => {
  const small = (lvs: number, self: number, larger: number) => [
    ...timed('VS-DR', 'rsh', { 1: lvs, [MB / 8]: larger }),
    ...timed('realserver to itself', 'rsh', { 1: self }),
    ...timed('client to itself', 'rsh', { 1: self }),
  ];
  assert.equal(judgeClaim(rsh, 'C56', small(4, 3.8, 4.2)).verdict, 'holds');
  assert.equal(judgeClaim(rsh, 'C56', small(4, 3, 4.2)).verdict, 'does not hold');
  assert.equal(judgeClaim(rsh, 'C56', small(4, 3.8, 6)).verdict, 'does not hold');
});

test('inetd’s limit has to be named, and at the connection where it is', () => {
  const copies = (limit: number, values: Record<string, number>, words: readonly string[] = []): Observation => ({
    cell: `${limit} a minute`,
    measure: 'rsh',
    sizeBytes: 1,
    round: 0,
    values: { drops: 0, ...values },
    words,
  });
  const named = (connection: number) => [
    'closed without a reply',
    `inetd's limit: it stopped at connection ${connection} within a minute`,
  ];
  const higher = copies(100, { failed: 0 });
  assert.equal(judgeClaim(rshLimit, 'C58', [copies(40, { failed: 22 }, named(40)), higher]).verdict, 'holds');
  assert.equal(judgeClaim(rshLimit, 'C58', [copies(40, { failed: 30 }, named(32)), higher]).verdict, 'does not hold');
  assert.notEqual(judgeClaim(rshLimit, 'C58', [copies(40, { failed: 22 }, ['refused']), higher]).verdict, 'holds');
  const dropping = copies(40, { failed: 22, drops: 3 }, named(40));
  assert.equal(judgeClaim(rshLimit, 'C58', [dropping, higher]).verdict, 'does not hold');
});
