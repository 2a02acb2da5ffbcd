// Printing, from made observations: the paper's print server and client, and those of today.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printing } from '../../../src/suite/experiments/printing.ts';
import { judgeClaim, netpipeTimes } from './made-observations.ts';

const SIZES = [1, 65_536, 1_048_576, 8_388_608];
const MEDIUM = 1_048_576;

function copies(lpd: { readonly latency: number; readonly nsPerByte: number }) {
  return netpipeTimes(SIZES, {
    http: (size) => 2e5 + 4 * size,
    lpd: (size) => lpd.latency + lpd.nsPerByte * size,
    rsh: (size) => 5e6 + 5 * size,
    'rsh to a file': (size) => 6e6 + 8 * size,
    'rsh to the disk': (size) => 1.5e7 + 10 * size,
  }).map((one) => ({ ...one, measure: 'transfer' }));
}

function preloading(lpdFactor: number, httpFactor: number) {
  return netpipeTimes([MEDIUM], {
    'lpd, read before': () => 8e6,
    'lpd, from the disk': () => 8e6 * lpdFactor,
    'http, read before': () => 3e6,
    'http, from the disk': () => 3e6 * httpFactor,
  }).map((one) => ({ ...one, measure: 'preloading' }));
}

test('a shorter set-up than rsh’s and a part of http’s rate are what the paper saw', () => {
  const { verdict, outcomes } = judgeClaim(printing, 'C59', copies({ latency: 1.5e6, nsPerByte: 8 }));
  assert.equal(verdict, 'holds', JSON.stringify(outcomes));
});

test('a slow log-in, or a spool as fast as the network, is not', () => {
  const slow = judgeClaim(printing, 'C59', copies({ latency: 2e7, nsPerByte: 8 }));
  assert.equal(slow.outcomes['L, lpd / rsh'], 'missed');
  assert.equal(slow.outcomes['throughput of 1 MB, lpd / rsh to a file'], 'missed');
  const fast = judgeClaim(printing, 'C59', copies({ latency: 1.5e6, nsPerByte: 4 }));
  assert.equal(fast.outcomes['r∞, lpd / http'], 'missed');
});

test('to have read a file before helps http alone, or both, or none', () => {
  const verdictOf = (lpd: number, http: number) => judgeClaim(printing, 'C60', preloading(lpd, http)).verdict;
  assert.equal(verdictOf(1.02, 5), 'holds');
  assert.equal(verdictOf(8, 5), 'does not hold');
  assert.equal(verdictOf(1.02, 1), 'does not hold');
});
