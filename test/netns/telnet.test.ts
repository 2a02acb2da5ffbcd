// The paper's sanity check in labs of each method: `lvskit serve telnet` on both realservers, `lvskit bench telnet` on the
// client. Their names must come by strict turns under rr, and what keeps them from it is told.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lab } from '../../src/lab/mod.ts';
import { runCommandAsync } from '../../src/system/mod.ts';
import { type Background, LVSKIT, untilListening } from './netpipe-namespaces.ts';
import { enter, ipvsadm, startInside } from './support/inside.ts';
import { EXAMPLE_OF_EACH_METHOD, realserversOf, vipOf, withVirtualServer } from './support/virtual-server.ts';

const PORT = 23;

async function serveNames(lab: Lab): Promise<readonly Background[]> {
  const machines = realserversOf(lab.plan.cluster);
  const running = machines.map(({ name, hostname }) =>
    startInside(lab, name, [LVSKIT, 'serve', 'telnet', '--name', hostname]),
  );
  for (const { name } of machines) await untilListening(`${lab.plan.name}-${name}`, PORT);
  return running;
}

function bench(lab: Lab, ...words: readonly string[]) {
  const argv = [...enter(lab, 'client'), LVSKIT, 'bench', 'telnet', vipOf(lab), '--rr', ...words];
  return runCommandAsync(argv, { allowFailure: true, timeoutMs: 60_000 });
}

for (const example of EXAMPLE_OF_EACH_METHOD) {
  test(`${example}: twenty connections are answered by the realservers in strict turns`, () =>
    withVirtualServer(example, {}, async (lab) => {
      const servers = await serveNames(lab);
      const { status, stdout, stderr } = await bench(lab, '--json');
      assert.equal(status, 0, stderr);
      const check = JSON.parse(stdout);
      assert.deepEqual(check.servers, { bashfull: 10, sneezy: 10 });
      const names = check.answers.map(({ name }: { name: string }) => name);
      assert.deepEqual(
        names,
        Array.from({ length: 20 }, (_, at) => (at % 2 === 0 ? names[0] : names[1])),
      );
      assert.ok(check.timeNs.min > 0 && check.timeNs.min <= check.timeNs.p50 && check.timeNs.p50 <= check.timeNs.max);
      assert.deepEqual([check.failures, check.outOfTurn], [{}, undefined]);
      if (example === 'vs-nat') await assertFaultsAreTold(lab, servers);
    }));
}

async function assertFaultsAreTold(lab: Lab, [first, second]: readonly Background[]): Promise<void> {
  const service = `${vipOf(lab)}:${PORT}`;
  await ipvsadm(lab, `-E -t ${service} -s rr -p 100`);
  const persistent = await bench(lab, '-n', '4');
  assert.match(persistent.stdout, /^(\w+) {2}(\1 *){3}\n\n {5}4 by \1\n[\s\S]*All were answered by \1\.\n$/);
  assert.match(persistent.stderr, /^lvskit: \S+:23: connection 2 was out of turn\n/);

  await ipvsadm(lab, `-E -t ${service} -s rr`);
  process.kill(first?.pid ?? 0, 'SIGKILL');
  await first?.ended;
  const half = await bench(lab, '-n', '4');
  assert.match(half.stdout, /\n {5}2 by bashfull\n {5}2 failed: refused\n/);
  assert.match(half.stdout, /\nNo strict turns: connection [12] failed\.\n$/);
  assert.equal(half.status, 1);

  process.kill(second?.pid ?? 0, 'SIGKILL');
  await second?.ended;
  const none = await bench(lab, '-n', '2');
  assert.match(none.stderr, /^lvskit: cannot transfer telnet:\/\/\S+:23: refused\n/);
  await ipvsadm(lab, `-d -t ${service} -r 192.168.1.11:23`);
  await ipvsadm(lab, `-d -t ${service} -r 192.168.1.12:23`);
  const beganMs = performance.now();
  const hanging = await bench(lab, '-n', '1', '--timeout', '0.5');
  assert.match(hanging.stderr, /^lvskit: cannot transfer telnet:\/\/\S+:23: /);
  assert.ok(performance.now() - beganMs < 30_000);
}
