import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { fitStraightLine } from '../../src/analysis/regression.ts';

/** NIST StRD linear regression, data set Norris: ozone monitors, y then x (https://www.itl.nist.gov/div898/strd/lls/data/Norris.shtml). */
const NORRIS = `
0.1 0.2  338.8 337.4  118.1 118.2  888.0 884.6  9.2 10.1  228.1 226.5  668.5 666.3  998.5 996.3  449.1 448.6
778.9 777.0  559.2 558.2  0.3 0.4  0.1 0.6  778.1 775.5  668.8 666.9  339.3 338.0  448.9 447.5  10.8 11.6
557.7 556.0  228.3 228.1  998.0 995.8  888.8 887.6  119.6 120.2  0.3 0.3  0.6 0.3  557.6 556.8  339.3 339.1
888.0 887.2  998.5 999.0  778.9 779.0  10.2 11.1  117.6 118.3  228.9 229.2  668.4 669.1  449.2 448.9  0.2 0.5`;

function norrisPoints() {
  const numbers = NORRIS.trim().split(/\s+/).map(Number);
  return Array.from({ length: numbers.length / 2 }, (_, index) => ({
    y: numbers[2 * index] as number,
    x: numbers[2 * index + 1] as number,
    weight: 1,
  }));
}

function assertClose(actual: number, certified: number) {
  assert.ok(Math.abs(actual / certified - 1) < 1e-11, `${actual} is not ${certified}`);
}

test("the line through NIST's Norris data has the certified coefficients", () => {
  const points = norrisPoints();
  assert.equal(points.length, 36);
  const { intercept, slope } = fitStraightLine(points);
  assertClose(intercept, -0.262323073774029);
  assertClose(slope, 1.00211681802045);
});

test('a weight of k counts as k points', () => {
  const points = norrisPoints();
  const weighted = fitStraightLine(points.map((point, index) => ({ ...point, weight: (index % 3) + 1 })));
  const repeated = fitStraightLine(
    points.flatMap((point, index) => Array.from({ length: (index % 3) + 1 }, () => point)),
  );
  assertClose(weighted.intercept, repeated.intercept);
  assertClose(weighted.slope, repeated.slope);
});

test('points on a line give the line, whatever their weights', () => {
  const coefficient = fc.integer({ min: -1000, max: 1000 });
  const weight = fc.double({ min: 0.01, max: 100, noNaN: true });
  fc.assert(
    fc.property(
      coefficient,
      coefficient,
      fc.array(weight, { minLength: 2, maxLength: 20 }),
      (intercept, slope, weights) => {
        const line = fitStraightLine(weights.map((w, x) => ({ x, y: intercept + slope * x, weight: w })));
        assert.ok(Math.abs(line.intercept - intercept) < 1e-6 && Math.abs(line.slope - slope) < 1e-6);
      },
    ),
  );
});

test('points above each other are no line', () => {
  assert.throws(() => fitStraightLine([1, 2, 3].map((y) => ({ x: 5, y, weight: 1 }))), RangeError);
});
