// `lvskit check`: what it writes, and the exit status.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { afterEach, describe, type TestContext, test } from 'node:test';
import { createCommand } from '../../src/cli/check.ts';
import { explainCluster, loadCluster } from '../../src/conf/mod.ts';

const CONF = join(import.meta.dirname, '../../examples/vs-dr.conf');
const EMPTY_HOSTS = '/dev/null';

/** What the command writes to standard output. */
async function run(t: TestContext, ...words: readonly string[]): Promise<string> {
  const log = t.mock.method(console, 'log', () => {});
  await createCommand().parseAsync(words, { from: 'user' });
  return log.mock.calls.map((call) => call.arguments.join(' ')).join('\n');
}

describe('lvskit check', () => {
  afterEach(() => {
    process.exitCode = undefined;
  });

  test('explains a cluster that is in order', async (t) => {
    assert.equal(await run(t, CONF), explainCluster(loadCluster({ confFile: CONF })).join('\n'));
    assert.equal(process.exitCode, undefined);
  });

  test('throws the problems of one that is not', async (t) => {
    await assert.rejects(run(t, CONF, '--hosts', EMPTY_HOSTS), { code: 'CONF_INVALID', exitStatus: 2 });
  });

  test('writes the cluster as JSON', async (t) => {
    const cluster = loadCluster({ confFile: CONF });
    assert.deepEqual(JSON.parse(await run(t, CONF, '--json')), JSON.parse(JSON.stringify({ ok: true, cluster })));
  });

  test('writes all problems as JSON and sets the exit status', async (t) => {
    const output = JSON.parse(await run(t, CONF, '--json', '--hosts', EMPTY_HOSTS));
    assert.equal(process.exitCode, 2);
    assert.equal(output.ok, false);
    assert.equal(output.problems.length, 7);
    assert.deepEqual(output.problems[0], {
      code: 'CONF_UNKNOWN_HOST',
      file: CONF,
      line: 6,
      column: 14,
      message: "VIP 'lvs' is not in the hosts file",
      remedy: `add its address and name to ${EMPTY_HOSTS}`,
    });
  });
});
