import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type CpuStats, sumCounters, sumCounts, sumRates } from '../../src/dataplane/counters.ts';

const SCALE = { periodNs: 2_000_000_000, fractionBits: 10 };
const FRACTION = 1024;

function cpu(stats: Partial<CpuStats>): CpuStats {
  return {
    count: [0, 0, 0, 0, 0],
    period_start_count: [0, 0, 0, 0, 0],
    rate: [0, 0, 0, 0, 0],
    period_start_ns: 0,
    ...stats,
  };
}

test('counts are the sums over the CPUs, with what connections still hold', () => {
  const cpus = [cpu({ count: [1, 2, 3, 4, 5] }), cpu({ count: [10, 20, 30, 40, 50] })];
  assert.deepEqual(sumCounts(cpus, undefined), [11, 22, 33, 44, 55]);
  assert.deepEqual(sumCounts(cpus, [0, 1, 0, 100, 0]), [11, 23, 33, 144, 55]);
  assert.deepEqual(sumCounts([], undefined), [0, 0, 0, 0, 0]);
});

test('counters are by name, and begin at the last zeroing', () => {
  const cpus = [cpu({ count: [10, 20, 30, 40, 50] })];
  const all = { connections: 10, inPackets: 20, outPackets: 30, inBytes: 40, outBytes: 50 };
  assert.deepEqual(sumCounters(cpus, undefined, undefined), all);
  assert.deepEqual(sumCounters(cpus, [0, 5, 0, 0, 0], [10, 1, 2, 3, 4]), {
    connections: 0,
    inPackets: 24,
    outPackets: 28,
    inBytes: 37,
    outBytes: 46,
  });
});

/** Rate of one CPU's connections, `periods` periods after the present one of its started. */
function rateAfter(periods: number, stats: Partial<CpuStats>): number {
  const startNs = 7 * SCALE.periodNs;
  const nowNs = startNs + periods * SCALE.periodNs;
  return sumRates([cpu({ ...stats, period_start_ns: startNs })], nowNs, SCALE).connectionsPerSecond;
}

test('within a period the average is the one of its start, whatever has come since', () => {
  const stats = { rate: [100 * FRACTION, 0, 0, 0, 0], count: [9999, 0, 0, 0, 0] };
  assert.equal(rateAfter(0, stats), 100);
  assert.equal(rateAfter(0.999, stats), 100);
});

test('a period that has ended moves the average by a quarter of the difference', () => {
  // 400 in 2 s: 100 + (200 − 100) / 4.
  const stats = { rate: [100 * FRACTION, 0, 0, 0, 0], count: [450, 0, 0, 0, 0], period_start_count: [50, 0, 0, 0, 0] };
  assert.equal(rateAfter(1, stats), 125);
  assert.equal(rateAfter(1.999, stats), 125);
});

test('idle periods take a quarter of the average each, until nothing is left', () => {
  const stats = { rate: [1000 * FRACTION, 0, 0, 0, 0] };
  assert.deepEqual(
    [1, 2, 3, 4].map((periods) => rateAfter(periods, stats)),
    [750, 562, 422, 316],
  );
  assert.equal(rateAfter(60, stats), 0);
});

test('a period that starts after now, as seen from another CPU, changes nothing', () => {
  assert.equal(rateAfter(-0.001, { rate: [100 * FRACTION, 0, 0, 0, 0] }), 100);
});

test('rates round as the kernel does: half of one is not one yet', () => {
  const rateOf = (fraction: number) => rateAfter(0, { rate: [fraction, 0, 0, 0, 0] });
  assert.deepEqual([0, 512, 513, 1023, 1024, 1536, 1537].map(rateOf), [0, 0, 1, 1, 1, 1, 2]);
});

test('each rate has its own counter', () => {
  const rate = [1, 2, 3, 4, 5].map((perSecond) => perSecond * FRACTION);
  assert.deepEqual(sumRates([cpu({ rate })], 0, SCALE), {
    connectionsPerSecond: 1,
    inPacketsPerSecond: 2,
    outPacketsPerSecond: 3,
    inBytesPerSecond: 4,
    outBytesPerSecond: 5,
  });
});

/** IPVS's estimator, period by period (ip_vs_est.c): average += (rate − average) / 4. */
function estimate(average: number, moved: number, periods: number): number {
  for (let period = 0; period < periods; period++) {
    const perSecond = period === 0 ? moved / 2 : 0;
    average += (perSecond - average) / 4;
  }
  return average;
}

test('however many CPUs and periods, the rate is that of one estimator over everything', () => {
  const share = fc.record({ average: fc.nat(100_000), moved: fc.nat(1_000_000) });
  fc.assert(
    fc.property(fc.array(share, { minLength: 1, maxLength: 8 }), fc.nat(50), (shares, periods) => {
      const cpus = shares.map(({ average, moved }) =>
        cpu({ rate: [average * FRACTION, 0, 0, 0, 0], count: [moved, 0, 0, 0, 0] }),
      );
      const total = (key: 'average' | 'moved') => shares.reduce((sum, share) => sum + share[key], 0);
      const expected = estimate(total('average'), total('moved'), periods);
      const rate = sumRates(cpus, periods * SCALE.periodNs, SCALE).connectionsPerSecond;
      assert.ok(Math.abs(rate - expected) <= 0.51, `${rate} instead of ${expected}`);
    }),
  );
});
