// A slow host at the end of a link, from made observations of rates and CPU times.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slowEndpoint } from '../../../src/suite/experiments/slow-endpoint.ts';
import { judgeClaim, visitsOf } from './made-observations.ts';

const BYTES = 1_048_576;
const WALL_NS = 2e8;
const SLOW_SHARE = (0.4 * 75) / 133;

/** Mbit/s of each, and the share of its CPU that the slow sender has used. */
function observe({ link = 900, slowSelf = 1000, fast = 1600, used = 0.97 } = {}) {
  const timeNs = (mbps: number, round: number) => ((BYTES * 8000) / mbps) * (1 + (round % 3) / 2);
  const cells = { 'fast and slow': link, 'fast and fast': fast, 'slow to itself': slowSelf, 'fast to itself': 2000 };
  return Object.entries(cells).flatMap(([cell, mbps]) =>
    ['stream', 'netpipe'].flatMap((measure) =>
      visitsOf({ cell, measure, sizeBytes: BYTES }, (round) => ({
        timeNs: timeNs(mbps, round),
        wallNs: WALL_NS,
        'cpuNs realserver1': used * SLOW_SHARE * WALL_NS,
        'cpuNs client': 0.3 * 0.4 * WALL_NS,
      })),
    ),
  );
}

test('a link as fast as its slow end to itself, whose CPU is used up, is the paper’s', () => {
  const { verdict, values } = judgeClaim(slowEndpoint, 'C05', observe());
  assert.equal(verdict, 'holds');
  assert.ok(Math.abs((values['throughput, link / slow to itself'] ?? 0) - 0.9) < 1e-9);
});

test('a link faster than its slow end, or a slow end that idles, is not', () => {
  const faster = judgeClaim(slowEndpoint, 'C05', observe({ link: 1300 }));
  assert.equal(faster.outcomes['throughput, link / slow to itself'], 'missed');
  const idle = judgeClaim(slowEndpoint, 'C05', observe({ used: 0.5 }));
  assert.equal(idle.outcomes['share of its CPU that the slow end uses'], 'missed');
});

test('two fast hosts are faster in proportion to the clocks, or it is not the CPU', () => {
  assert.equal(judgeClaim(slowEndpoint, 'C08', observe()).verdict, 'holds');
  assert.equal(judgeClaim(slowEndpoint, 'C08', observe({ fast: 950 })).verdict, 'does not hold');
});
