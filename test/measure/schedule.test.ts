import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseRepeats, NPTCP_SCHEDULE, scheduleList, scheduleOctaves } from '../../src/measure/netpipe/schedule.ts';

/** Sizes up to the point whose base size passes `upperBytes`, where NPtcp stops. */
function sizesUpTo(upperBytes: number, options = NPTCP_SCHEDULE): readonly number[] {
  const sizes: number[] = [];
  for (const { sizeBytes, baseBytes } of scheduleOctaves(options)) {
    if (baseBytes > upperBytes) break;
    sizes.push(sizeBytes);
  }
  return sizes;
}

test('without perturbation there are two sizes an octave', () => {
  const sizes = sizesUpTo(64, { lowerBytes: 1, perturbationBytes: 0 });
  assert.deepEqual(sizes, [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64]);
});

test('neighbours at ±3 are tested from 16 bytes on, as by NPtcp 3.7.2', () => {
  const expected = [1, 2, 3, 4, 6, 8, 12, 13, 16, 19, 21, 24, 27, 29, 32, 35, 45, 48, 51];
  assert.deepEqual(sizesUpTo(48), expected);
});

test('up to 8 MB there are 124 sizes, of which the last is 8 MB + 3', () => {
  const sizes = sizesUpTo(2 ** 23);
  assert.equal(sizes.length, 124);
  assert.equal(sizes.at(-1), 2 ** 23 + 3);
});

test('a first size above 1 is followed by one half as big again', () => {
  assert.deepEqual(sizesUpTo(256, { lowerBytes: 64, perturbationBytes: 0 }), [64, 96, 128, 192, 256]);
});

test('in a list each size comes first as calibration and then as result', () => {
  const points = [...scheduleList([64, 1_048_576])].map((point) => [point.sizeBytes, point.isCalibration]);
  assert.deepEqual(points, [
    [64, true],
    [64, false],
    [1_048_576, true],
    [1_048_576, false],
  ]);
});

test('repeats fill the target time as it was at the point before, scaled by its growth', () => {
  const basis = { targetSeconds: 0.1, previousSizeBytes: 96, previousSeconds: 10e-6, incrementBytes: 32 };
  assert.equal(chooseRepeats({ ...basis, previousSizeBytes: 1, incrementBytes: 1 }), 10_000);
  assert.equal(chooseRepeats(basis), Math.trunc(0.1 / ((96 / 65) * 10e-6)));
});

test('there are never fewer than three repeats', () => {
  const slow = { targetSeconds: 0.1, previousSizeBytes: 1, previousSeconds: 0.9, incrementBytes: 1 };
  assert.equal(chooseRepeats(slow), 3);
});
