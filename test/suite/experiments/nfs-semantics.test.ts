// What NFS does besides, from made observations: bytes on the wire, connections in the table, devices.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nfsSemantics } from '../../../src/suite/experiments/nfs-semantics.ts';
import { judgeClaim, ROUNDS } from './made-observations.ts';

const FILE = 1_048_576;

function readsOf(cell: string, timeNs: number, wireShare: number) {
  return Array.from({ length: ROUNDS }, (_, round) => ({
    cell,
    measure: 'read',
    sizeBytes: FILE,
    round,
    values: { timeNs, payloadBytes: FILE, wireBytes: FILE * wireShare },
  }));
}

test('a cache is found out by the wire, and a client without one is not flagged', () => {
  const plain = readsOf('client without', 9e7, 1.02);
  const cached = judgeClaim(nfsSemantics, 'C63', [...plain, ...readsOf('client with a cache', 1e6, 0.01)]);
  assert.equal(cached.verdict, 'holds', JSON.stringify(cached.outcomes));
  const none = judgeClaim(nfsSemantics, 'C63', [...plain, ...readsOf('client with a cache', 9e7, 1.02)]);
  assert.equal(none.outcomes['flagged, with a cache'], 'missed');
  assert.equal(none.outcomes['second read, with a cache'], 'missed');
});

test('one active connection in one listing is too many, and one without inactive ones too', () => {
  const listings = (mostActive: number, fewestInactive: number) =>
    Array.from({ length: ROUNDS }, (_, round) => ({
      cell: 'client without',
      measure: 'listing',
      sizeBytes: FILE,
      round,
      values: {
        listings: 5,
        mostActive: round === 3 ? mostActive : 0,
        fewestInactive: round === 3 ? fewestInactive : 4,
      },
    }));
  assert.equal(judgeClaim(nfsSemantics, 'C67', listings(0, 4)).verdict, 'holds');
  assert.equal(judgeClaim(nfsSemantics, 'C67', listings(1, 4)).verdict, 'does not hold');
  assert.equal(judgeClaim(nfsSemantics, 'C67', listings(0, 0)).verdict, 'does not hold');
});

test('a device that takes a byte is not the client’s own', () => {
  const special = (bytesTaken: number) =>
    ['device', 'fifo'].map((cell) => ({
      cell,
      measure: 'special file',
      sizeBytes: 0,
      round: 0,
      values: { isNull: Number(cell === 'device'), isFifo: Number(cell === 'fifo'), bytesTaken },
    }));
  assert.equal(judgeClaim(nfsSemantics, 'C68', special(0)).verdict, 'holds');
  assert.equal(judgeClaim(nfsSemantics, 'C68', special(1)).verdict, 'does not hold');
});
