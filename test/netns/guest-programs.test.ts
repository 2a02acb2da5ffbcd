// iperf3 and NPtcp in a lab: both ends through the director, what they print and their figures, and that nothing of them is
// left however a run ends.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Lab } from '../../src/lab/mod.ts';
import { runCommand, runCommandAsync } from '../../src/system/mod.ts';
import { LVSKIT, startInBackground, until } from './netpipe-namespaces.ts';
import { ipvsadm } from './support/inside.ts';
import { needing } from './support/programs.ts';
import { withVirtualServer } from './support/virtual-server.ts';

const TIMEOUT_MS = 60_000;

function bench(lab: Lab, program: string, ...words: readonly string[]) {
  const argv = [LVSKIT, 'bench', program, '--lab', lab.plan.name, ...words];
  return runCommandAsync(argv, { allowFailure: true, timeoutMs: TIMEOUT_MS });
}

async function jsonOf(lab: Lab, program: string, ...words: readonly string[]) {
  const { status, stdout, stderr } = await bench(lab, program, '--json', ...words);
  assert.equal(status, 0, stderr);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function processesOf(lab: Lab, machine: string, program: string): readonly number[] {
  const pids = runCommand(['ip', 'netns', 'pids', `${lab.plan.name}-${machine}`])
    .stdout.split('\n')
    .filter(Boolean);
  return pids.map(Number).filter((pid) => commandOf(pid) === program);
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    return ''; // has ended meanwhile
  }
}

/** The director as its conf file describes it, and no process of the program anywhere. */
async function assertNothingIsLeft(lab: Lab, program: string): Promise<void> {
  await until('its processes to end', () =>
    ['client', 'realserver1', 'realserver2'].every((machine) => processesOf(lab, machine, program).length === 0),
  );
  const services = [...(await ipvsadm(lab, '-Ln')).matchAll(/^(?:TCP|UDP) +\S+:(\d+) /gm)].map(([, port]) => port);
  assert.deepEqual(services, ['23', '5002']);
}

test('iperf3 measures TCP and UDP through the director, to the realserver that is asked for', needing('iperf3'), () =>
  withVirtualServer('vs-nat', {}, async (lab) => {
    const shown = await bench(lab, 'iperf3', '--', '-n', '1M');
    assert.equal(shown.status, 0, shown.stderr);
    assert.match(shown.stdout, /^Connecting to host 192\.168\.2\.110, port 5201\n[\s\S]*\niperf Done\.\n$/);
    const [tcp, ...more] = await jsonOf(
      lab,
      'iperf3',
      '--realserver',
      'bashfull',
      '--',
      '-b',
      '50M',
      '-t',
      '1',
      '-P',
      '2',
    );
    assert.deepEqual([tcp.program, tcp.protocol, tcp.streams, tcp.sender, more], ['iperf3', 'tcp', 2, 'client', []]);
    assert.ok(tcp.payloadBytes > 2 ** 20 && tcp.mbitPerSecond > 0 && tcp.seconds > 0.5 && tcp.retransmits >= 0);
    const [udp] = await jsonOf(lab, 'iperf3', '--', '-u', '-b', '2M', '-t', '1');
    assert.deepEqual([udp.protocol, udp.lostPackets], ['udp', 0]);
    assert.ok(udp.packets > 0 && udp.payloadBytes > 0 && udp.jitterMs >= 0);
    const wrong = await bench(lab, 'iperf3', '--realserver', 'client');
    assert.match(
      wrong.stderr,
      /^lvskit: client of lab \S+ is no realserver\nChoose one of: realserver1, realserver2\.\n$/,
    );
    await assertNothingIsLeft(lab, 'iperf3');
  }),
);

