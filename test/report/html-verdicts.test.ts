import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JudgedClaim } from '../../src/analysis/mod.ts';
import { formatPage } from '../../src/report/html-page.ts';
import { formatVerdicts } from '../../src/report/html-verdicts.ts';
import { drawIntervalBar } from '../../src/report/interval-bar.ts';
import { PAGE_STYLE } from '../../src/report/page-style.ts';
import { CLAIMS } from '../fixtures/verdicts/claims.ts';

const html = formatVerdicts(CLAIMS);
const rows = [...html.matchAll(/<tr class="(\w+)">(.*?)<\/tr>/gs)].map(([, name = '', row = '']) => ({ name, row }));

function rowOf(id: string): { readonly name: string; readonly row: string } {
  return rows.find(({ row }) => row.includes(`>${id} · `)) ?? assert.fail(id);
}

test('every claim has a row with its section, sentence, the paper’s number, ours and the verdict in words', () => {
  assert.equal(rows.length, CLAIMS.length);
  const { name, row } = rowOf('C01');
  assert.equal(name, 'holds');
  const text = row.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
  assert.match(
    text,
    /C01 · 1\.1 A hop costs time\. 15 % latency, VS-NAT \/ VS-DR: 1\.02 to 1\.4 1\.12 1\.09–1\.15 ✓ holds/,
  );
});

test('the filter counts each verdict, and the style sheet has a rule for every one that a row can have', () => {
  const counts = [...html.matchAll(/<b>(\d+)<\/b>/g)].map((match) => Number(match[1]));
  assert.deepEqual(
    counts,
    [rows, ...['holds', 'fails', 'open', 'needs'].map((name) => rows.filter((row) => row.name === name))].map(
      ({ length }) => length,
    ),
  );
  for (const { name } of rows) {
    assert.ok(
      PAGE_STYLE.includes(`.verdicts:has(.filter .${name} :checked) tbody tr:not(.${name}) { display: none; }`),
    );
  }
  assert.equal(html.match(/ checked/g)?.length, 1);
});

test('a verdict that no claim has is no choice', () => {
  const holding = formatVerdicts(CLAIMS.filter(({ verdict }) => verdict === 'holds'));
  assert.doesNotMatch(holding, /value="(fails|open|needs)"/);
});

test('what decides stands first, and what does not fit is a link to the rest', () => {
  const { row } = rowOf('C05');
  assert.ok(row.indexOf('250') < row.indexOf('stalls: at most 0'));
  assert.match(rowOf('C06').row, /<a class="more" href="#C06">and 2 more<\/a>/);
});

test('a claim that nothing was measured for says what it needs', () => {
  const { name, row } = rowOf('C18');
  assert.equal(name, 'needs');
  assert.match(row, /○<\/i> needs<\/span><span class="why">ip_vs: this kernel/);
});

test('texts are text, and the page asks for nothing from anywhere', () => {
  assert.ok(html.includes('link &lt;fairly&gt;.'));
  const page = formatPage({ title: 'x', body: [html], footer: 'x', echartsScript: undefined });
  assert.doesNotMatch(page, /<script|src=|@import|url\(|href="(?!#)/);
});

test('no claims give an empty table, and a number that is none a dash without a picture', () => {
  assert.match(formatVerdicts([]), /<b>0<\/b> claims/);
  const [first] = CLAIMS as readonly [JudgedClaim];
  const unknown = { value: Number.NaN, low: Number.NaN, high: Number.NaN };
  const odd = formatVerdicts([
    { ...first, statements: first.statements.map((one) => ({ ...one, estimate: unknown })) },
  ]);
  assert.match(odd, /<span class="value">–<\/span>/);
  assert.doesNotMatch(odd, /<svg|NaN/);
});

test('counts are whole numbers, and what is below 0 has a minus', () => {
  const [first] = CLAIMS as readonly [JudgedClaim];
  const [statement] = first.statements;
  assert.ok(statement !== undefined);
  const written = (value: number, reach: number) =>
    formatVerdicts([
      {
        ...first,
        statements: [
          {
            ...statement,
            bounds: { min: -0.1, max: 0.1 },
            estimate: { value, low: value - reach, high: value + reach },
          },
        ],
      },
    ]);
  assert.match(written(1, 0), /: −0\.1 to 0\.1<.*<span class="value">1<\/span>/s);
  assert.match(written(-0.0123, 0.5), /<span class="value">−0\.0123 <span>−0\.512–0\.488<\/span>/);
});

/** From left to right: the band's ends, the ends of the interval, the value. */
function places(svg: string) {
  const numbers = (pattern: RegExp) => (pattern.exec(svg) ?? assert.fail(svg)).slice(1).map(Number);
  const [start = 0, width = 0] = numbers(/<rect x="([\d.]+)".*? width="([\d.]+)"/);
  const [from, to] = numbers(/M([\d.]+) 9H([\d.]+)/);
  return { start, end: start + width, from, to, at: numbers(/cx="([\d.]+)"/)[0] };
}

test('an interval within its bounds is drawn within the band, and one outside beside it', () => {
  const inside = places(drawIntervalBar({ value: 1.1, low: 1.05, high: 1.2 }, { min: 1, max: 1.4 }, 'red'));
  assert.ok(inside.start < (inside.from ?? 0) && (inside.to ?? 0) < inside.end);
  const outside = places(drawIntervalBar({ value: 250, low: 200, high: 300 }, { min: 3, max: 5 }, 'red'));
  assert.ok(outside.end < (outside.from ?? 0) && (outside.to ?? 999) < 132 && outside.end - outside.start > 5);
});

test('an open side of the bounds reaches to the edge of the picture', () => {
  const { start, end } = places(drawIntervalBar({ value: 1, low: 0.9, high: 1.1 }, { max: 2 }, 'red'));
  assert.ok(start === 0 && end < 132);
  const above = places(drawIntervalBar({ value: 1, low: 0.9, high: 1.1 }, { min: 0.5 }, 'red'));
  assert.ok(above.start > 0 && Math.abs(above.end - 132) < 0.11);
});

test('numbers that are all one are in the middle, and without bounds there is no picture', () => {
  const exact = { value: 0, low: 0, high: 0 };
  assert.equal(places(drawIntervalBar(exact, { max: 0 }, 'red')).at, 66);
  assert.equal(drawIntervalBar(exact, {}, 'red'), '');
});
