import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  fitHockney,
  type HockneyLine,
  hockneyPoleBytes,
  hockneyRateMbps,
  hockneyTimeNs,
  relativeResiduals,
} from '../../src/analysis/hockney.ts';
import { analyse } from '../../src/analysis/mod.ts';
import { quantile } from '../../src/analysis/quantiles.ts';
import { createNormal, synthesiseRun, TRUTH } from '../fixtures/run/synthetic-run.ts';

const SIZES = Array.from({ length: 23 }, (_, power) => 2 ** power);

function blocksOn(line: HockneyLine, sizes: readonly number[] = SIZES) {
  return sizes.map((sizeBytes) => ({ sizeBytes, timeNs: hockneyTimeNs(line, sizeBytes) }));
}

test("the paper's netpipe has its pole at about the MTU: 0.3 ms at 45 Mbps are 1690 bytes", () => {
  const line = { latencyNs: 300_000, nsPerByte: 8000 / 45 };
  assert.equal(Math.round(hockneyPoleBytes(line)), 1688);
  assert.equal(Math.round(hockneyRateMbps(line)), 45);
});

test('times on a line give the line back, over nine orders of magnitude', () => {
  const latency = fc.double({ min: 1e3, max: 1e9, noNaN: true });
  // Poles well within the sizes, or the sizes cannot tell.
  const pole = fc.double({ min: 4, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(latency, pole, (latencyNs, poleBytes) => {
      const line = { latencyNs, nsPerByte: latencyNs / poleBytes };
      const fitted = fitHockney(blocksOn(line));
      assert.ok(fitted !== undefined);
      assert.ok(Math.abs(fitted.latencyNs / line.latencyNs - 1) < 1e-6);
      assert.ok(Math.abs(fitted.nsPerByte / line.nsPerByte - 1) < 1e-6);
    }),
  );
});

test('a block that takes three times as long moves the line by little, and stands out of the residuals', () => {
  const line = { latencyNs: 8000, nsPerByte: 0.25 };
  const blocks = blocksOn(line).map((block, index) => ({
    ...block,
    timeNs: block.timeNs * (index === 16 ? 3 : 1 + 0.01 * Math.sin(7 * index)),
  }));
  const fitted = fitHockney(blocks);
  assert.ok(fitted !== undefined);
  assert.ok(Math.abs(fitted.latencyNs / line.latencyNs - 1) < 0.02);
  assert.ok(Math.abs(fitted.nsPerByte / line.nsPerByte - 1) < 0.02);
  const residuals = relativeResiduals(fitted, blocks).map(Math.abs);
  assert.equal(residuals.indexOf(Math.max(...residuals)), 16);
});

test('sizes that cannot tell L from r∞ give no line', () => {
  const line = { latencyNs: 8000, nsPerByte: 0.25 };
  assert.equal(fitHockney(blocksOn(line, [1, 1024])), undefined, 'two sizes');
  assert.equal(fitHockney(blocksOn(line, [1, 2, 4, 8])), undefined, 'all below the pole');
  assert.equal(fitHockney(blocksOn(line, [2 ** 24, 2 ** 25, 2 ** 26])), undefined, 'all above the pole');
  const falling = [1, 64, 4096].map((sizeBytes) => ({ sizeBytes, timeNs: 10_000 - sizeBytes }));
  assert.equal(fitHockney(falling), undefined, 'larger blocks that take less');
});

test('a block of no bytes takes L', () => {
  const fitted = fitHockney(blocksOn({ latencyNs: 5000, nsPerByte: 1 }, [0, 100, 5000, 100_000]));
  assert.ok(fitted !== undefined && Math.abs(fitted.latencyNs - 5000) < 0.01);
});

/** What the quickest tenth of the visits take, over what they take without noise. */
function undisturbedFactor(roundNoise: number, visitNoise: number): number {
  const normal = createNormal(7);
  const factors = Array.from({ length: 20_000 }, () =>
    Math.exp(Math.abs(normal()) * roundNoise + Math.abs(normal()) * visitNoise),
  );
  return quantile(factors, 0.1);
}

test('intervals of L and r∞ cover the truth about as often as they say', () => {
  const [roundNoise, visitNoise] = [0.03, 0.01];
  const factor = undisturbedFactor(roundNoise, visitNoise);
  const truth = { latencyUs: TRUTH.nat.latencyUs * factor, maxRateMbps: TRUTH.nat.maxRateMbps / factor };
  const sizesBytes = [1, 64, 4096, 16384, 65536, 262144, 1048576];
  const runs = 60;
  let [latency, rate] = [0, 0];
  for (let seed = 1; seed <= runs; seed++) {
    const { run, samples } = synthesiseRun({ systems: ['nat'], sizesBytes, rounds: 40, seed, roundNoise, visitNoise });
    const fit = analyse(run, samples).systems[0]?.fit;
    assert.ok(fit !== undefined);
    if (fit.latencyUs.low <= truth.latencyUs && truth.latencyUs <= fit.latencyUs.high) latency++;
    if (fit.maxRateMbps.low <= truth.maxRateMbps && truth.maxRateMbps <= fit.maxRateMbps.high) rate++;
  }
  assert.ok(latency >= 0.85 * runs, `L in ${latency} of ${runs}`);
  assert.ok(rate >= 0.85 * runs, `r∞ in ${rate} of ${runs}`);
});
