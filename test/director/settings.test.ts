// IPVS's sysctls as words on a command line.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  DirectorError,
  formatSettings,
  INITIAL_SETTINGS,
  parseSettings,
  SETTING_NAMES,
} from '../../src/director/mod.ts';

function codeOf(work: () => unknown): string | undefined {
  try {
    work();
  } catch (error) {
    assert.ok(error instanceof DirectorError);
    return error.code;
  }
  return undefined;
}

test("settings are written as sysctl's", () => {
  assert.deepEqual(parseSettings(['sloppy_tcp=1', 'net.ipv4.vs.conn_reuse_mode = 2']), {
    sloppy_tcp: 1,
    conn_reuse_mode: 2,
  });
  assert.deepEqual(parseSettings(['net/ipv4/vs/sloppy_tcp=1', 'sloppy_tcp=0']), { sloppy_tcp: 0 });
});

test('what is listed can be set', () => {
  const lines = formatSettings({ ...INITIAL_SETTINGS, expire_nodest_conn: 1 }).split('\n');
  assert.equal(lines.length, SETTING_NAMES.length);
  assert.deepEqual(parseSettings(lines), { ...INITIAL_SETTINGS, expire_nodest_conn: 1 });
});

for (const word of [
  'sloppy_tcp',
  'sloppy_tcp=',
  'sloppy_tcp=2',
  'sloppy_tcp=-1',
  'sloppy_tcp=yes',
  'conn_reuse_mode=4',
]) {
  test(`'${word}' is not a value that the setting may have`, () => {
    assert.equal(
      codeOf(() => parseSettings([word])),
      'DIRECTOR_SETTING_INVALID',
    );
  });
}

test("a sysctl of IPVS's without a counterpart is told from a name that is none", () => {
  assert.equal(
    codeOf(() => parseSettings(['secure_tcp=1'])),
    'DIRECTOR_SETTING_ABSENT',
  );
  for (const word of ['slopy_tcp=1', '=1', 'toString=1', 'net.ipv4.ip_forward=1']) {
    assert.equal(
      codeOf(() => parseSettings([word])),
      'DIRECTOR_SETTING_UNKNOWN',
      word,
    );
  }
});
