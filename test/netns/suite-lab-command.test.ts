// `lvskit lab` and `lvskit compare` as users run them: what they say when they can't, and that nothing is left then.

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { listLabs } from '../../src/lab/mod.ts';
import { takeDownVirtualServer } from '../../src/suite/mod.ts';
import { runCommand, runCommandAsync } from '../../src/system/mod.ts';
import { LVSKIT, startInBackground, until } from './netpipe-namespaces.ts';
import { withScratch } from './support/scratch.ts';
import { exampleFile } from './support/virtual-server.ts';

const NAME = `t${process.pid}-cli`;
const NOBODY = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'];
const CONF = exampleFile('vs-dr');

function lvskit(words: readonly string[], prefix: readonly string[] = []) {
  return runCommandAsync([...prefix, LVSKIT, ...words], { allowFailure: true, timeoutMs: 60_000 });
}

/** Labs and network namespaces with the name of this test's. */
function leftovers(): readonly string[] {
  const names = [...listLabs().map((lab) => lab.plan.name), ...readdirSync('/run/netns')];
  return names.filter((name) => name.startsWith(NAME));
}

function processesIn(namespace: string): number {
  const { stdout } = runCommand(['ip', 'netns', 'pids', namespace], { allowFailure: true });
  return stdout.split('\n').filter(Boolean).length;
}

