// A director is replaced by another version's, whose tables are laid out differently, while connections are open and
// new ones are made; and one whose replacement fails or is killed goes on.

import assert from 'node:assert/strict';
import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { recordChange } from '../../src/dataplane/change-record.ts';
import { findStateDirectory, type StateDirectory } from '../../src/dataplane/state-directory.ts';
import { inNetworkNamespace, networkNamespaceCookie, runCommandAsync } from '../../src/system/mod.ts';
import { BPF_MISSING } from '../bpf/requirements.ts';
import { service } from '../bpf/services.ts';
import { LVSKIT, startInBackground, until } from './netpipe-namespaces.ts';
import { makeOtherVersion } from './support/other-version.ts';
import {
  CLIENT,
  DR_PORT,
  DR_SERVER,
  NAT_PORT,
  NAT_SERVER,
  type Talk,
  TwoDirectors,
  VIP,
} from './support/two-directors.ts';

const folder = mkdtempSync(join(tmpdir(), 'lvskit-test-'));
let otherVersion = '';

before(async () => {
  if (!BPF_MISSING) otherVersion = await makeOtherVersion(folder);
});
after(() => rmSync(folder, { recursive: true }));

/** Runs a version of lvskit in the namespace of the director; its failure is the test's. */
async function run(directors: TwoDirectors, launcher: string, words: string, input = ''): Promise<string> {
  const argv = ['ip', 'netns', 'exec', directors.name('one'), launcher, ...words.split(' ')];
  return (await runCommandAsync(argv, { timeoutMs: 60_000, input })).stdout;
}

/** Two servers take turns on the persistent port. */
const TABLE = `-A -t ${VIP}:${NAT_PORT} -s rr -p 600
-a -t ${VIP}:${NAT_PORT} -r ${NAT_SERVER}:${NAT_PORT} -m
-a -t ${VIP}:${NAT_PORT} -r ${DR_SERVER}:${NAT_PORT} -g
-A -t ${VIP}:${DR_PORT} -s rr
-a -t ${VIP}:${DR_PORT} -r ${DR_SERVER}:${DR_PORT} -g
`;

/** A director of the other version. */
async function withOtherVersion(work: (directors: TwoDirectors) => Promise<void>): Promise<void> {
  const directors = new TwoDirectors({ one: 'lvskit', other: 'lvskit' });
  try {
    directors.build();
    directors.serve('nat', NAT_PORT);
    for (const port of [NAT_PORT, DR_PORT]) directors.serve('dr', port);
    await run(directors, otherVersion, 'ipvsadm -R', TABLE);
    await work(directors);
  } finally {
    directors.remove();
  }
}

/** Listings name the size of the connection table. */
function sizeless(listing: string): string {
  return listing.replace(/size=\d+/, '');
}

/** Entries without the seconds that they have left. */
function withoutSeconds(connections: string): readonly string[] {
  return connections
    .split('\n')
    .map((line) => line.replace(/ \d\d:\d\d /, ' '))
    .toSorted();
}

function minutesLeft(connections: string, port: number): number {
  return Number(new RegExp(` (\\d\\d):\\d\\d .* ${CLIENT}:${port} `).exec(connections)?.[1]);
}

async function assertAlive(talks: readonly Talk[]): Promise<void> {
  for (const talk of talks) assert.equal(await talk.say('still there?'), 'still there?');
}

/** Opens connections and talks, one after the other, until it is told to stop. Returns how many went well. */
async function talkUntil(directors: TwoDirectors, old: readonly Talk[], isOver: () => boolean): Promise<number> {
  let count = 0;
  for (; !isOver(); count++) {
    const talk = await directors.connect(DR_PORT);
    await assertAlive([talk, ...old]);
    talk.end();
  }
  return count;
}

test('services, connections, persistence and counters become those of the other layout, and come back', {
  skip: BPF_MISSING,
}, async () => {
  await withOtherVersion(async (directors) => {
    const talks = [await directors.connect(NAT_PORT), await directors.connect(DR_PORT)];
    const kept = talks[0]?.server;
    // A server that was removed, with a connection that it drops packets of.
    const cut = await directors.connect(DR_PORT);
    await run(directors, otherVersion, `ipvsadm -d -t ${VIP}:${DR_PORT} -r ${DR_SERVER}:${DR_PORT}`);
    const answer = cut.say('in vain');
    const drops = async (launcher: string) =>
      JSON.parse(await run(directors, launcher, 'director status --json')).drops as Record<string, number>;
    while ((await drops(otherVersion)).SERVER_REMOVED === 0) await sleep(10);

    const listing = async (launcher: string) => [
      await run(directors, launcher, 'ipvsadm -Sn'),
      sizeless(await run(directors, launcher, 'ipvsadm -Ln')),
      withoutSeconds(await run(directors, launcher, 'ipvsadm -Lnc')),
    ];
    const expected = await listing(otherVersion);
    const stats = await run(directors, otherVersion, 'ipvsadm -Ln --stats');
    await assert.rejects(run(directors, LVSKIT, 'ipvsadm -Ln'), /director reload/);

    await run(directors, LVSKIT, 'director reload');
    assert.deepEqual(await listing(LVSKIT), expected);
    assert.equal(sizeless(await run(directors, LVSKIT, 'ipvsadm -Ln --stats')), sizeless(stats));
    assert.ok(((await drops(LVSKIT)).SERVER_REMOVED ?? 0) > 0);
    await run(directors, LVSKIT, `ipvsadm -a -t ${VIP}:${DR_PORT} -r ${DR_SERVER}:${DR_PORT} -g`);
    assert.equal(await answer, 'in vain');
    await assertAlive(talks);
    for (let i = 0; i < 3; i++) assert.equal((await directors.connect(NAT_PORT)).server, kept);

    await run(directors, otherVersion, 'director reload');
    await assertAlive([...talks, cut]);
    const connections = await run(directors, otherVersion, 'ipvsadm -Lnc');
    for (const { port } of talks) assert.equal(minutesLeft(connections, port), 14);
  });
});

