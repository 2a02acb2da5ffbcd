// A web service of a conf file: nginx on the lab's realservers, measured from its client through the director.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runCommand, runCommandAsync } from '../../src/system/mod.ts';
import { LVSKIT, until } from './netpipe-namespaces.ts';
import { needing } from './support/programs.ts';
import { withScratch } from './support/scratch.ts';
import { exampleFile } from './support/virtual-server.ts';

const NAME = `t${process.pid}-http`;
const SECONDS = 0.3;

function lvskit(...words: readonly (string | number)[]) {
  return runCommandAsync([LVSKIT, ...words.map(String)], { allowFailure: true, timeoutMs: 60_000 });
}

async function withHttpLab(work: () => Promise<void>): Promise<void> {
  await withScratch(async (folder) => {
    const conf = readFileSync(exampleFile('vs-nat'), 'utf8');
    const confFile = join(folder, 'http.conf');
    writeFileSync(confFile, `${conf}\nSERVICE=t http rr realserver1 realserver2\n`);
    const hosts = join(exampleFile('vs-nat'), '..', 'hosts');
    const { status, stderr } = await lvskit('lab', 'up', confFile, '--hosts', hosts, '--name', NAME);
    try {
      assert.equal(status, 0, stderr);
      await work();
    } finally {
      await lvskit('lab', 'down', NAME);
    }
  });
}

test(
  'the files of a web service are measured through the director, each realserver giving half',
  needing('nginx'),
  () =>
    withHttpLab(async () => {
      const measured = await lvskit('bench', 'http', '--lab', NAME, '-t', SECONDS, '-k', 1, '--json');
      assert.equal(measured.status, 0, measured.stderr);
      const rows = measured.stdout.trim().split('\n');
      const sizes = [1, 1024, 65_536, 1_048_576];
      let hits = 0;
      for (const [index, sizeBytes] of sizes.entries()) {
        const row = JSON.parse(rows[index] ?? '');
        assert.deepEqual([row.path, row.sizeBytes, row.failures], [`/file.${Math.log2(sizeBytes)}`, sizeBytes, {}]);
        assert.equal(row.payloadBytes, row.transfers * sizeBytes);
        assert.ok(row.transfers > 10 && row.timeNs.min > 0 && row.timeNs.p99 <= row.timeNs.max);
        hits += row.transfers;
      }
      const stats = await lvskit('lab', 'exec', NAME, 'director', '--', LVSKIT, 'ipvsadm', '-Ln', '--stats', '--exact');
      const shares = [...stats.stdout.matchAll(/-> 192\.168\.1\.1[12]:80 +(\d+)/g)].map(([, count]) => Number(count));
      assert.equal(shares.length, 2);
      assert.ok(Math.abs((shares[0] ?? 0) - (shares[1] ?? 0)) <= 1, `${shares} connections`);
      // Besides what is measured, a first one and a quarter of a second of each file, to warm up.
      const further = (shares[0] ?? 0) + (shares[1] ?? 0) - hits;
      assert.ok(further >= sizes.length && further <= 2 * hits, `${further} besides ${hits}`);

      const nowhere = await lvskit('bench', 'http', '--lab', NAME, '-P', 81);
      assert.deepEqual([nowhere.status, nowhere.stdout], [1, '']);
      assert.match(nowhere.stderr, /^lvskit: lab t\d+-http has no service at TCP port 81\n/);
    }),
);

/** Of port 80, as the director counts them. */
function activeConnections(): number {
  const words = ['lab', 'exec', NAME, 'director', '--', LVSKIT, 'ipvsadm', '-Ln'];
  const { stdout } = runCommand([LVSKIT, ...words]);
  const counts = [...stdout.matchAll(/-> 192\.168\.1\.1[12]:80 +Masq +1 +(\d+)/g)];
  return counts.reduce((sum, [, count]) => sum + Number(count), 0);
}

test('a web server that is killed while it is measured is named as refused, or reset', needing('nginx'), () =>
  withHttpLab(async () => {
    const measuring = lvskit('bench', 'http', '--lab', NAME, '-t', 2, '--sizes', '1k', '-c', 4, '--json');
    await until('the connections to be there', () => activeConnections() === 4);
    for (const machine of ['realserver1', 'realserver2']) {
      const pids = runCommand(['ip', 'netns', 'pids', `${NAME}-${machine}`])
        .stdout.trim()
        .split('\n');
      for (const pid of pids) {
        if (readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'nginx') process.kill(Number(pid), 'SIGKILL');
      }
    }
    const { status, stdout, stderr } = await measuring;
    assert.equal(status, 0, stderr);
    const { failures } = JSON.parse(stdout);
    assert.ok(failures.refused > 0, JSON.stringify(failures));
    for (const cause of Object.keys(failures)) {
      assert.ok(['refused', 'reset', 'closed without a reply', 'reply cut short'].includes(cause), cause);
    }
  }),
);
