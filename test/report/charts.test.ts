import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyse } from '../../src/analysis/mod.ts';
import { formattersSource, resolveFormatters } from '../../src/report/chart-formatters.ts';
import { ratioOption, residualOption, signatureOption, throughputOption } from '../../src/report/chart-options.ts';
import { drawRatios, drawResiduals, drawSignature, drawThroughput } from '../../src/report/mod.ts';
import { synthesiseRun } from '../fixtures/run/synthetic-run.ts';
import { analysis } from './example.ts';

const DRAWINGS = { throughput: drawThroughput, signature: drawSignature, ratios: drawRatios, residuals: drawResiduals };
const OPTIONS = [throughputOption, signatureOption, ratioOption, residualOption];

for (const [name, draw] of Object.entries(DRAWINGS)) {
  test(`the plot of ${name} names its systems, and is the same when drawn again`, () => {
    const svg = draw(analysis);
    assert.match(svg, /^<svg /);
    for (const label of ['VS-NAT', 'VS-DR', 'VS-TUN', 'nftables', 'direct']) assert.ok(svg.includes(label), label);
    assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
    assert.ok(draw(analysis) === svg, 'the same ids, whatever was drawn before');
  });
}

test('block sizes are labelled in bytes, 1k and 64k among them', () => {
  for (const label of ['>1<', '>64<', '>1k<', '>64k<', '>1M<', 'block size, bytes']) {
    assert.ok(drawThroughput(analysis).includes(label), label);
  }
});

test('the points of a plot are the medians', () => {
  const series = throughputOption(analysis).series as { name: string; data: { value: number[] }[] }[];
  const nat = analysis.systems.find(({ system }) => system === 'nat');
  assert.deepEqual(
    series.find(({ name }) => name === 'VS-NAT')?.data.map(({ value }) => value),
    nat?.points.map(({ sizeBytes, throughputMbps }) => [sizeBytes, throughputMbps.value]),
  );
});

test('options are plain data: what the page reads is what was drawn', () => {
  for (const option of OPTIONS) {
    const value = option(analysis);
    assert.deepEqual(JSON.parse(JSON.stringify(value)), value);
  }
});

test('every marker of an option is a formatter, and formatters work from their source text alone', () => {
  const page = new Function(`return ${formattersSource()}`)() as Record<string, (value: number) => string>;
  for (const option of OPTIONS) {
    assert.doesNotMatch(JSON.stringify(resolveFormatters(option(analysis), page)), /"@/);
  }
  assert.deepEqual(
    [1, 64, 1024, 65536, 4194304].map((bytes) => page.size?.(bytes)),
    ['1', '64', '1k', '64k', '4M'],
  );
  assert.equal(page.number?.(10000), '10\u00a0000');
});

test('one system, one size, or a block of no bytes can be drawn', () => {
  for (const sizesBytes of [[64], [0, 64, 1048576]]) {
    const { run, samples } = synthesiseRun({ systems: ['nat'], sizesBytes, rounds: 2 });
    const small = analyse(run, samples);
    for (const draw of Object.values(DRAWINGS)) assert.doesNotMatch(draw(small), /NaN|Infinity/);
  }
});
