import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TimeHistogram } from '../../src/measure/histogram.ts';
import { elapsedNs, recordIntervals } from '../../src/measure/stamps.ts';

function histogramOf(timesNs: readonly number[]): TimeHistogram {
  const histogram = new TimeHistogram();
  for (const timeNs of timesNs) histogram.record(timeNs);
  return histogram;
}

function assertWithin(actual: number, expected: number, share: number): void {
  assert.ok(Math.abs(actual - expected) <= expected * share, `${actual} is not within ${share} of ${expected}`);
}

test('the summary of 1 … 1000 µs is right to 0.1 %', () => {
  const { min, p50, p99, max, mean } = histogramOf(Array.from({ length: 1000 }, (_, i) => (i + 1) * 1000)).summarize();
  assertWithin(min, 1_000, 1e-3);
  assertWithin(p50, 500_000, 1e-3);
  assertWithin(p99, 990_000, 1e-3);
  assertWithin(max, 1_000_000, 1e-3);
  assertWithin(mean, 500_500, 1e-3);
});

test('a decoded histogram has the summary and the count of the encoded one', () => {
  const original = histogramOf([7_300, 8_100, 8_100, 9_999, 2_000_000_000]);
  const decoded = TimeHistogram.decode(original.encode());
  const { mean, ...percentiles } = decoded.summarize();
  const { mean: exactMean, ...exactly } = original.summarize();
  assert.deepEqual(percentiles, exactly);
  assertWithin(mean, exactMean, 1e-3);
  assert.equal(decoded.count, 5);
});

test('the mean of one histogram that has taken in another is that of all samples', () => {
  const recorded = histogramOf([1_000, 2_000]);
  recorded.add(histogramOf([6_000]));
  assert.equal(recorded.summarize().mean, 3_000);
  recorded.add(TimeHistogram.decode(histogramOf([11_000]).encode()));
  assertWithin(recorded.summarize().mean, 5_000, 1e-3);
  assert.equal(new TimeHistogram().summarize().mean, 0);
});

test('a histogram that has been reset knows nothing of before', () => {
  const histogram = histogramOf([5_000_000]);
  histogram.reset();
  histogram.record(1_000);
  assert.equal(histogram.count, 1);
  assertWithin(histogram.summarize().max, 1_000, 1e-3);
});

test('times beyond the longest count as the longest, so that none is lost', () => {
  const histogram = histogramOf([500e9]);
  assert.equal(histogram.count, 1);
  assertWithin(histogram.summarize().max, 100e9, 1e-3);
});

test('stamps become one sample an interval, halved for round trips', () => {
  const stamps = Float64Array.of(10, 10.016, 10.036, 99);
  const histogram = new TimeHistogram();
  recordIntervals(stamps, 2, 0.5, histogram);
  assert.equal(histogram.count, 2);
  assertWithin(histogram.summarize().min, 8_000, 1e-3);
  assertWithin(histogram.summarize().max, 10_000, 1e-3);
  assertWithin(elapsedNs(stamps, 2), 36_000, 1e-3);
});
