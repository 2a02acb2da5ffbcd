import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatPaperColumns, throughputMbps } from '../../src/measure/netpipe/throughput.ts';

test('a megabit is 2^20 bits: the line of the paper for one byte in 0.481 ms', () => {
  assert.ok(Math.abs(throughputMbps(1, 0.000481) - 0.015857) < 1e-5);
});

test('the columns are seconds, Mbps, bits, bytes and variance', () => {
  const line = formatPaperColumns({ sizeBytes: 131_072, seconds: 1, varianceSecondsSquared: 0 });
  assert.equal(line, '1.000000000 1.000000 1048576 131072 0.000e+0');
});
