import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyse, type SystemAnalysis } from '../../src/analysis/mod.ts';
import type { SystemName } from '../../src/model/mod.ts';
import { synthesiseRun, TRUTH, trueTimeNs } from '../fixtures/run/synthetic-run.ts';

const { run, samples } = synthesiseRun();
const analysis = analyse(run, samples);

function of(system: SystemName): SystemAnalysis {
  const found = analysis.systems.find((one) => one.system === system);
  assert.ok(found !== undefined);
  return found;
}

function assertNear(actual: number | undefined, truth: number, tolerance: number, what: string) {
  assert.ok(actual !== undefined && Math.abs(actual / truth - 1) < tolerance, `${what}: ${actual} is not ${truth}`);
}

test('every system is found again: L and r∞ within 2 %, and one line describes it', () => {
  assert.deepEqual(
    analysis.systems.map(({ system }) => system),
    run.systems,
  );
  for (const { system, fit } of analysis.systems) {
    assertNear(fit?.latencyUs.value, TRUTH[system].latencyUs, 0.02, `L of ${system}`);
    assertNear(fit?.maxRateMbps.value, TRUTH[system].maxRateMbps, 0.02, `r∞ of ${system}`);
    assertNear(
      fit?.poleBytes.value,
      (TRUTH[system].latencyUs * TRUTH[system].maxRateMbps) / 8,
      0.03,
      `n½ of ${system}`,
    );
    assert.equal(fit?.describesData, true);
  }
});

test('ratios are to the baseline with the same hops, and found within 1 %', () => {
  const baselines = {
    nat: 'forward',
    nftables: 'forward',
    dr: 'forward-oneway',
    tun: 'forward-oneway',
    direct: 'forward',
  } as const;
  for (const [name, baseline] of Object.entries(baselines)) {
    const system = name as keyof typeof baselines;
    const { comparison } = of(system);
    assert.equal(comparison?.baseline, baseline);
    const truth = trueTimeNs(system, 64) / trueTimeNs(baseline, 64);
    assertNear(comparison?.smallBlockTime?.value, truth, 0.01, `time ratio of ${system}`);
    const rate = trueTimeNs(baseline, 4194304) / trueTimeNs(system, 4194304);
    assertNear(comparison?.largestBlockThroughput?.value, rate, 0.01, `throughput ratio of ${system}`);
  }
  assert.equal(of('forward').comparison, undefined);
});

test('pairing takes out what a round does to all: ratios are tighter than times', () => {
  const relativeWidth = ({ value, low, high }: { value: number; low: number; high: number }) => (high - low) / value;
  const { smallBlock, comparison } = of('nat');
  assert.ok(smallBlock !== undefined && comparison?.smallBlockTime !== undefined);
  assert.ok(relativeWidth(comparison.smallBlockTime) < relativeWidth(smallBlock.oneWayNs));
});

test('the added time is the difference of the times, with an interval that holds it', () => {
  const added = of('nat').comparison?.smallBlockAddedNs;
  const truth = trueTimeNs('nat', 64) - trueTimeNs('forward', 64);
  assert.ok(added !== undefined && added.low < truth && truth < added.high, JSON.stringify(added));
});

test('an interval of a ratio covers the truth about as often as it says', () => {
  const truth = trueTimeNs('nat', 64) / trueTimeNs('forward', 64);
  const seeds = 60;
  let covered = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const synthetic = synthesiseRun({ systems: ['forward', 'nat'], sizesBytes: [64], seed });
    const ratio = analyse(synthetic.run, synthetic.samples).systems[1]?.comparison?.smallBlockTime;
    if (ratio !== undefined && ratio.low <= truth && truth <= ratio.high) covered++;
  }
  assert.ok(covered >= 0.87 * seeds, `${covered} of ${seeds}`);
});

test('systems that are equal are not called different', () => {
  const seeds = 40;
  let resolved = 0;
  for (let seed = 1; seed <= seeds; seed++) {
    const equal = synthesiseRun({ systems: ['forward', 'nat'], sizesBytes: [64], seed, timeNs: () => 8000 });
    const [, nat] = analyse(equal.run, equal.samples).systems;
    if (nat?.comparison?.smallBlockTime?.verdict !== 'unresolved') resolved++;
  }
  assert.ok(resolved <= 0.13 * seeds, `${resolved} of ${seeds}`);
});

test('with fewer than six rounds nothing is resolved', () => {
  const few = synthesiseRun({ systems: ['forward', 'nat'], sizesBytes: [64, 4096], rounds: 5 });
  const [, nat] = analyse(few.run, few.samples).systems;
  assert.equal(nat?.comparison?.smallBlockTime?.verdict, 'unresolved');
});

test('without 64 bytes the smallest block stands for small ones', () => {
  const other = synthesiseRun({ systems: ['direct'], sizesBytes: [16, 1024], rounds: 2 });
  assert.equal(analyse(other.run, other.samples).smallBlockBytes, 16);
});

test('the same files give the same numbers', () => {
  assert.deepEqual(analyse(run, samples), analysis);
  assert.deepEqual(analyse(run, samples.toReversed()), analysis);
});

test('throughput is in 10⁶ bit/s and its interval mirrors that of the time', () => {
  const point = of('direct').smallBlock;
  assert.ok(point !== undefined);
  assert.equal(point.throughputMbps.value, (64 * 8 * 1000) / point.oneWayNs.value);
  assert.equal(point.throughputMbps.low, (64 * 8 * 1000) / point.oneWayNs.high);
});

test('percentiles are of all exchanges of all rounds, not of the rounds', () => {
  const visits = samples.filter(({ system, sizeBytes }) => system === 'nat' && sizeBytes === 64);
  const tail = of('nat').smallBlockTail;
  assert.ok(tail !== undefined);
  assertNear(
    tail.exchanges,
    visits.reduce((sum, { exchanges }) => sum + exchanges, 0),
    0.001,
    'exchanges',
  );
  assert.equal(tail.maxNs, Math.max(...visits.map(({ oneWayNs }) => oneWayNs.max)));
  assert.ok(tail.minNs <= tail.p50Ns && tail.p50Ns <= tail.p90Ns && tail.p90Ns <= tail.p99Ns);
  assert.ok(tail.p99Ns <= tail.p999Ns && tail.p999Ns <= tail.maxNs * 1.001);
});

test('CPU time is that of all visits over their exchanges', () => {
  const cpu = of('forward').smallBlockCpu;
  assert.ok(cpu !== undefined);
  assertNear(cpu.use.elapsedNs, 2 * trueTimeNs('forward', 64), 0.05, 'elapsed');
  assertNear(cpu.use.processNs.client, cpu.use.elapsedNs * 0.42, 1e-9, 'client');
});

test('an interrupted run is analysed as far as it went', () => {
  const part = samples.slice(0, Math.floor(samples.length * 0.6));
  const { systems } = analyse({ ...run, finishedAt: undefined }, part);
  assert.equal(systems.length, 7);
  assert.ok(systems.every(({ fit }) => fit !== undefined));
});

test('a run without samples, and a histogram that does not decode, are errors that say so', () => {
  assert.throws(() => analyse(run, []), { code: 'RESULTS_NO_SAMPLES' });
  const [first, ...rest] = samples.filter(({ sizeBytes }) => sizeBytes === 64);
  assert.ok(first !== undefined);
  assert.throws(() => analyse(run, [{ ...first, histogram: 'SElTVA==' }, ...rest]), {
    code: 'RESULTS_BAD_HISTOGRAM',
    message: /direct at 64 bytes in round 0/,
  });
});
