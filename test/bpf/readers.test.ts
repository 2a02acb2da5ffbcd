// Commands that look at the table while another changes many services.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { withDataPlane } from '../../src/dataplane/mod.ts';
import { inNetworkNamespace, runCommand, runCommandAsync } from '../../src/system/mod.ts';
import { makeNamespace, removeNamespace } from './namespace.ts';
import { BPF_MISSING } from './requirements.ts';

const LVSKIT = join(import.meta.dirname, '../../bin/lvskit');
const SERVICES = 2000;

test('who looks while a table is restored sees it before that or after it', { skip: BPF_MISSING }, async () => {
  const namespace = makeNamespace();
  const ipvsadm = ['ip', 'netns', 'exec', namespace, LVSKIT, 'ipvsadm'];
  try {
    runCommand([...ipvsadm, '-C']);
    const input = Array.from({ length: SERVICES }, (_, number) => `-A -t 10.9.1.110:${number + 1} -s rr\n`).join('');
    let isOver = false;
    const restored = runCommandAsync([...ipvsadm, '-R'], { input, timeoutMs: 60_000 }).finally(() => {
      isOver = true;
    });
    const seen = new Set<number | undefined>();
    while (!isOver) {
      seen.add(
        inNetworkNamespace(`/run/netns/${namespace}`, () =>
          withDataPlane((plane) => plane.readStatus({ counters: false }).length),
        ),
      );
      await setImmediate();
    }
    await restored;
    assert.deepEqual([...seen], [0, SERVICES]);
  } finally {
    removeNamespace(namespace);
  }
});
