import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { analyse } from '../../src/analysis/mod.ts';
import { embedJson, escapeMarkup } from '../../src/report/markup.ts';
import { createReport, formatHtmlReport } from '../../src/report/mod.ts';
import { scaleRatios } from '../../src/report/ratio-bar.ts';
import { quoteWords } from '../../src/report/shell-quote.ts';
import { synthesiseRun } from '../fixtures/run/synthetic-run.ts';
import { analysis, run, samples } from './example.ts';

const html = formatHtmlReport(run, analysis, { fileNames: ['nat.out', 'throughput.gplot'] });

test('the page asks for nothing from anywhere', () => {
  assert.doesNotMatch(html, /(?:src|href)=|@import|url\((?!#)/);
  assert.match(html, /default-src &#39;none&#39;/);
});

test('it holds the result, the plots, the tables, the proof, the environment and the files', () => {
  const expected = [
    analysis.headline.slice(0, 14),
    'data-chart="throughput"',
    'data-chart="signature"',
    'data-chart="ratios"',
    'data-chart="residuals"',
    'Latency equivalent',
    'netpipe in the paper',
    'Single exchanges',
    'realserver1',
    'sneezy, bashfull',
    'CPU time per exchange',
    'AMD EPYC 9R14',
    'lvskit compare examples/lvs_dr.conf --rounds 12',
    '<code>throughput.gplot</code>',
  ];
  for (const text of expected) assert.ok(html.includes(text), text);
});

test('the paper’s table has latency in seconds, its equivalent in bytes, and a cause for every system', () => {
  const table = html.slice(html.indexOf('Cause of latency'), html.indexOf("Hockney's model"));
  assert.match(
    table,
    /VS-NAT.*?0\.0000095\d.*?3\d\u00a0\d{3}.*?forward \+ 0\.\d\d µs \(0\.\d\d to 0\.\d\d\): connection look-up/s,
  );
  assert.match(table, /direct.*?forward − 1\.\d\d µs/s);
});

test('cells of the tables that are cards on a telephone say what they are of, and empty ones are none', () => {
  const cards = [...html.matchAll(/<div class="scroll cards">.*?<\/div>/gs)].map(([table]) => table);
  assert.equal(cards.length, 2);
  const [result = '', latency = ''] = cards;
  assert.match(result, /<td class="number" data-label="64 B one way, µs">/);
  assert.match(result, /<td class="number" data-label="Time ratio">/);
  assert.match(latency, /<td class="text" data-label="Cause of latency">/);
  assert.match(result, /<td class="plain"> <\/td>/);
  for (const [cell] of cards.join('').matchAll(/<td(?![^>]* data-label)[^>]*>.*?<\/td>/gs)) {
    assert.match(cell, /> <\/td>$/);
  }
});

test('without a script the plots are static; with one they are upgraded from the same options', () => {
  assert.doesNotMatch(html, /<script>/);
  const live = formatHtmlReport(run, analysis, { echartsScript: 'var bundle = "</script>";' });
  assert.ok(live.includes('var bundle = "<\\/script>";'));
  const scripts = [...live.matchAll(/<script>(.*?)<\/script>/gs)].map((match) => match[1] ?? '');
  assert.equal(scripts.length, 2);
  for (const script of scripts) assert.doesNotThrow(() => new Function(script));
  assert.equal(live.match(/<script type="application\/json">/g)?.length, 4);
});

test('ids of the drawings in one page do not meet', () => {
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
  assert.equal(new Set(ids).size, ids.length);
});

test('names from result files are text', () => {
  const hostile = '</script><img onerror=x>';
  const tainted = {
    ...run,
    command: ['lvskit', hostile],
    environment: { ...run.environment, cpuModel: hostile },
    proofs: run.proofs.map((proof) => ({ ...proof, hostnames: [hostile] })),
  };
  assert.doesNotMatch(formatHtmlReport(tainted, analyse(tainted, samples)), /<img/);
});

test('warnings stand at the top, and only where there are some', () => {
  assert.ok(!html.includes('<h3>Warnings</h3>'));
  const interrupted = { ...run, finishedAt: undefined };
  const page = formatHtmlReport(interrupted, analyse(interrupted, samples));
  assert.ok(page.indexOf('<h3>Warnings</h3>') < page.indexOf('<table'));
});

test('a run of one system, one size and one round makes a report', () => {
  const small = synthesiseRun({ systems: ['nat'], sizesBytes: [64], rounds: 1 });
  const { files } = createReport({ ...small.run, proofs: [] }, small.samples);
  for (const { name, content } of files) assert.doesNotMatch(content, /NaN|undefined/, name);
});

test('a report is these files', () => {
  const { files } = createReport(run, samples);
  assert.deepEqual(
    files.map(({ name }) => name),
    [
      'summary.txt',
      ...run.systems.map((system) => `${system}.out`),
      'throughput.gplot',
      'signature.gplot',
      'throughput.svg',
      'signature.svg',
      'ratios.svg',
      'residuals.svg',
      'topology.svg',
      'report.html',
    ],
  );
});

test('a scale of ratios holds them all and 1, on few round ticks', () => {
  const ratio = fc.double({ min: 0.01, max: 50, noNaN: true });
  fc.assert(
    fc.property(fc.array(ratio), (values) => {
      const { from, to, ticks } = scaleRatios(values.map((value) => ({ value, low: value, high: value })));
      for (const value of [1, ...values]) assert.ok(from <= value && value <= to);
      assert.ok(ticks.length >= 2 && ticks.length <= 7, String(ticks));
    }),
  );
});

test('escaped text and embedded JSON never end their element', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      assert.doesNotMatch(escapeMarkup(text), /[<>"']/);
      const json = embedJson({ text });
      assert.doesNotMatch(json, /</);
      assert.deepEqual(JSON.parse(json), { text });
    }),
  );
});

test('the command to repeat survives a shell', () => {
  assert.equal(quoteWords(['lvskit', 'compare', 'my conf', "it's", '']), "lvskit compare 'my conf' 'it'\\''s' ''");
});
