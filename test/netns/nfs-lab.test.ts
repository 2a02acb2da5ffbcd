// An NFS service of a conf file: nfs-ganesha on the lab's realservers, read from and written to by way of the director,
// by our client and by another one; and what is said when it goes wrong on the way.

import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { findMachine, type LabPlan, readLab } from '../../src/lab/mod.ts';
import type { NfsOptions, NfsSession } from '../../src/measure/clients/nfs/session.ts';
import { runCommand, runCommandAsync } from '../../src/system/mod.ts';
import { runIn } from './lab-probes.ts';
import { LVSKIT } from './netpipe-namespaces.ts';
import { withNfsSession } from './support/nfs-session.ts';
import { needing } from './support/programs.ts';
import { withScratch } from './support/scratch.ts';
import { EXAMPLE_OF_EACH_METHOD, type Example, exampleFile } from './support/virtual-server.ts';

const NEEDS = needing('ganesha.nfsd', 'rpcbind', 'nfs-cat');
const REALSERVERS = ['realserver1', 'realserver2'];
const NOTHING_LOST = { retransmissions: 0, lateReplies: 0, strayReplies: 0 };

function lvskit(...words: readonly string[]) {
  return runCommandAsync([LVSKIT, ...words], { allowFailure: true, timeoutMs: 60_000 });
}

/** The example with NFS and MOUNT on two realservers, so that a client has the same one for both. */
async function bringUpNfsLab(example: Example, folder: string): Promise<LabPlan> {
  const services = ['u nfs', 'u mountd', 't nfs', 't mountd'];
  const lines = services.map((service) => `SERVICE=${service} sh ${REALSERVERS.join(' ')}\n`);
  const confFile = join(folder, 'nfs.conf');
  writeFileSync(confFile, `${readFileSync(exampleFile(example), 'utf8')}\n${lines.join('')}`);
  const hosts = join(exampleFile(example), '..', 'hosts');
  const { status, stderr } = await lvskit('lab', 'up', confFile, '--hosts', hosts, '--name', labName(example));
  assert.equal(status, 0, stderr);
  return readLab(labName(example)).plan;
}

function labName(example: Example): string {
  return `t${process.pid}-nfs-${example}`;
}

/** A test in a lab of its own. */
function testInLab(title: string, example: Example, work: (plan: LabPlan, folder: string) => Promise<void>): void {
  test(title, NEEDS, () =>
    withScratch(async (folder) => {
      try {
        await work(await bringUpNfsLab(example, folder), folder);
      } finally {
        await lvskit('lab', 'down', labName(example));
      }
    }),
  );
}

/** From the lab's client to its VIP. */
function withSession<T>(plan: LabPlan, options: Partial<NfsOptions>, work: (session: NfsSession) => T): T {
  return withNfsSession(findMachine(plan, 'client').namespace, plan.cluster.vip.address, options, work);
}

/** Where each machine's kernel saw the last of what did not come. */
function assertNothingLost(plan: LabPlan, { counts }: NfsSession): void {
  if (isDeepStrictEqual(counts, NOTHING_LOST)) return;
  const machines = ['client', 'director', ...REALSERVERS];
  const seen = machines.map(
    (machine) => `${machine}\n${runIn(plan, machine, ['grep', '^Ip:\\|^Udp:', '/proc/net/snmp'])}`,
  );
  const status = runIn(plan, 'director', [LVSKIT, 'director', 'status']);
  assert.deepEqual(counts, NOTHING_LOST, [JSON.stringify(counts), ...seen, status].join('\n'));
}

/** Reads the paper's file of this size and looks at every byte. */
function readAndCompare(session: NfsSession, exponent: number): void {
  let bytesSeen = 0;
  session.read(`file.${exponent}`, 2 ** exponent, (_, bytes) => {
    bytesSeen += bytes.length;
    assert.ok(Buffer.from(bytes).equals(Buffer.alloc(bytes.length, '0')));
  });
  assert.equal(bytesSeen, 2 ** exponent);
}

/** Of UDP on NFS's port, for both realservers. */
function udpConnections(plan: LabPlan): { active: number; inactive: number } {
  const stdout = runIn(plan, 'director', [LVSKIT, 'ipvsadm', '-Ln']);
  const [, table = ''] = /UDP +[\d.]+:2049 .*\n((?: +->.*\n)+)/.exec(stdout) ?? [];
  const rows = [...table.matchAll(/(\d+) +(\d+) *\n/g)];
  const sum = (column: number) => rows.reduce((total, row) => total + Number(row[column]), 0);
  assert.equal(rows.length, 2, stdout);
  return { active: sum(1), inactive: sum(2) };
}

