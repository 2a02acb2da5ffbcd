// Synchronisation between two directors that carry real connections: daemons as processes, what the backup hears, and
// that connections go on when it takes over.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { inNetworkNamespace, networkNamespaceCookie, runCommand } from '../../src/system/mod.ts';
import { BPF_MISSING } from '../bpf/requirements.ts';
import { lives } from './support/processes.ts';
import {
  CLIENT,
  type Director,
  DR_PORT,
  DR_SERVER,
  NAT_PORT,
  NAT_SERVER,
  type TwoDirectors,
  VIP,
  withTwoDirectors,
} from './support/two-directors.ts';

const PATIENCE_MS = 20_000;
const DEFAULTS = 'maxlen=1472, group=224.0.0.81, port=8848, ttl=1';

async function start(directors: TwoDirectors, options = ''): Promise<void> {
  await directors.ipvsadm('other', `--start-daemon backup --mcast-interface front${options}`);
  await directors.ipvsadm('one', `--start-daemon master --mcast-interface front${options}`);
}

/** The lines of the director's connections, once they are as `isSo` says. */
async function connectionsWhen(
  directors: TwoDirectors,
  director: Director,
  isSo: (text: string) => boolean,
): Promise<string> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const text = await directors.ipvsadm(director, '-Lnc');
    if (isSo(text)) return text;
    if (Date.now() > deadline) throw new Error(`waited in vain; the connections are\n${text}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function processOf(directors: TwoDirectors, director: Director, role: string): number {
  const cookie = inNetworkNamespace(directors.path(director), networkNamespaceCookie);
  return JSON.parse(readFileSync(`/run/lvskit/sync/netns-${cookie}-${role}.json`, 'utf8')).pid;
}

function line(port: number, state: string, clientPort: number, server: string, expiry = '14:5\\d'): RegExp {
  return new RegExp(
    `^TCP ${expiry}  ${state.padEnd(11)} ${CLIENT}:${clientPort} +${VIP}:${port} +${server}:${port}$`.replaceAll(
      '.',
      '\\.',
    ),
    'm',
  );
}

test('daemons are listed while they run, once in each role, and stop with their director', {
  skip: BPF_MISSING,
}, async () => {
  await withTwoDirectors(async (directors) => {
    assert.equal(await directors.ipvsadm('one', '-L --daemon'), '');
    await directors.ipvsadm('one', '--start-daemon master --mcast-interface front --syncid 7');
    await directors.ipvsadm('one', '--start-daemon backup --mcast-interface back --sync-maxlen 2000 --mcast-port 99');
    const master = `master sync daemon (mcast=front, syncid=7, ${DEFAULTS})\n`;
    const backup = 'backup sync daemon (mcast=back, syncid=0, maxlen=2000, group=224.0.0.81, port=99, ttl=1)\n';
    assert.equal(await directors.ipvsadm('one', '-L --daemon'), master + backup);

    const again = await directors.tryIpvsadm('one', '--start-daemon master --mcast-interface front');
    assert.deepEqual([again.status, again.stdout], [255, '']);
    assert.match(again.stderr, /^ipvsadm: the master sync daemon runs already\n/);

    await directors.ipvsadm('one', '--stop-daemon backup');
    assert.equal(await directors.ipvsadm('one', '-L --daemon'), master);
    assert.equal((await directors.tryIpvsadm('one', '--stop-daemon backup')).status, 255);

    const killed = processOf(directors, 'one', 'master');
    process.kill(killed, 'SIGKILL');
    while (lives(killed)) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(await directors.ipvsadm('one', '-L --daemon'), '');
    await directors.ipvsadm('one', '--start-daemon master --mcast-interface front');
    const last = processOf(directors, 'one', 'master');
    await directors.lvskit('one', 'director down');
    assert.equal(lives(last), false);
  });
});

test('a daemon that cannot run says why and is not listed', { skip: BPF_MISSING }, async () => {
  await withTwoDirectors(async (directors) => {
    const { status, stderr } = await directors.tryIpvsadm('one', '--start-daemon master --mcast-interface nosuch0');
    assert.equal(status, 255);
    assert.match(stderr, /^ipvsadm: there is no network interface 'nosuch0'\n/);
    inNetworkNamespace(directors.path('one'), () => {
      runCommand(['ip', 'link', 'add', 'bare', 'type', 'veth', 'peer', 'name', 'bare0']);
    });
    const bare = await directors.tryIpvsadm('one', '--start-daemon master --mcast-interface bare');
    assert.equal(bare.status, 1);
    assert.match(bare.stderr, /interface 'bare' has no IPv4 address to send from/);
    assert.equal(await directors.ipvsadm('one', '-L --daemon'), '');
  });
});

test('the backup hears of connections, their states and their ends', { skip: BPF_MISSING }, async () => {
  await withTwoDirectors(async (directors) => {
    await start(directors);
    const nat = await directors.connect(NAT_PORT);
    const dr = await directors.connect(DR_PORT);
    assert.deepEqual([nat.server, dr.server], ['nat', 'dr']);
    const established = [
      line(NAT_PORT, 'ESTABLISHED', nat.port, NAT_SERVER),
      line(DR_PORT, 'ESTABLISHED', dr.port, DR_SERVER),
    ];
    await connectionsWhen(directors, 'other', (text) => established.every((each) => each.test(text)));
    const counts = (server: string, port: number, method: string, active: number, inactive: number) =>
      new RegExp(`-> ${server}:${port} +${method} +1 +${active} +${inactive} *$`, 'm');
    const listing = await directors.ipvsadm('other', '-Ln');
    assert.match(listing, counts(NAT_SERVER, NAT_PORT, 'Masq', 1, 0));
    assert.match(listing, counts(DR_SERVER, DR_PORT, 'Route', 1, 0));

    nat.end();
    dr.end();
    const ended = [
      line(NAT_PORT, 'TIME_WAIT', nat.port, NAT_SERVER, '01:5\\d'),
      line(DR_PORT, 'FIN_WAIT', dr.port, DR_SERVER, '01:5\\d'),
    ];
    await connectionsWhen(directors, 'other', (text) => ended.every((each) => each.test(text)));
    const after = await directors.ipvsadm('other', '-Ln');
    assert.match(after, counts(NAT_SERVER, NAT_PORT, 'Masq', 0, 1));
    assert.match(after, counts(DR_SERVER, DR_PORT, 'Route', 0, 1));
    // What another director opened counts there.
    assert.match(await directors.ipvsadm('other', '-Ln --stats'), new RegExp(`TCP +${VIP}:7 +0 +0 +0 +0 +0$`, 'm'));
  });
});

test('open connections go on through the backup when the master is gone', { skip: BPF_MISSING }, async () => {
  await withTwoDirectors(async (directors) => {
    await start(directors);
    const talks = [await directors.connect(NAT_PORT), await directors.connect(DR_PORT)];
    await connectionsWhen(directors, 'other', (text) => talks.every(({ port }) => text.includes(`${CLIENT}:${port} `)));
    directors.cut('one');
    directors.activate('other');
    for (const talk of talks) assert.equal(await talk.say('still here?'), 'still here?');
    const nat = await directors.ipvsadm('other', `-Ln --stats -t ${VIP}:${NAT_PORT}`);
    assert.match(nat, new RegExp(`TCP +${VIP}:7 +0 +[1-9]\\d* +[1-9]\\d* `));
  });
});

test('a backup heeds its own sync id alone, and 0 all', { skip: BPF_MISSING }, async () => {
  await withTwoDirectors(async (directors) => {
    await directors.ipvsadm('other', '--start-daemon backup --mcast-interface front --syncid 5');
    await directors.ipvsadm('one', '--start-daemon master --mcast-interface front --syncid 6');
    const talk = await directors.connect(NAT_PORT);
    await connectionsWhen(directors, 'one', (text) => text.includes(`:${talk.port} `));
    await new Promise((resolve) => setTimeout(resolve, 2500));
    assert.doesNotMatch(await directors.ipvsadm('other', '-Lnc'), /TCP/);
    await directors.ipvsadm('other', '--stop-daemon backup');
    await directors.ipvsadm('other', '--start-daemon backup --mcast-interface front');
    // A master that starts tells of all.
    await directors.ipvsadm('one', '--stop-daemon master');
    await directors.ipvsadm('one', '--start-daemon master --mcast-interface front --syncid 6');
    await connectionsWhen(directors, 'other', (text) =>
      line(NAT_PORT, 'ESTABLISHED', talk.port, NAT_SERVER).test(text),
    );
  });
});

test('daemons meet in a group of IPv6, and keep clients at their servers', { skip: BPF_MISSING }, async () => {
  await withTwoDirectors(async (directors) => {
    for (const director of ['one', 'other'] as const) {
      await directors.ipvsadm(director, `-E -t ${VIP}:${NAT_PORT} -s rr -p 600`);
    }
    await start(directors, ' --mcast-group ff02::81 --mcast-port 8849');
    await directors.connect(NAT_PORT);
    const template = new RegExp(`^TCP (09:5|10:0)\\d  \\S+ +${CLIENT}:0 +${VIP}:7 +${NAT_SERVER}:7$`, 'm');
    await connectionsWhen(directors, 'one', (text) => template.test(text));
    await connectionsWhen(directors, 'other', (text) => template.test(text));
  });
});
