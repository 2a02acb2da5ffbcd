// rsh and lpd as services of a conf file: on the lab's realservers, measured through the director, and used through it by
// the programs that people use.

import assert from 'node:assert/strict';
import { closeSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { runCommandAsync, takeFileLock } from '../../src/system/mod.ts';
import { LVSKIT, until } from './netpipe-namespaces.ts';
import { printByLpr } from './support/line-printer.ts';
import { needing } from './support/programs.ts';
import { withScratch } from './support/scratch.ts';
import { bench, processesIn } from './support/served.ts';
import { type Example, exampleFile } from './support/virtual-server.ts';

const NAME = `t${process.pid}-rsh-lpd`;
const REALSERVERS = ['realserver1', 'realserver2'] as const;
const ADDRESSES = ['192.168.1.11', '192.168.1.12'] as const;
const VIP = '192.168.2.110';
const FOLDER = '/var/lib/lvskit';

const NEEDS_DAEMONS = needing('inetd', 'in.rshd', 'lpd');

function lvskit(...words: readonly string[]) {
  return runCommandAsync([LVSKIT, ...words], { allowFailure: true, timeoutMs: 60_000 });
}

/** On the client. */
async function run(...argv: readonly string[]) {
  const { status, stdout, stderr } = await lvskit('lab', 'exec', NAME, 'client', '--', ...argv);
  assert.equal(status, 0, stderr);
  return { stdout, stderr };
}

async function withLab(example: Example, work: (folder: string) => Promise<void>): Promise<void> {
  await withScratch(async (folder) => {
    const services = ['rsh', 'lpd'].map((name) => `SERVICE=t ${name} rr ${REALSERVERS.join(' ')}\n`);
    const confFile = join(folder, 'print.conf');
    writeFileSync(confFile, [readFileSync(exampleFile(example), 'utf8'), ...services].join('\n'));
    const hosts = join(exampleFile(example), '..', 'hosts');
    const { status, stderr } = await lvskit('lab', 'up', confFile, '--hosts', hosts, '--name', NAME);
    try {
      assert.equal(status, 0, stderr);
      await work(folder);
    } finally {
      await lvskit('lab', 'down', NAME);
    }
  });
}

/** Out of memory, and from a file that is longer than what is sent of it. */
const RUNS = [
  `rsh --sizes 1k --cold-file ${import.meta.filename}`,
  'rsh --to disk --stderr own --sizes 1M',
  `lpd --sizes 1k --file ${import.meta.filename}`,
  'lpd --sizes 1M',
];

/** Three of each run, through the director, which shares them out. */
async function measure(runs: readonly string[]): Promise<void> {
  for (const words of runs) {
    const { status, stderr, rows } = await bench([], `${words} --lab ${NAME} -n 3 -t 10`);
    assert.equal(status, 0, stderr);
    assert.deepEqual([rows[0]?.failures, rows[0]?.transfers], [{}, 3], words);
  }
  const argv = ['lab', 'exec', NAME, 'director', '--', LVSKIT, 'ipvsadm', '-Ln', '--stats', '--exact'];
  const { stdout } = await lvskit(...argv);
  for (const port of [514, 515]) {
    const rows = [...stdout.matchAll(new RegExp(`-> 192\\.168\\.1\\.1[12]:${port} +(\\d+)`, 'g'))];
    const [one = 0, other = 0] = rows.map(([, count]) => Number(count));
    assert.ok(one > 1 && Math.abs(one - other) <= 1, `port ${port}: ${one} and ${other} connections`);
  }
}

/** The folder of a daemon on a realserver: it is named after the process that the lab has started. */
function rootOf(machine: string, service: 'rsh' | 'lpd'): string {
  const roots = processesIn(`${NAME}-${machine}`).map(({ pid }) => join(FOLDER, service, `root-${pid}`));
  const root = roots.find((path) => existsSync(path));
  assert.ok(root !== undefined, `no ${service} on ${machine}`);
  return root;
}

test(
  'rsh and lpd through the director: measured, and used by rsh, rlpr and lpr',
  needing('inetd', 'in.rshd', 'lpd', 'rsh-redone-rsh', 'rlpr', 'lpr'),
  async (t) => {
    await withLab('vs-nat', async (folder) => {
      await t.test('copies and jobs are measured, and each realserver has half of them', () =>
        measure([...RUNS, `lpd --sizes 1k --until printed --queue-at ${ADDRESSES.join(',')}`]),
      );

      const file = join(folder, 'file');
      // As many bytes as a few segments have, no two lines alike.
      writeFileSync(file, Array.from({ length: 20_000 }, (_, line) => `${line}\n`).join(''));

      await t.test('rsh copies a file, and the server connects back for standard error', async () => {
        const rsh = `rsh-redone-rsh -l nobody ${VIP}`;
        const { stdout } = await run('sh', '-c', `${rsh} 'cat > copy; wc -c < copy; ls missing' < ${file}`);
        // What ls says is not among it. Debian's client 85-4 reads it on the other connection, and drops it.
        assert.equal(stdout, `${readFileSync(file).length}\n`);
        const copies = REALSERVERS.map((machine) => join(rootOf(machine, 'rsh'), 'home/copy')).filter(existsSync);
        assert.equal(copies.length, 1);
        assert.deepEqual(readFileSync(copies[0] ?? ''), readFileSync(file));
      });

      await t.test('rlpr and lpr print it, one on each print server', async () => {
        const spools = REALSERVERS.map((machine) => join(rootOf(machine, 'lpd'), 'spool/null'));
        const locks: number[] = [];
        for (const spool of spools) {
          await until('the queue to be empty', () => !readdirSync(spool).some((name) => name.startsWith('cf')));
          // Whoever holds it prints: now nobody, so that jobs are still there to be looked at.
          await until('the printer', () => {
            const lock = takeFileLock(join(spool, 'lock'));
            if (lock !== undefined) locks.push(lock);
            return lock !== undefined;
          });
        }
        const jobs = (kind: 'cf' | 'df') =>
          spools.flatMap((spool) =>
            readdirSync(spool)
              .filter((name) => name.startsWith(kind))
              .map((name) => join(spool, name)),
          );
        await run('rlpr', '-H', VIP, '-P', 'null', file);
        await until("rlpr's job", () => jobs('cf').length === 1);
        await run(...printByLpr(join(folder, 'lpr'), file, VIP, 'null'));
        await until("lpr's job", () => jobs('cf').length === 2);
        const printed = jobs('df');
        assert.equal(new Set(printed.map(dirname)).size, 2, `${printed}`);
        for (const path of printed) assert.deepEqual(readFileSync(path), readFileSync(file), path);
        for (const lock of locks) closeSync(lock);
      });
    });
  },
);

for (const example of ['vs-dr', 'vs-tun'] as const) {
  test(`rsh and lpd under ${example} are measured, and each realserver has half of them`, NEEDS_DAEMONS, () =>
    withLab(example, () => measure(RUNS)),
  );
}
