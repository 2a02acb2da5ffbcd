// `lvskit scale --on-hosts` where a lab stands for the hosts: a program named ssh enters their namespaces, and a time
// namespace whose clock is ahead, as that of a host is that has been up for longer.

import assert from 'node:assert/strict';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { analyseScaling, parseScale, parseWindows } from '../../src/analysis/mod.ts';
import { loadCluster } from '../../src/conf/mod.ts';
import { scaleClients } from '../../src/lab/mod.ts';
import type { UnreadMachine, WindowSample } from '../../src/model/mod.ts';
import { bringUpVirtualServer, takeDownVirtualServer } from '../../src/suite/mod.ts';
import { runCommand, runCommandAsync } from '../../src/system/mod.ts';
import { LVSKIT, startInBackground, until } from './netpipe-namespaces.ts';
import { needing } from './support/programs.ts';
import { withScratch } from './support/scratch.ts';
import { exampleFile } from './support/virtual-server.ts';

const LAB = `t${process.pid}-hosts`;
const BIN = LVSKIT.replace(/\/lvskit$/, '');

const AHEAD_SECONDS = 3600;

/** What ssh does with its words: options, host, and a line for the other side's shell. The conf's client has our clock. */
const SSH = `#!/bin/sh
while [ "\${1#-}" != "$1" ]; do shift; done
namespace=$1; shift
case $namespace in
*-client) clock= ;;
*) clock='unshare --time --monotonic ${AHEAD_SECONDS} --fork' ;;
esac
exec nsenter --net=/run/netns/$namespace -- $clock sh -c "PATH=${BIN}:$PATH; $*"
`;

/** The example with a web server, its hosts file beside it. */
function writeConf(folder: string): string {
  const conf = join(folder, 'cluster.conf');
  const example = exampleFile('vs-nat');
  writeFileSync(conf, `${readFileSync(example, 'utf8')}\nSERVICE=t http rr realserver1 realserver2\n`);
  copyFileSync(join(example, '..', 'hosts'), join(folder, 'hosts'));
  writeFileSync(join(folder, 'ssh'), SSH, { mode: 0o755 });
  return conf;
}

function commandOf(folder: string, words: string): readonly string[] {
  const via = ['--via', `ssh -oBatchMode=yes ${LAB}-{name}`, '--client-hosts', 'alpha'];
  const run = [
    '--transfer',
    'http-new',
    '--size',
    '16k',
    '--pairs',
    '2',
    '--seconds',
    '0.8',
    '--out',
    join(folder, 'run'),
  ];
  const command = [LVSKIT, 'scale', join(folder, 'cluster.conf'), '--on-hosts', ...via, ...run, ...words.split(' ')];
  return ['env', `PATH=${folder}:${process.env.PATH}`, ...command];
}

function readRun(folder: string) {
  const read = (name: string) => readFileSync(join(folder, 'run', name), 'utf8');
  return { run: parseScale(read('scale.json')), windows: parseWindows(read('windows.ndjson')).samples };
}

/** Other tests run beside this one: a host that could not count for all of a window says so. */
const isTooBusy = ({ why }: UnreadMachine) => why.startsWith('it was too busy');
const wasTooBusy = ({ unread = [] }: WindowSample) => unread.some(isTooBusy);

function pidsIn(machine: string): readonly number[] {
  const { stdout } = runCommand(['ip', 'netns', 'pids', `${LAB}-${machine}`], { allowFailure: true });
  return stdout.split('\n').filter(Boolean).map(Number);
}

/** Nothing but agents ever runs on clients and on the director. */
async function untilNothingIsLeft(): Promise<void> {
  const machines = ['director', 'client', 'client2'];
  await until('agents to end', () => machines.every((machine) => pidsIn(machine).length === 0));
}

function timeNamespaces(): { readonly skip: string | false } {
  const { status } = runCommand(['unshare', '--time', 'true'], { allowFailure: true });
  return status === 0 || process.env.CI !== undefined ? needing('nginx') : { skip: 'needs time namespaces' };
}

