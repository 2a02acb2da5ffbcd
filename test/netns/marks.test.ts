// Firewall marks on a director whose nft gives them: packets get to their service, what nobody takes goes on as if the
// director were not there, and the host is as before when the last service of a mark has gone.

import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:net';
import { test } from 'node:test';
import type { Lab } from '../../src/lab/mod.ts';
import type { Ipv4 } from '../../src/model/mod.ts';
import { inNetworkNamespace, listenTcp, runCommand } from '../../src/system/mod.ts';
import { LVSKIT } from './netpipe-namespaces.ts';
import { enter, ipvsadm, pathOf, runInside } from './support/inside.ts';
import { needing } from './support/programs.ts';
import { addressOf, realserversOf, vipOf, withVirtualServer } from './support/virtual-server.ts';

const MARK = 7;
const PORTS = [80, 443];
const NEEDED = needing('nft', 'curl');

/** A lab whose director marks what is for these ports of the VIP, and whose realservers tell their names on them. */
async function withMarks(work: (lab: Lab) => Promise<void>): Promise<void> {
  await withVirtualServer('vs-nat', {}, async (lab) => {
    const servers = realserversOf(lab.plan.cluster).flatMap(({ name }) => PORTS.map((port) => serve(lab, name, port)));
    try {
      nft(lab, 'director', [
        'table ip marks {',
        'chain prerouting {',
        'type filter hook prerouting priority mangle',
        `ip daddr ${vipOf(lab)} tcp dport { ${PORTS.join(', ')} } meta mark set ${MARK}`,
        '}',
        '}',
      ]);
      await work(lab);
    } finally {
      for (const server of servers) server.close();
    }
  });
}

function serve(lab: Lab, machine: string, port: number): Server {
  const fd = inNetworkNamespace(pathOf(lab, machine), () => listenTcp({ address: '0.0.0.0' as Ipv4, port }));
  const server = createServer((socket) => void socket.on('error', () => {}).end(`${machine}:${port}\n`));
  return server.listen({ fd });
}

function nft(lab: Lab, machine: string, lines: readonly string[]): void {
  runCommand([...enter(lab, machine), 'nft', '-f', '-'], { input: `${lines.join('\n')}\n` });
}

async function addService(lab: Lab, options = '-s rr'): Promise<void> {
  await ipvsadm(lab, `-A -f ${MARK} ${options}`);
  for (const machine of realserversOf(lab.plan.cluster)) {
    await ipvsadm(lab, `-a -f ${MARK} -r ${addressOf(machine)} -m`);
  }
}

/** What the client is told: `realserver1:80`, or curl's exit status. */
async function ask(lab: Lab, port: number, ...options: readonly string[]): Promise<string> {
  const argv = ['curl', '-s', '--max-time', '10', '--http0.9', ...options, `http://${vipOf(lab)}:${port}/`];
  const said = await runInside(lab, 'client', ['sh', '-c', '"$@" || echo "curl: $?"', 'sh', ...argv]);
  return said.trim();
}

const REFUSED = 'curl: 7';

function rulesOf(lab: Lab): string {
  const ip = (words: string) => runCommand([...enter(lab, 'director'), 'ip', ...words.split(' ')]).stdout;
  return ['-4 rule', '-6 rule', '-o link', `-4 route show table all`]
    .map(ip)
    .join('')
    .replace(/^\d+: /gm, '');
}

test('HTTP and HTTPS of one client go to one server, by mark and persistence', NEEDED, async () => {
  await withMarks(async (lab) => {
    await addService(lab, '-s rr -p 300');
    const first = await ask(lab, 80);
    const name = first.replace(/:80$/, '');
    assert.match(name, /^realserver\d$/);
    for (const port of [443, 80, 443, 443, 80]) assert.equal(await ask(lab, port), `${name}:${port}`);
  });
});

test('without persistence each connection is scheduled, whatever its port', NEEDED, async () => {
  await withMarks(async (lab) => {
    await addService(lab);
    const names = [await ask(lab, 80), await ask(lab, 443), await ask(lab, 80), await ask(lab, 443)];
    assert.equal(new Set(names.map((name) => name.replace(/:\d+$/, ''))).size, 2);
  });
});

test('the way by the mark costs a packet no further hop', NEEDED, async () => {
  await withMarks(async (lab) => {
    await addService(lab);
    for (const { name } of realserversOf(lab.plan.cluster)) {
      nft(lab, name, [
        'table ip hops {',
        'chain prerouting {',
        'type filter hook prerouting priority 0',
        'tcp dport 80 ip ttl != 63 counter drop',
        '}',
        '}',
      ]);
    }
    for (let i = 0; i < 4; i++) assert.match(await ask(lab, 80), /^realserver\d:80$/);
  });
});

test('what is not marked, and what nobody takes, is left to the director itself', NEEDED, async () => {
  await withMarks(async (lab) => {
    await addService(lab);
    assert.equal(await ask(lab, 81), REFUSED);
    // FTP's data port opens no connection of a service: the packet comes back from the pair, and is refused once.
    assert.equal(await ask(lab, 80, '--local-port', '20'), REFUSED);
    assert.match(await ask(lab, 80), /^realserver/);
  });
});

test('no server left: the client is told', NEEDED, async () => {
  await withMarks(async (lab) => {
    await ipvsadm(lab, `-A -f ${MARK} -s rr`);
    assert.equal(await ask(lab, 80), REFUSED);
  });
});

test('the last service of a mark takes all that was there for it away', NEEDED, async () => {
  await withMarks(async (lab) => {
    const before = rulesOf(lab);
    await addService(lab);
    await ipvsadm(lab, '-A -f 8 -s rr');
    await ipvsadm(lab, '-A -f 9 -6 -s rr');
    assert.notEqual(rulesOf(lab), before);
    await ipvsadm(lab, '-D -f 8');
    await ipvsadm(lab, '-D -f 9 -6');
    assert.match(await ask(lab, 80), /^realserver/);
    await ipvsadm(lab, `-D -f ${MARK}`);
    assert.equal(rulesOf(lab), before);
  });
});

test('taking the director down takes it away, too', NEEDED, async () => {
  await withMarks(async (lab) => {
    const before = rulesOf(lab);
    await addService(lab);
    await runInside(lab, 'director', [LVSKIT, 'director', 'down']);
    assert.equal(rulesOf(lab), before);
  });
});

for (const [what, command] of [
  ['its rules', 'ip rule del pref 2'],
  ['its way back', 'ip rule del pref 1'],
  ['its route', 'ip route flush table 19542'],
  ['its devices', 'ip link del lvsmark0'],
] as const) {
  test(`a writer that was killed before it had made ${what} is made good by the next`, NEEDED, async () => {
    await withMarks(async (lab) => {
      const before = rulesOf(lab);
      await addService(lab);
      await runInside(lab, 'director', command.split(' '));
      await ipvsadm(lab, '-A -f 8 -s rr');
      assert.match(await ask(lab, 80), /^realserver/);
      await runInside(lab, 'director', command.split(' '));
      await ipvsadm(lab, '-C');
      await runInside(lab, 'director', [LVSKIT, 'director', 'down']);
      assert.equal(rulesOf(lab), before);
    });
  });
}
