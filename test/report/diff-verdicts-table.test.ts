import assert from 'node:assert/strict';
import { test } from 'node:test';
import { diffReproductions, type JudgedClaim, type JudgedReproduction } from '../../src/analysis/mod.ts';
import { formatVerdictsDiff } from '../../src/report/mod.ts';
import { synthesiseRun } from '../fixtures/run/synthetic-run.ts';
import { CLAIMS } from '../fixtures/verdicts/claims.ts';

const { environment } = synthesiseRun({ rounds: 1, sizesBytes: [64] }).run;
const names = { a: 'runs/a', b: 'runs/b' };

function reproduction(claims: readonly JudgedClaim[], depth: 'quick' | 'full' = 'full'): JudgedReproduction {
  return {
    reproduction: {
      format: 1,
      kind: 'reproduce',
      startedAt: '2026-03-01T10:00:00.000Z',
      command: [],
      depth,
      environment,
    },
    experiments: [{ id: 'invented', section: '1', title: '', method: '', run: undefined, claims, figures: [] }],
  };
}

/** The first claim found otherwise, the second with another number, the third missing. */
function changedClaims(): readonly JudgedClaim[] {
  return CLAIMS.flatMap((claim, index): JudgedClaim[] => {
    if (index === 0) return [{ ...claim, verdict: 'does not hold' }];
    if (index === 2) return [];
    const moved = ({ low, high, value }: { low: number; high: number; value: number }) => ({
      low: low * 2,
      high: high * 2,
      value: value * 2,
    });
    const statements = claim.statements.map((one) => ({ ...one, estimate: moved(one.estimate) }));
    return [index === 1 ? { ...claim, statements } : claim];
  });
}

const diff = diffReproductions(reproduction(CLAIMS), reproduction(changedClaims(), 'quick'));
const table = formatVerdictsDiff(diff, { names });

test('what is judged otherwise is told with all of its numbers, what is judged alike with those that have changed', () => {
  assert.match(table, /^ {2}depth +full → quick$/m);
  assert.match(table, /^70 claims in both, 69 with the same verdict: 99 %$/m);
  assert.match(table, /^Only in A: C03\.$/m);
  assert.match(
    table,
    /^Judged otherwise\n {2}C01 {2}A hop costs time\.\n {7}holds → does not hold\n {9}latency, VS-NAT \/ VS-DR: 1\.12 \[1\.09–1\.15\] → 1\.12 \[1\.09–1\.15\]$/m,
  );
  assert.match(
    table,
    /^The same verdict with another number\n {2}C02[\s\S]*?^ {7}\* r∞: 0\.980 \[0\.961–0\.999\] → 1\.96/m,
  );
});

test('no line is wider than 80 columns', () => {
  for (const line of table.split('\n')) assert.ok(line.length <= 80, line);
});

test('the same run beside itself agrees in everything', () => {
  const same = diffReproductions(reproduction(CLAIMS), reproduction(CLAIMS));
  assert.deepEqual([same.changed, same.moved, same.same, same.agreement], [[], [], 71, 1]);
  assert.match(formatVerdictsDiff(same, { names }), /^71 claims in both, 71 with the same verdict: 100 %$/m);
});

test('runs without a claim in common are refused', () => {
  assert.throws(() => diffReproductions(reproduction(CLAIMS.slice(0, 1)), reproduction(CLAIMS.slice(1))), {
    code: 'DIFF_NOTHING_SHARED',
  });
});