describe('on hosts that a lab stands for', timeNamespaces(), () => {
  before(async () => {
    await withScratch(async (folder) => {
      const cluster = loadCluster({ confFile: writeConf(folder), hostsFile: undefined });
      await bringUpVirtualServer(scaleClients(cluster, 2), { name: LAB, services: true, rate: '20mbit' });
    });
  });
  after(() => takeDownVirtualServer(LAB));

  test('clients of the conf and of the command line share windows, with the counters of every machine', async () => {
    await withScratch(async (folder) => {
      writeConf(folder);
      const { status, stderr } = await runCommandAsync(commandOf(folder, '--no-unsynchronised'), {
        allowFailure: true,
      });
      assert.equal(status, 0, stderr);
      assert.match(
        stderr,
        /^starting agents on 5 hosts\n {2}1 of 4: nat, 1 client, .*\n {2}2 of 4: nat, 2 clients, .*\n(?: {2}[34] of 4: .*\n){2}$/,
      );
      const { run, windows: all } = readRun(folder);
      const windows = all.filter((window) => !wasTooBusy(window));
      assert.ok(windows.length > 0, JSON.stringify(all));
      assert.deepEqual([run.systems, run.realservers, run.clients], [['nat'], [2], [1, 2]]);
      assert.deepEqual(
        run.hosts?.map(({ machine, host, found }) => [machine, host, found?.nics.map(({ device }) => device)]),
        [
          ['director', 'happy', ['eth1', 'eth0']],
          ['client', 'client', ['eth0']],
          ['realserver1', 'sneezy', ['eth0']],
          ['realserver2', 'bashfull', ['eth0']],
          ['client2', 'alpha', ['eth0']],
        ],
      );
      for (const { clients, shares, lost, links, connections, newConnections = 0, drops, unread } of windows) {
        assert.deepEqual(
          shares.map(({ client, failures }) => [client, failures]),
          ['client', 'client2'].slice(0, clients).map((client) => [client, {}]),
        );
        assert.deepEqual([lost, unread], [[], []]);
        assert.deepEqual(
          links.map(({ link }) => link),
          ['director:eth1', 'director:eth0', 'client:eth0', 'realserver1:eth0', 'realserver2:eth0', 'client2:eth0'],
        );
        const given = Object.values(connections).reduce((sum, count) => sum + count, 0);
        assert.ok(newConnections > 0 && given >= newConnections, `${given} given, ${newConnections} accepted`);
        assert.equal(drops, 0);
      }
      for (const { clocks = [], clockBoundNs } of windows) {
        assert.ok(clockBoundNs > 0, `bound ${clockBoundNs}`);
        for (const { machine, offsetNs, boundNs } of clocks) {
          const aheadNs = machine === 'client' ? 0 : AHEAD_SECONDS * 1e9;
          assert.ok(Math.abs(offsetNs - aheadNs) <= boundNs, `${machine}: ${offsetNs} ± ${boundNs}`);
        }
      }
      const [curve] = analyseScaling(run, windows);
      for (const { throughputMbps, wireMbps } of curve?.points ?? []) {
        // A segment that was on its way at an edge of the window may be on the other side of it for the counters.
        assert.ok(wireMbps !== undefined && throughputMbps.value > 0);
        assert.ok(throughputMbps.value <= 1.1 * wireMbps.value, `${throughputMbps.value} of ${wireMbps.value}`);
      }
      await untilNothingIsLeft();
      const { stdout } = await runCommandAsync([LVSKIT, 'report', join(folder, 'run')]);
      assert.match(stdout, /^2 realservers, http-new, 16 kB; Mbit\/s$/m);
      assert.match(readFileSync(join(folder, 'run', 'report.html'), 'utf8'), /<dt>client2, alpha<\/dt>/);
    });
  });

  test('a client that is killed is named, and so is who was to be skipped; Ctrl-C leaves nothing on the hosts', async () => {
    await withScratch(async (folder) => {
      writeConf(folder);
      const skipped = ['director', 'realserver1', 'realserver2'];
      const program = startInBackground(commandOf(folder, `--clients 2 --pairs 99 --skip ${skipped.join(' ')}`));
      await until('the first window', () => program.output().includes('1 of 198'));
      for (const pid of pidsIn('client2')) process.kill(pid, 'SIGKILL');
      await until('windows without it', () => program.output().includes('3 of 198'));
      process.kill(program.pid, 'SIGINT');
      assert.equal(await program.ended, 130, program.output());
      assert.match(program.output(), /^counters of director will be missing: it was to be skipped$/m);
      const last = readRun(folder).windows.at(-1);
      assert.deepEqual(
        [last?.clients, last?.lost.map(({ client }) => client), last?.shares.map(({ client }) => client)],
        [2, ['client2'], ['client']],
      );
      const unread = last?.unread?.filter((each) => !isTooBusy(each)).map(({ machine }) => machine);
      assert.deepEqual([...new Set(unread)], [...skipped, 'client2']);
      assert.deepEqual([last?.connections, last?.drops, last?.newConnections], [{}, undefined, undefined]);
      await untilNothingIsLeft();
    });
  });

  test('another machine in the place of a client is refused', async () => {
    await withScratch(async (folder) => {
      writeConf(folder);
      const words = commandOf(folder, '--skip director realserver1 realserver2 alpha');
      const wrong = words.map((word) => word.replace('{name}', 'realserver1'));
      const { status, stderr } = await runCommandAsync(wrong, { allowFailure: true });
      assert.match(stderr, /^lvskit: client: this host has no NIC that is up with 192\.168\.2\.254$/m);
      assert.equal(status, 1);
    });
  });
});

test('options of labs and of hosts do not mix, and a client that is not reached is an error', async () => {
  await withScratch(async (folder) => {
    const conf = writeConf(folder);
    const refused = async (words: string) => {
      const argv = [LVSKIT, 'scale', conf, ...words.split(' '), '--out', join(folder, 'run')];
      const { status, stderr } = await runCommandAsync(argv, { allowFailure: true });
      return [status, stderr.split('\n').find((line) => line.startsWith('lvskit: '))];
    };
    assert.deepEqual(await refused('--on-hosts --rate 100mbit'), [
      2,
      "lvskit: option '--rate <rate>' cannot be used with option '--on-hosts'",
    ]);
    assert.deepEqual(await refused('--skip client'), [
      2,
      "lvskit: option '--skip <machine...>' needs option '--on-hosts'",
    ]);
    assert.deepEqual(await refused('--on-hosts --via false'), [1, 'lvskit: client: the agent ended with status 1']);
  });
});