test('a change of the other version that was cut short is completed in the new tables', {
  skip: BPF_MISSING,
}, async () => {
  await withOtherVersion(async (directors) => {
    inNetworkNamespace(`/run/netns/${directors.name('one')}`, () => {
      const directory = findStateDirectory() as StateDirectory;
      recordChange(directory, { put: [service([], { at: `${VIP}:99` })], removed: [`tcp ${VIP} ${DR_PORT}`] });
    });
    await run(directors, LVSKIT, 'director reload');
    const saved = await run(directors, LVSKIT, 'ipvsadm -Sn');
    assert.deepEqual(saved.match(/(?<=^-A -t ).*:\d+/gm)?.toSorted(), [`${VIP}:${NAT_PORT}`, `${VIP}:99`].toSorted());
  });
});

test('no packet misses a director while one replaces the other', { skip: BPF_MISSING }, async () => {
  await withOtherVersion(async (directors) => {
    const talks = [await directors.connect(NAT_PORT), await directors.connect(DR_PORT)];
    // It stays when it is over: the end of a child would interrupt a connection that is being made.
    const words = `ip netns exec ${directors.name('one')} ${LVSKIT} director reload; echo status $?; exec sleep 60`;
    const reload = startInBackground(['sh', '-c', words]);
    const count = await talkUntil(directors, talks, () => /status/.test(reload.output()));
    process.kill(reload.pid, 'SIGKILL');
    assert.match(reload.output(), /status 0/);
    assert.ok(count > 10, `${count} connections were made meanwhile`);
    // Every one of them is in the table, and counted.
    const { active, inactive } = countsOf(await directors.ipvsadm('one', `-Ln -t ${VIP}:${DR_PORT}`));
    const connections = await directors.ipvsadm('one', '-Lnc');
    const listed = connections.split('\n').filter((line) => line.includes(`${VIP}:${DR_PORT} `));
    assert.deepEqual([listed.length, active + inactive], [count + 1, count + 1]);
  });
});

function countsOf(listing: string): { readonly active: number; readonly inactive: number } {
  const [, active, inactive] = /-> .* (\d+) +(\d+) *$/m.exec(listing) ?? [];
  return { active: Number(active), inactive: Number(inactive) };
}

test('a director goes on when its replacement is killed, or cannot be loaded', { skip: BPF_MISSING }, async () => {
  await withOtherVersion(async (directors) => {
    const talks = [await directors.connect(NAT_PORT), await directors.connect(DR_PORT)];
    const cookie = inNetworkNamespace(directors.path('one'), networkNamespaceCookie);
    const staging = `/run/lvskit/bpf/netns-${cookie}-next`;
    for (const laterMs of [0, 300]) {
      const words = ['ip', 'netns', 'exec', directors.name('one'), LVSKIT, 'director', 'reload'];
      const reload = startInBackground(words);
      await until('it to have begun', () => existsSync(staging) || reload.output() !== '');
      await sleep(laterMs);
      process.kill(reload.pid, 'SIGKILL');
      await reload.ended;
      await assertAlive(talks);
    }
    await run(directors, LVSKIT, 'director reload');
    assert.equal(existsSync(staging), false);
    await assertAlive(talks);

    const object = join(folder, 'build/lvs.bpf.o');
    copyFileSync(object, `${object}.good`);
    truncateSync(object, 1000);
    await assert.rejects(run(directors, otherVersion, 'director reload'), /did not take/);
    assert.equal(existsSync(staging), false);
    // And where the tables are the same ones.
    renameSync(`${object}.good`, object);
    await run(directors, otherVersion, 'director reload');
    truncateSync(object, 1000);
    await assert.rejects(run(directors, otherVersion, 'director reload'), /did not take/);
    assert.match(await run(directors, otherVersion, 'ipvsadm -Ln'), /persistent 600/);
    await assertAlive([...talks, await directors.connect(NAT_PORT)]);
  });
});
