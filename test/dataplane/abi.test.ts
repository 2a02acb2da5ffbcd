import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { CommandError, findProgram } from '../../src/system/mod.ts';

function missingProgram(): string | undefined {
  return ['clang', 'bpftool'].find((program) => {
    try {
      findProgram(program);
      return false;
    } catch (error) {
      assert.ok(error instanceof CommandError);
      return true;
    }
  });
}

const missing = missingProgram();

test("the description of the data plane's tables is the one that its header generates", {
  skip: missing !== undefined && !process.env.CI && `${missing} is not installed`,
}, () => {
  const root = new URL('../..', import.meta.url).pathname;
  const env = { ...process.env, PATH: `${root}node_modules/.bin:${process.env.PATH}:/usr/sbin` };
  const { status, stderr } = spawnSync(process.execPath, ['scripts/generate-abi.ts', '--check'], { cwd: root, env });
  assert.equal(stderr.toString(), '');
  assert.equal(status, 0);
});
