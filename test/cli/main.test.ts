// lvskit as its users start it: help, version, usage errors, pipes.

import assert from 'node:assert/strict';
import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { COMMANDS } from '../../src/cli/commands.ts';

function lvskit(...words: string[]): SpawnSyncReturns<string> {
  return spawnSync('bin/lvskit', words, { encoding: 'utf8' });
}

test('--version prints the version of the package', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  assert.equal(lvskit('--version').stdout, `${version}\n`);
});

test('--help lists every command with its summary on one line, within 80 columns', () => {
  const { stdout, status } = lvskit('--help');
  assert.equal(status, 0);
  const lines = stdout.split('\n');
  for (const [name, { summary }] of Object.entries(COMMANDS)) {
    assert.ok(
      lines.some((line) => line.trim().startsWith(name) && line.endsWith(summary)),
      `${name} has its line`,
    );
  }
  assert.deepEqual(
    lines.filter((line) => line.length > 80),
    [],
  );
});

test('every command loads and is named as in the table', async () => {
  for (const [name, entry] of Object.entries(COMMANDS)) {
    assert.equal((await entry.load()).createCommand().name(), name);
  }
});

test('without a command it prints its help on stderr, with status 2', () => {
  const { stdout, stderr, status } = lvskit();
  assert.deepEqual([stdout, status], ['', 2]);
  assert.match(stderr, /^Usage: lvskit COMMAND/);
});

test('an unknown command is a usage error that points to the help', () => {
  const { stderr, status } = lvskit('chekc');
  assert.equal(status, 2);
  assert.equal(
    stderr,
    "lvskit: unknown command 'chekc'\n(Did you mean check?)\nRun 'lvskit --help' for how it is used.\n",
  );
});

test('an unknown option of a command points to the help of that command', () => {
  const { stderr, status } = lvskit('check', '--nosuch');
  assert.equal(status, 2);
  assert.equal(stderr, "lvskit: unknown option '--nosuch'\nRun 'lvskit check --help' for how it is used.\n");
});

test('a conf file that cannot be read is reported with what to do, with status 2', () => {
  const { stderr, status } = lvskit('check', 'test/no-such.conf');
  assert.equal(status, 2);
  assert.match(stderr, /^lvskit: test\/no-such\.conf: /);
});

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${signal} ends a command that waits for input, with status ${status}`, async () => {
    const child = spawn('bin/lvskit', ['ipvsadm', '-R'], { stdio: ['pipe', 'inherit', 'inherit'] });
    const exit = once(child, 'exit');
    // More than a pipe holds: once all is written, the command is reading.
    await new Promise((resolve) => child.stdin.write('\n'.repeat(4_000_000), resolve));
    child.kill(signal);
    assert.deepEqual(await exit, [status, null]);
  });
}

for (const words of [
  ['--version'],
  ['--help'],
  ['ipvsadm', '--help'],
  ['check', 'examples/vs-dr.conf'],
  ['check', '--help'],
]) {
  test(`what \`${words.join(' ')}\` prints and cannot be written is told, with status 1`, () => {
    const full = openSync('/dev/full', 'w');
    const { stderr, status } = spawnSync('bin/lvskit', words, { encoding: 'utf8', stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    assert.deepEqual(
      [stderr, status],
      ['lvskit: cannot write to stdout: ENOSPC\nMake room where it goes, or send it elsewhere.\n', 1],
    );
  });
}

test('a reader that has gone away ends it without a word', async () => {
  const child = spawn('sh', ['-c', 'read -r go; exec bin/lvskit --help']);
  child.stdout.destroy();
  await once(child.stdout, 'close');
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdin.end('\n');
  await once(child, 'close');
  assert.equal(stderr, '');
});
