// A stream's bytes, spread over the time between two looks: what of them belongs to a window.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamRecord } from '../../src/measure/netpipe/stream-record.ts';

const WINDOW = { startMs: 1000, endMs: 2000 };
const BLOCK_BYTES = 100;

function recordOf(beganMs: number, looks: readonly (readonly [ms: number, bytes: number])[]) {
  const record = new StreamRecord(beganMs, BLOCK_BYTES, WINDOW);
  for (const [ms, bytes] of looks) record.look(ms, bytes);
  return record.finish();
}

test('what came across an edge of the window counts by its share of time', () => {
  const { window, payloadBytes, transfers, seconds } = recordOf(500, [
    [800, 300],
    [1200, 700],
    [1900, 1400],
    [2100, 1800],
    [2300, 2000],
  ]);
  // 200 of the 400 bytes until 1200, all until 1900, 200 of the 400 until 2100.
  assert.deepEqual([window?.payloadBytes, window?.transfers, window?.covered], [1100, 11, 1]);
  assert.deepEqual([payloadBytes, transfers, seconds], [2000, 20, 1.8]);
});

test('a look at which nothing has come leaves its time to the next', () => {
  const { window } = recordOf(1000, [
    [1100, 100],
    [1900, 100],
    [2100, 1100],
  ]);
  // From 1100 to 2100 in one piece.
  assert.equal(window?.payloadBytes, 100 + 900);
});

test('a stream that began in the window covers a part of it', () => {
  const { window } = recordOf(1250, [[1750, 500]]);
  assert.deepEqual([window?.payloadBytes, window?.covered], [500, 0.75]);
});

test('the time of a block is the mean between two looks', () => {
  const { timeNs, window } = recordOf(1000, [[1010, 1000]]);
  assert.ok(Math.abs(timeNs.mean / 1e6 - 1) < 0.01 && window?.timeNs.p50 === timeNs.p50);
});
