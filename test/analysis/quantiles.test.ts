import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { median, quantile } from '../../src/analysis/quantiles.ts';

const values = fc.array(fc.double({ noNaN: true, min: -1e9, max: 1e9 }), { minLength: 1 });

test('quantiles are those of R, whose default is type 7', () => {
  // R: quantile(1:10, c(0, .1, .25, .5, .9, 1)), quantile(c(3, 1, 2), .25)
  const oneToTen = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1];
  assert.deepEqual(
    [0, 0.1, 0.25, 0.5, 0.9, 1].map((p) => quantile(oneToTen, p)),
    [1, 1.9, 3.25, 5.5, 9.1, 10],
  );
  assert.equal(quantile([3, 1, 2], 0.25), 1.5);
});

test('the median of an even number of values is the mean of the middle two', () => {
  assert.equal(median([7, 1, 3, 100]), 5);
  assert.equal(median([4]), 4);
});

test('numbers are ordered as numbers, and the list stays as it was', () => {
  const list = [10, 9, 100];
  assert.equal(median(list), 10);
  assert.deepEqual(list, [10, 9, 100]);
});

test('an empty list has no quantile', () => {
  assert.throws(() => median([]), RangeError);
});

test('a quantile lies between the extremes, rises with its probability, and ignores order', () => {
  fc.assert(
    fc.property(
      values,
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (list, p, q) => {
        const [low, high] = [quantile(list, Math.min(p, q)), quantile(list, Math.max(p, q))];
        const slack = 1e-6;
        assert.ok(low >= Math.min(...list) - slack && high <= Math.max(...list) + slack && low <= high + slack);
        assert.equal(quantile(list.toReversed(), p), quantile(list, p));
      },
    ),
  );
});
