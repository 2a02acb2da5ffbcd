// FTP's modes, from made observations: files that come, and failures whose cause is named or is not.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FTP_MODES } from '../../../src/measure/mod.ts';
import type { Observation } from '../../../src/model/mod.ts';
import { ftpModes } from '../../../src/suite/experiments/ftp-modes.ts';
import { judgeClaim, netpipeTimes } from './made-observations.ts';

const WORKING = ['direct', 'VS-NAT', 'VS-DR'];
const FORGETFUL = 'VS-DR without persistence';
const WHY = 'behind VS-DR or VS-TUN it needs persistence or a mark';
const NAMED = { pasv: `data connection refused (PASV): ${WHY}`, port: `reply 425 Failed. (PORT): ${WHY}` };

function observe({ failed = 0, ftpNs = 4e6, causes = NAMED } = {}): readonly Observation[] {
  const timesOf = (measure: string, ns: number) =>
    netpipeTimes([1], Object.fromEntries(WORKING.map((cell) => [cell, () => ns]))).map((one) => ({ ...one, measure }));
  const sessions = FTP_MODES.flatMap((mode) =>
    timesOf(`ftp ${mode}`, ftpNs).map((one) => ({ ...one, values: { ...one.values, transfers: 5, failed } })),
  );
  const failures = Object.entries(causes).map(([mode, cause]) => ({
    cell: FORGETFUL,
    measure: `ftp ${mode}`,
    sizeBytes: 1,
    round: 0,
    values: { transfers: 0, failed: 1 },
    words: [cause],
  }));
  return [...sessions, ...timesOf('http-new', 3e5), ...failures];
}

test('every mode works, and those that lack persistence say so', () => {
  const { verdict, outcomes } = judgeClaim(ftpModes, 'C45', observe());
  assert.equal(verdict, 'holds', JSON.stringify(outcomes));
});

test('a file that does not come, a cause without a name, or ftp as fast as http: each is another result', () => {
  assert.equal(judgeClaim(ftpModes, 'C45', observe({ failed: 1 })).verdict, 'does not hold');
  const nameless = judgeClaim(ftpModes, 'C45', observe({ causes: { ...NAMED, port: 'no reply in time' } }));
  assert.equal(nameless.outcomes['PORT fails by a named cause, VS-DR without persistence'], 'missed');
  assert.equal(nameless.outcomes['PASV fails by a named cause, VS-DR without persistence'], 'met');
  assert.equal(judgeClaim(ftpModes, 'C45', observe({ ftpNs: 6e5 })).verdict, 'does not hold');
});
