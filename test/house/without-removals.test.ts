// What scripts/setup may install: nothing that takes away what a machine's user has installed. apt-get is another one here.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../src/system/mod.ts';

const SCRIPT = fileURLToPath(new URL('../../scripts/without-removals', import.meta.url));

/** As apt 2.6 says it, of packages that exclude others. */
const APT_GET = `#!/bin/sh
case "$*" in *--dry-run*) ;; *) echo "not dry: $*" >&2; exit 9 ;; esac
for word; do
  case $word in
  lpr) echo 'Remv cups-bsd [2.4.2-3]'; echo 'Remv printer-driver-x [1]'; echo 'Inst lpr (1:2008.05.17.3 Debian:12 [amd64])' ;;
  openbsd-inetd) echo 'Remv inetutils-inetd [2:2.4-2]' ;;
  unknown) echo 'E: Unable to locate package unknown' >&2; exit 100 ;;
  esac
done
`;

function choose(packages: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'lvskit-apt-'));
  try {
    writeFileSync(join(folder, 'apt-get'), APT_GET, { mode: 0o755 });
    return runCommand(['env', `PATH=${folder}:${process.env.PATH}`, SCRIPT, ...packages]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('packages that take nothing away are all installed', () => {
  const { stdout, stderr } = choose(['curl', 'nginx-light']);
  assert.deepEqual([stdout, stderr], ['curl\nnginx-light\n', '']);
});

test('those that would are left out, and it is said what would be lost', () => {
  const { stdout, stderr } = choose(['curl', 'lpr', 'openbsd-inetd', 'vsftpd']);
  assert.equal(stdout, 'curl\nvsftpd\n');
  assert.deepEqual(stderr.trim().split('\n'), [
    'setup: lpr is left out, because it would take cups-bsd, printer-driver-x away from this machine',
    'setup: openbsd-inetd is left out, because it would take inetutils-inetd away from this machine',
  ]);
});

test('what apt does not know is left to the installation to complain of', () => {
  assert.equal(choose(['unknown']).stdout, 'unknown\n');
});