for (const example of EXAMPLE_OF_EACH_METHOD) {
  const what = 'files go both ways over UDP and TCP with nothing lost';
  testInLab(
    example === 'vs-nat' ? `${example}: ${what}; what breaks is named` : `${example}: ${what}`,
    example,
    async (plan, folder) => {
      for (const [transport, sizeBytes] of [
        ['udp', 8192],
        ['udp', 32_768],
        ['tcp', 32_768],
      ] as const) {
        withSession(plan, { transport, readBytes: sizeBytes }, (session) => {
          readAndCompare(session, 20);
          assertNothingLost(plan, session);
        });
        const window = sizeBytes > 8192 ? 2 : 6;
        withSession(plan, { transport, writeBytes: sizeBytes, window, exportPath: '/memory' }, (session) => {
          session.write('written', 2 ** 20, { isSync: false });
          assertNothingLost(plan, session);
          session.read('written', 2 ** 20);
          session.remove('written');
          assert.throws(() => session.read('written', 2 ** 20), { message: 'LOOKUP: NFS3ERR_NOENT: no such file' });
        });
      }
      const { active, inactive } = udpConnections(plan);
      assert.deepEqual([active, inactive > 0], [0, true]);
      serveAnotherClient(plan, folder);
      if (example === 'vs-nat') await breakIt(plan);
    },
  );
}

/** libnfs reads and writes by way of the director too; it has only TCP. */
function serveAnotherClient(plan: LabPlan, folder: string): void {
  const url = (path: string) => `nfs://${plan.cluster.vip.address}${path}?version=3&nfsport=2049&mountport=20048`;
  assert.equal(runIn(plan, 'client', ['nfs-cat', url('/files/file.16')]), '0'.repeat(65_536));
  const file = join(folder, 'text');
  writeFileSync(file, 'by way of the director\n'.repeat(5000));
  runIn(plan, 'client', ['nfs-cp', file, url('/memory/text')]);
  assert.equal(runIn(plan, 'client', ['nfs-cat', url('/memory/text')]), readFileSync(file, 'utf8'));
}

/** Drops what is to be lost on its way up the stack, before fragments are put together. */
async function withLossOn(plan: LabPlan, machines: readonly string[], what: string, work: () => void): Promise<void> {
  const chain = `chain c { type filter hook prerouting priority -450; ${what} drop; };`;
  for (const machine of machines) runIn(plan, machine, ['nft', `table ip loss { ${chain} }`]);
  try {
    work();
  } finally {
    for (const machine of machines) runIn(plan, machine, ['nft', 'delete table ip loss']);
  }
}

function pidsOfServers(plan: LabPlan): readonly number[] {
  const pids = REALSERVERS.flatMap((machine) => {
    const { stdout } = runCommand(['ip', 'netns', 'pids', findMachine(plan, machine).namespace]);
    return stdout.trim().split('\n').map(Number);
  });
  return pids.filter((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').startsWith('ganesha'));
}

/** What is lost, hangs or dies behind the director is named in bounded time. Leaves no server behind. */
async function breakIt(plan: LabPlan): Promise<void> {
  const servers = pidsOfServers(plan);
  const signalServers = (signal: NodeJS.Signals) => {
    for (const pid of servers) process.kill(pid, signal);
  };
  const measured = await lvskit(
    'bench',
    'nfs',
    '--lab',
    plan.name,
    '-t',
    '0.3',
    '--sizes',
    '64k',
    '--timeo',
    '30',
    '--json',
  );
  assert.equal(measured.status, 0, measured.stderr);
  const row = JSON.parse(measured.stdout);
  assert.deepEqual(row.counts, { retransmissions: 0, 'late replies': 0, 'stray replies': 0 });
  assert.ok(row.transfers > 0 && row.wireBytes > row.payloadBytes);

  const impatient = { timeoutMs: 1000, retransmitMs: 300 };
  const readFails = (message: string) =>
    withSession(plan, impatient, (session) => assert.throws(() => session.read('file.16', 65_536), { message }));
  const unanswered = 'no reply to READ, though small calls are answered: fragments lost?';
  await withLossOn(plan, ['client'], 'ip frag-off & 0x1fff != 0', () =>
    readFails(`${unanswered} (some come here, and make no whole datagram)`),
  );
  await withLossOn(plan, ['client'], 'ip frag-off & 0x3fff != 0', () => readFails(`${unanswered} (none comes here)`));
  await withLossOn(plan, REALSERVERS, 'ip frag-off & 0x1fff != 0', () =>
    withSession(plan, { ...impatient, exportPath: '/memory' }, (session) =>
      assert.throws(() => session.write('written', 65_536, { isSync: false }), {
        message: 'no reply to WRITE, though small calls are answered: fragments lost on their way there?',
      }),
    ),
  );
  // Small parts need no fragments.
  await withLossOn(plan, ['client', ...REALSERVERS], 'ip frag-off & 0x3fff != 0', () =>
    withSession(plan, { readBytes: 1024 }, (session) => readAndCompare(session, 16)),
  );

  withSession(plan, impatient, (session) => {
    signalServers('SIGSTOP');
    assert.throws(() => session.read('file.16', 65_536), /no reply to (LOOKUP|READ)$/);
    assert.ok(session.counts.retransmissions > 0);
    signalServers('SIGCONT');
  });
  withSession(plan, {}, (session) => {
    let parts = 0;
    const killInTheMiddle = () => {
      if (++parts === 10) signalServers('SIGKILL');
    };
    const message = 'port unreachable: nothing listens there';
    assert.throws(() => session.read('file.24', 2 ** 24, killInTheMiddle), { message });
  });
  const afterwards = await lvskit('bench', 'nfs', '--lab', plan.name, '-t', '0.3', '--sizes', '1k');
  assert.equal(afterwards.status, 1);
  assert.match(afterwards.stderr, /\/files\/file\.10: mount: port unreachable: nothing listens there\n/);
}
