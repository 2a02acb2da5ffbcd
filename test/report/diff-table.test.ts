import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { diffRuns } from '../../src/analysis/mod.ts';
import { formatDiffTable } from '../../src/report/mod.ts';
import { synthesiseRun, trueTimeNs } from '../fixtures/run/synthetic-run.ts';
import { synthesiseScale } from '../fixtures/run/synthetic-scale.ts';

const names = { a: 'runs/a', b: 'runs/b' };

function comparison(seed: number, natFactor = 1, rounds = 20) {
  const { run, samples } = synthesiseRun({
    sizesBytes: [64, 4096, 65_536, 1_048_576],
    rounds,
    seed,
    timeNs: (system, bytes) => trueTimeNs(system, bytes) * (system === 'nat' ? natFactor : 1),
  });
  return { run, samples, transfers: [] };
}

const b = comparison(11, 1.1);
const diff = diffRuns(
  comparison(10),
  { ...b, run: { ...b.run, environment: { ...b.run.environment, commit: 'fedcba9', mtu: 750 } } },
  { margin: 0.05 },
);
const table = formatDiffTable(diff, { names });

test('differences of the conditions come first, then warnings, ratios, absolute values, and what the words mean', () => {
  const places = [
    /^A {2}2026-03-01 10:00 UTC {2}runs\/a$/m,
    /^ {2}commit +3f2c9a1 → fedcba9$/m,
    /^ {2}MTU +1500 → 750$/m,
    /^Warnings\n {2}• Not the same set-up \(MTU\)/m,
    /^Ratios within a run: direct, forward-oneway, VS-NAT and nftables\s+over\s+forward;/m,
    /^Changed\n- VS-NAT/m,
    /^Absolute values: /m,
    /one in\s+100\s+has\s+anything\s+changed/,
  ].map((pattern) => table.search(pattern));
  assert.ok(
    places.every((place) => place >= 0),
    String(places),
  );
  assert.deepEqual(
    places,
    places.toSorted((one, other) => one - other),
  );
});

test('a row has the values with their intervals, and the ratio with its own', () => {
  assert.match(table, /^- VS-NAT {3}64 B time +1\.09 ±\d\.\d% +1\.20 ±\d\.\d% +1\.1\d\d \[1\.0\d\d–1\.1\d\d\]$/m);
});

test('no line is wider than 80 columns, with few rounds and large numbers, and of scale runs', () => {
  const tables = [
    table,
    formatDiffTable(diffRuns(comparison(10, 1, 3), comparison(11, 1000, 3), { margin: 0.05 }), { names }),
    formatDiffTable(diffRuns(comparison(10, 1, 6), comparison(11, 1e5, 6), { margin: 0.05 }), { names }),
    formatDiffTable(
      diffRuns(synthesiseScale({ clients: [1, 128] }), synthesiseScale({ seed: 2, clients: [1, 128] }), {
        margin: 0.05,
      }),
      { names },
    ),
  ];
  for (const line of tables.join('').split('\n')) assert.ok(line.length <= 80, line);
});

test('with too few rounds a ratio has no interval', () => {
  const few = formatDiffTable(diffRuns(comparison(10, 1, 3), comparison(11, 1, 3), { margin: 0.05 }), { names });
  assert.match(few, /^ {2}VS-NAT {3}64 B time .*% +\d\.\d{3}$/m);
});

test('colour changes nothing but colour', () => {
  const colored = formatDiffTable(diff, { names, color: true });
  assert.notEqual(colored, table);
  assert.equal(stripVTControlCharacters(colored), table);
});

test('runs under the same conditions are said to be, and counts that differ are told', () => {
  const a = synthesiseScale({ rounds: 6 });
  const dropping = { ...a, windows: a.windows.map((window) => ({ ...window, drops: 1 })) };
  const text = formatDiffTable(diffRuns(a, dropping, { margin: 0.05 }), { names });
  assert.match(text, /^Measured under the same conditions\.$/m);
  assert.match(text, /^Counts that differ\n {2}forward: packets that the director dropped: 0 → 12$/m);
});
