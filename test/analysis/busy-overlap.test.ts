// Times of work of several servers: how much they overlap, and who had how much of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type BusyInterval, measureOverlap } from '../../src/analysis/mod.ts';
import { parseIntervals } from '../../src/suite/busy-intervals.ts';

function busy(server: string, ...times: readonly (readonly [number, number])[]): BusyInterval[] {
  return times.map(([startMs, endMs]) => ({ server, startMs, endMs }));
}

test('servers that work in turns do not overlap, not even where one begins as another ends', () => {
  const intervals = [...busy('a', [0, 10], [20, 30]), ...busy('b', [10, 20], [35, 40])];
  const { overlap, busyMs, split } = measureOverlap(['a', 'b'], intervals);
  assert.deepEqual([overlap, busyMs], [0, 35]);
  assert.deepEqual(
    [...split.values()],
    [
      { count: 2, share: 0.5 },
      { count: 2, share: 0.5 },
    ],
  );
});

test('overlap is the share of the busy time in which at least two work', () => {
  const intervals = [...busy('a', [0, 60]), ...busy('b', [50, 70]), ...busy('c', [55, 100], [200, 200])];
  assert.deepEqual(measureOverlap(['a', 'b', 'c'], intervals).overlap, 20 / 100);
});

test('two pieces of work of one server at once are no overlap', () => {
  assert.equal(measureOverlap(['a'], busy('a', [0, 10], [5, 15])).overlap, 0);
});

test('a server without work has no share; without any work there is no overlap', () => {
  const { split } = measureOverlap(['a', 'b'], busy('a', [0, 1]));
  assert.deepEqual(split.get('b'), { count: 0, share: 0 });
  const none = measureOverlap(['a'], []);
  assert.deepEqual([none.overlap, none.busyMs, none.split.get('a')?.share], [0, 0, 0]);
});

test('an interval lasts from the first SYN-ACK to the first FIN or RST of a connection', () => {
  const lines = [
    '10.000000 IP 192.168.1.11.80 > 192.168.2.254.4001: Flags [F.], seq 1, ack 1, win 0, length 0',
    '10.100000 IP 192.168.1.11.80 > 192.168.2.254.4002: Flags [S.], seq 7, ack 8, win 65160, length 0',
    '10.150000 IP 192.168.1.11.80 > 192.168.2.254.4002: Flags [S.], seq 7, ack 8, win 65160, length 0',
    '10.200000 IP 192.168.1.11.80 > 192.168.2.254.4003: Flags [S.E], seq 7, ack 8, win 65160, length 0',
    '10.250000 IP 192.168.1.11.80 > 192.168.2.254.4002: Flags [FP.], seq 8:99, ack 9, win 509, length 91',
    '10.300000 IP 192.168.1.11.80 > 192.168.2.254.4003: Flags [R], seq 8, win 0, length 0',
    '10.400000 IP 192.168.1.11.80 > 192.168.2.254.4004: Flags [S.], seq 7, ack 8, win 65160, length 0',
    'dropped privs to tcpdump',
  ];
  assert.deepEqual(
    parseIntervals('a', lines).map(({ server, startMs, endMs }) => [server, Math.round(startMs), Math.round(endMs)]),
    [
      ['a', 10_100, 10_250],
      ['a', 10_200, 10_300],
    ],
  );
});