function netpipesOf(machine: string): number {
  const pids = runCommand(['ip', 'netns', 'pids', `${NAME}-${machine}`])
    .stdout.trim()
    .split('\n');
  return pids.filter((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('\0netpipe\0')).length;
}

function assertNeedsRoot({ status, stdout, stderr }: { status: number; stdout: string; stderr: string }): void {
  assert.deepEqual([status, stdout], [1, ''], stderr);
  assert.match(stderr, /^(lvskit|ipvsadm): .* needs root\n.*run it as root/i);
}

afterEach(async () => {
  const left = leftovers();
  for (const lab of listLabs().filter(({ plan }) => plan.name.startsWith(NAME)))
    await takeDownVirtualServer(lab.plan.name);
  assert.deepEqual(left, []);
});

test('a lab comes up with its services, is listed, runs programs, and goes', async () => {
  assert.equal((await lvskit(['lab', 'up', CONF, '--name', NAME])).status, 0);
  const telnet = ['lab', 'exec', NAME, 'client', '--', 'bash', '-c', 'cat </dev/tcp/192.168.1.110/23'];
  const answers = [];
  for (let asked = 0; asked < 4; asked++) answers.push((await lvskit(telnet)).stdout.trim());
  assert.deepEqual(answers, ['bashfull', 'sneezy', 'bashfull', 'sneezy']);
  const bench = ['bench', 'netpipe', '192.168.1.110', '-u', '64', '--seconds', '0.001', '--json'];
  assert.equal(netpipesOf('realserver1'), 0);
  const measured = await lvskit(['lab', 'exec', NAME, 'client', '--', LVSKIT, ...bench]);
  assert.equal(measured.status, 0, measured.stderr);
  await until('a service, a process that has served and one to spare', () => netpipesOf('realserver1') === 3);
  assert.match((await lvskit(['lab', 'status'])).stdout, new RegExp(`^${NAME} .*up`, 'm'));
  assert.deepEqual(await lvskit(['lab', 'down', NAME]), { status: 0, stdout: `Lab ${NAME} is down.\n`, stderr: '' });
});

test('a name in use is refused with status 2, and the lab of that name stays as it is', async () => {
  assert.equal((await lvskit(['lab', 'up', CONF, '--name', NAME])).status, 0);
  const before = leftovers();
  const { status, stdout, stderr } = await lvskit(['lab', 'up', exampleFile('vs-nat'), '--name', NAME]);
  assert.deepEqual([status, stdout], [2, '']);
  assert.equal(
    stderr,
    `lvskit: lab '${NAME}' is up already\nChoose another name with --name, or remove it: lvskit lab down ${NAME}.\n`,
  );
  assert.deepEqual(leftovers(), before);
  assert.match((await lvskit(['lab', 'exec', NAME, 'director', '--', LVSKIT, 'ipvsadm', '-Sn'])).stdout, / -g -w 1$/m);
  assert.equal((await lvskit(['lab', 'down', NAME])).status, 0);
});

for (const words of [
  ['lab', 'up', CONF, '--name', NAME],
  ['ipvsadm', '-Ln'],
  ['director', 'status'],
  ['director', 'down'],
]) {
  test(`'lvskit ${words.slice(0, 2).join(' ')}' by another user than root fails with status 1 and says why`, async () => {
    assertNeedsRoot(await lvskit(words, NOBODY));
  });
}

test("another user than root is not told that root's labs are not there, or broken", async () => {
  assert.equal((await lvskit(['lab', 'up', CONF, '--name', NAME])).status, 0);
  try {
    for (const words of [['status'], ['exec', NAME, 'client', '--', 'true'], ['graph', NAME], ['down', NAME]]) {
      assertNeedsRoot(await lvskit(['lab', ...words], NOBODY));
    }
  } finally {
    await takeDownVirtualServer(NAME);
  }
});

test("'lvskit compare' by another user than root fails with status 1 and says why", async () => {
  await withScratch(async (folder) => {
    runCommand(['chmod', '0777', folder]);
    const { status, stderr } = await lvskit(['compare', CONF, '--out', join(folder, 'run')], NOBODY);
    assert.equal(status, 1, stderr);
    assert.match(stderr, /^lvskit: .* needs root\n/m);
    assert.equal(existsSync(join(folder, 'run')), false);
  });
});

test('a lab that is not there, a name that cannot be one and an impossible rate are refused with status 2', async () => {
  for (const [words, message] of [
    [['lab', 'down', `${NAME}-no`], `there is no lab '${NAME}-no'`],
    [['lab', 'exec', `${NAME}-no`, 'client', '--', 'true'], `there is no lab '${NAME}-no'`],
    [['lab', 'up', CONF, '--name', 'A lab'], "'A lab' cannot be a lab's name"],
    [['lab', 'up', CONF, '--name', NAME, '--rate', 'fast'], "'fast' is not a link rate"],
    [['lab', 'up', CONF, '--name', NAME, '--realservers', '0'], 'a cluster of 0 realservers is not possible'],
  ] as const) {
    const { status, stderr } = await lvskit(words);
    assert.equal(status, 2, stderr);
    assert.ok(stderr.startsWith(`lvskit: ${message}\n`), stderr);
  }
});

for (const [signal, status] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
] as const) {
  for (const [stage, hasCome] of [
    ['its namespaces', () => leftovers().length > 2],
    ['its services, beside which its director is loaded', () => processesIn(`${NAME}-switch`) > 0],
  ] as const) {
    test(`${signal} while a lab gets ${stage} ends it with status ${status}, and removes what was built`, async () => {
      const building = startInBackground([LVSKIT, 'lab', 'up', CONF, '--name', NAME]);
      await until(stage, hasCome);
      process.kill(building.pid, signal);
      assert.equal(await building.ended, status, building.output());
    });
  }
}

test('a lab whose builder is killed while its director is loaded is not up, and is removed', async () => {
  const building = startInBackground([LVSKIT, 'lab', 'up', CONF, '--name', NAME]);
  await until('its services', () => processesIn(`${NAME}-switch`) > 0);
  process.kill(building.pid, 'SIGKILL');
  await building.ended;
  assert.match((await lvskit(['lab', 'status'])).stdout, new RegExp(`^${NAME} +leftover`, 'm'));
  assert.equal((await lvskit(['lab', 'down', NAME])).status, 0);
});

test('a comparison that is interrupted before it measures says so, and leaves no folder', async () => {
  await withScratch(async (folder) => {
    const out = join(folder, 'run');
    const comparing = startInBackground([LVSKIT, 'compare', CONF, '--systems', 'direct', '--out', out]);
    await until('its folder', () => existsSync(out));
    process.kill(comparing.pid, 'SIGINT');
    assert.equal(await comparing.ended, 130, comparing.output());
    assert.match(comparing.output(), /^lvskit: interrupted before anything was measured$/m);
    assert.equal(existsSync(out), false);
  });
});
