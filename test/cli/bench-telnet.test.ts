import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTimes } from '../../src/cli/bench-telnet.ts';

test('the times of connections are told in 80 columns, and no number is parted from its name', () => {
  const short = { min: 441e3, p5: 463e3, p50: 832e3, p99: 1258e3, max: 1258e3, mean: 790e3 };
  assert.deepEqual(formatTimes(short), [
    'Time of a connection, µs: min 441, p5 463, p50 832, p99 1258, max 1258, mean 790',
  ]);
  const long = { min: 1002_441e3, p5: 1002_463e3, p50: 1015_832e3, p99: 3031_258e3, max: 3031_258e3, mean: 1202_790e3 };
  assert.deepEqual(formatTimes(long), [
    'Time of a connection, µs: min 1002441, p5 1002463, p50 1015832, p99 3031258,',
    '    max 3031258, mean 1202790',
  ]);
});
