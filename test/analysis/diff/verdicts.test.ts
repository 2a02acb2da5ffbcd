import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffVerdicts, type VerdictEntry } from '../../../src/analysis/mod.ts';

function entry(
  claim: string,
  verdict: VerdictEntry['verdict'],
  ...quantities: (readonly [string, number, number])[]
): VerdictEntry {
  return {
    claim,
    verdict,
    quantities: quantities.map(([name, value, half]) => ({
      name,
      estimate: { value, low: value - half, high: value + half },
    })),
  };
}

test('a claim that is judged otherwise is told with its numbers', () => {
  const a = [entry('C18', 'holds', ['L ratio', 1.17, 0.02]), entry('C22', 'holds', ['L ratio', 1.2, 0.02])];
  const b = [entry('C18', 'not resolved here', ['L ratio', 1.16, 0.2]), entry('C22', 'holds', ['L ratio', 1.21, 0.02])];
  const { changed, moved, same, agreement } = diffVerdicts(a, b);
  assert.deepEqual(
    changed.map(({ claim, a: before, b: after }) => [claim, before, after]),
    [['C18', 'holds', 'not resolved here']],
  );
  assert.equal(changed[0]?.quantities[0]?.changed, false);
  assert.deepEqual([moved, same, agreement], [[], 1, 0.5]);
});

test('the same verdict with a number beyond both intervals is told, too', () => {
  const { moved, changed, same } = diffVerdicts(
    [entry('C01', 'holds', ['residual', 0.05, 0.01], ['L', 10, 1]), entry('C02', 'holds', ['L', 10, 1])],
    [entry('C01', 'holds', ['residual', 0.05, 0.01], ['L', 14, 1]), entry('C02', 'holds', ['L', 11, 1])],
  );
  assert.deepEqual([changed.length, same], [0, 1]);
  assert.deepEqual(
    moved[0]?.quantities.map((one) => [one.name, one.changed]),
    [
      ['residual', false],
      ['L', true],
    ],
  );
  assert.equal(moved[0]?.quantities[1]?.difference.value, 4);
});

test('the interval of a difference is that of both parts together, wide enough for 99 %', () => {
  const { moved } = diffVerdicts([entry('C', 'holds', ['x', 0, 1.96])], [entry('C', 'holds', ['x', 9, 1.96])]);
  const { low, high } = moved[0]?.quantities[0]?.difference ?? assert.fail();
  // √2 standard errors of 1, times the normal distribution's 2.576.
  for (const reach of [9 - low, high - 9]) assert.ok(Math.abs(reach - Math.SQRT2 * 2.576) < 0.02, `${reach}`);
});

test('a number that is known exactly has changed when it is another', () => {
  const { moved } = diffVerdicts(
    [entry('C67', 'holds', ['ActiveConn', 0, 0])],
    [entry('C67', 'holds', ['ActiveConn', 1, 0])],
  );
  assert.equal(moved.length, 1);
});

test('claims and numbers that only one run has are named, and not compared', () => {
  const diff = diffVerdicts(
    [entry('C01', 'holds', ['L', 1, 0], ['not a number', Number.NaN, 0]), entry('C17', 'needs')],
    [entry('C01', 'holds', ['R', 1, 0], ['not a number', 1, 0]), entry('C71', 'holds')],
  );
  assert.deepEqual(diff, { changed: [], moved: [], same: 1, agreement: 1, onlyInA: ['C17'], onlyInB: ['C71'] });
});

test('nothing beside nothing agrees', () => {
  assert.equal(diffVerdicts([], []).agreement, 1);
});
