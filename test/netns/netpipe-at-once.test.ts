// `lvskit serve netpipe` with several transmitters at once, and that none of its processes outlives it.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { runCommand, runCommandAsync } from '../../src/system/mod.ts';
import { LVSKIT, startInBackground, until } from './netpipe-namespaces.ts';

const PORT = 17_502;

function listeners(): string {
  return runCommand(['ss', '-Hltnp', `sport = :${PORT}`]).stdout;
}

function processes(): number {
  return new Set(listeners().match(/pid=\d+/g)).size;
}

async function withService(signal: NodeJS.Signals, work: () => Promise<void>): Promise<void> {
  const at = ['--bind', '127.0.0.1', '--port', String(PORT)];
  const service = startInBackground([LVSKIT, 'serve', 'netpipe', ...at]);
  try {
    await until('a listener', () => listeners() !== '');
    await work();
  } finally {
    process.kill(service.pid, signal);
    await service.ended;
  }
  await until('its processes to end', () => listeners() === '');
}

test('a run is served while another connection is held, and the process that was held serves again', async () => {
  await withService('SIGTERM', async () => {
    const run = ['bench', 'netpipe', '127.0.0.1', '--port', String(PORT), '-u', '64', '--seconds', '0.001', '--json'];
    for (let attempt = 0; attempt < 2; attempt++) {
      const held = connect(PORT, '127.0.0.1');
      const [greeting] = (await once(held, 'data')) as [Buffer];
      assert.equal(greeting.toString(), 'SyncMe');
      const { stdout } = await runCommandAsync([LVSKIT, ...run], { timeoutMs: 30_000 });
      assert.ok(stdout.trim().split('\n').length > 5);
      held.destroy();
    }
    // The first one, one that was held, one that served and one that waits.
    assert.ok(processes() <= 4, listeners());
  });
});

test('processes that wait end when the one that started them was killed', async () => {
  await withService('SIGKILL', () =>
    until('a process that waits', () => (listeners().match(/pid=/g) ?? []).length > 1),
  );
});