test('NPtcp measures through the director, beside the service that has its port', needing('NPtcp'), () =>
  withVirtualServer('vs-dr', {}, async (lab) => {
    const points = await jsonOf(lab, 'nptcp', '--', '-u', '8', '-p', '0', '-n', '10');
    assert.deepEqual(
      points.map(({ sizeBytes }) => sizeBytes),
      [1, 2, 3, 4, 6, 8],
    );
    for (const { sizeBytes, seconds, mbps } of points) {
      assert.ok(seconds > 0 && Math.abs((sizeBytes * 8) / 2 ** 20 / seconds / mbps - 1) < 0.05, `${seconds}, ${mbps}`);
    }
    const odd = await bench(lab, 'nptcp', '--', '-Z');
    assert.match(odd.stderr, /^lvskit: lab \S+: the server's end on realserver1: NPtcp: invalid option -- 'Z'/);
    await assertNothingIsLeft(lab, 'NPtcp');
  }),
);

test('however a run ends, its server and its service go', needing('iperf3'), () =>
  withVirtualServer('vs-dr', {}, async (lab) => {
    const start = async (...words: readonly string[]) => {
      const argv = [
        LVSKIT,
        'bench',
        'iperf3',
        '--lab',
        lab.plan.name,
        ...words,
        '--',
        '--forceflush',
        '-b',
        '20M',
        '-t',
        '30',
      ];
      const running = startInBackground(argv);
      await until('the transfer', () => /\bconnected to\b/.test(running.output()));
      return running;
    };
    const told = await start();
    process.kill(told.pid, 'SIGTERM');
    assert.equal(await told.ended, 143, told.output());
    await assertNothingIsLeft(lab, 'iperf3');

    const orphaned = await start();
    for (const pid of processesOf(lab, 'realserver1', 'iperf3')) process.kill(pid, 'SIGKILL');
    assert.equal(await orphaned.ended, 1, orphaned.output());
    assert.match(orphaned.output(), /iperf3: error - /);
    await assertNothingIsLeft(lab, 'iperf3');

    const long = await start('--timeout', '1');
    assert.equal(await long.ended, 1, long.output());
    assert.match(long.output(), /lvskit: .* was ended because it took longer than 1 s\n/);
    await assertNothingIsLeft(lab, 'iperf3');

    const killed = await start();
    process.kill(killed.pid, 'SIGKILL');
    await killed.ended;
    await until('the server to end', () => processesOf(lab, 'realserver1', 'iperf3').length === 0);
    await until('the client to end', () => processesOf(lab, 'client', 'iperf3').length === 0);
  }),
);

test('netpipe with options of both ends has a receiver of its own', () =>
  withVirtualServer('vs-nat', {}, async (lab) => {
    const sizesOf = (rows: readonly { readonly sizeBytes: number }[]) => rows.map(({ sizeBytes }) => sizeBytes);
    const quick = ['--seconds', '0.001', '--trials', '1'];
    assert.deepEqual(sizesOf(await jsonOf(lab, 'netpipe', '--sizes', '64,1k', ...quick)), [64, 1024]);
    assert.deepEqual(sizesOf(await jsonOf(lab, 'netpipe', '--sizes', '1k', '-s', ...quick)), [1024]);
    assert.deepEqual(sizesOf(await jsonOf(lab, 'netpipe', '--sizes', '4k', '-2', ...quick)), [4096]);
    assert.deepEqual(
      sizesOf(await jsonOf(lab, 'netpipe', '-l', '1000', '-u', '1100', '-p', '0', ...quick)).at(0),
      1000,
    );
    await assertNothingIsLeft(lab, 'node');
  }));

test('a host without the other end is told, and a program that is missing by its package', needing('iperf3'), () => {
  const run = (...words: readonly string[]) =>
    runCommand([LVSKIT, 'bench', ...words], { allowFailure: true, timeoutMs: TIMEOUT_MS });
  const refused = run('iperf3', '127.0.0.1', '-P', '1', '--json');
  assert.equal(refused.status, 1);
  assert.match(
    refused.stderr,
    /^lvskit: iperf3 has measured nothing: unable to connect to server.*Connection refused\n/,
  );
  for (const [name, program, packageName] of [
    ['iperf3', 'iperf3', 'iperf3'],
    ['nptcp', 'NPtcp', 'netpipe-tcp'],
  ] as const) {
    const hidden = `mount --bind /dev/null "$(command -v ${program})" && exec ${LVSKIT} bench ${name} 127.0.0.1`;
    const { status, stderr } = runCommand(['unshare', '--mount', 'sh', '-c', hidden], { allowFailure: true });
    assert.equal(status, 1);
    assert.match(stderr, new RegExp(`the program '${program}' is not installed\\n.*apt-get install ${packageName}`));
  }
});
