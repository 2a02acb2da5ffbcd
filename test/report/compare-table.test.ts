import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { analyse } from '../../src/analysis/mod.ts';
import { formatCompareTable } from '../../src/report/mod.ts';
import { wrapText } from '../../src/report/wrap-text.ts';
import { synthesiseRun } from '../fixtures/run/synthetic-run.ts';
import { analysis } from './example.ts';
import { assertGolden } from './golden.ts';

test('the table and its notes are as they were', () => {
  assertGolden('summary.txt', formatCompareTable(analysis));
});

test('no line is wider than 80 columns, from 0.8 µs to 8 ms one way', () => {
  for (const factor of [0.1, 1, 30, 1000]) {
    const scaled = synthesiseRun({
      rounds: 6,
      sizesBytes: [1, 64, 65536, 1048576],
      timeNs: (_, bytes) => (8000 + bytes / 4) * factor,
    });
    const table = formatCompareTable(analyse(scaled.run, scaled.samples));
    for (const line of table.split('\n')) assert.ok(line.length <= 80, line);
  }
});

test('colour changes nothing but colour', () => {
  const colored = formatCompareTable(analysis, { color: true });
  assert.notEqual(colored, formatCompareTable(analysis));
  assert.equal(stripVTControlCharacters(colored), formatCompareTable(analysis));
});

test('L of data that are not on one line is marked', () => {
  const timeNs = (_: unknown, bytes: number) => (8000 + bytes / 4) * (bytes === 65536 ? 2 : 1);
  const { run, samples } = synthesiseRun({
    systems: ['nat'],
    sizesBytes: [1, 64, 4096, 65536, 1048576],
    rounds: 6,
    timeNs,
  });
  const table = formatCompareTable(analyse(run, samples));
  assert.match(table, /^VS-NAT .*\] +~\d/m);
  assert.match(table, /^~ One line/m);
});

test('what is not known is a dash', () => {
  const { run, samples } = synthesiseRun({ systems: ['nat'], sizesBytes: [64], rounds: 2 });
  const row = formatCompareTable(analyse(run, samples))
    .split('\n')
    .find((line) => line.startsWith('VS-NAT'));
  assert.match(row ?? '', /\]( +–){4}$/);
});

test('wrapping keeps every word, in order, within the width', () => {
  const word = fc.stringMatching(/^[a-z]{1,12}$/);
  fc.assert(
    fc.property(fc.array(word, { minLength: 1 }), fc.integer({ min: 20, max: 100 }), (words, width) => {
      const lines = wrapText(words.join(' '), width, '* ', '  ');
      assert.ok(lines.every((line) => line.length <= width));
      assert.equal(lines.map((line) => line.slice(2)).join(' '), words.join(' '));
    }),
  );
});

test('a number stays with its unit', () => {
  assert.deepEqual(wrapText('it took 8.7 % longer', 12), ['it took', '8.7 % longer']);
});
