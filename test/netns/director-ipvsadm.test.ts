// `lvskit ipvsadm` as users run it, on directors of labs that carry packets meanwhile.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lab } from '../../src/lab/mod.ts';
import { runCommand, runCommandAsync } from '../../src/system/mod.ts';
import { LVSKIT, until } from './netpipe-namespaces.ts';
import { ClientCounters } from './support/client-counters.ts';
import { ECHO_PORT, ECHO_SERVICES, withEcho } from './support/echo.ts';
import { enter, ipvsadm } from './support/inside.ts';
import { needing } from './support/programs.ts';
import { ANSWER_BYTES, askUdp, QUESTION_BYTES, serveUdp, UDP_PORT, UDP_SERVICES } from './support/udp-echo.ts';
import { EXAMPLE_OF_EACH_METHOD, realserversOf, vipOf, withVirtualServer } from './support/virtual-server.ts';

const HEADER = 'IP Virtual Server version 1.2.1 (size=2097152)\n';
const COLUMNS =
  'Prot LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn\n';

test('a table is built, changed, listed, saved, cleared and restored', async () => {
  await withVirtualServer('vs-nat', {}, async (lab) => {
    await ipvsadm(lab, '-C');
    assert.equal(await ipvsadm(lab, '-Ln'), HEADER + COLUMNS);

    await ipvsadm(lab, '-A -t 192.168.2.110:80 -s rr');
    await ipvsadm(lab, '-a -t 192.168.2.110:80 -r 192.168.1.11:8080 -m');
    await ipvsadm(lab, '-a -t 192.168.2.110:80 -r 192.168.1.12 -i -w 3');
    await ipvsadm(lab, '-A -u 192.168.2.110:53 -s wrr');
    await ipvsadm(lab, '-a -u 192.168.2.110:53 -r 192.168.1.11 -g -w 2 -x 100 -y 50');
    await ipvsadm(lab, '-E -t 192.168.2.110:80 -s wrr');
    await ipvsadm(lab, '-e -t 192.168.2.110:80 -r 192.168.1.11:8080 -m -w 7');
    const listing = [
      'TCP  192.168.2.110:80 wrr',
      '  -> 192.168.1.11:8080            Masq    7      0          0         ',
      '  -> 192.168.1.12:80              Tunnel  3      0          0         ',
      'UDP  192.168.2.110:53 wrr',
      '  -> 192.168.1.11:53              Route   2      0          0         \n',
    ].join('\n');
    assert.equal(await ipvsadm(lab, '-Ln'), HEADER + COLUMNS + listing);
    assert.match(await ipvsadm(lab, '-Ln --thresholds'), /^ {2}-> 192\.168\.1\.11:53 +100 +50 +0 +0 *$/m);

    const saved = await ipvsadm(lab, '-Sn');
    await ipvsadm(lab, '-C');
    assert.equal(await ipvsadm(lab, '-Sn'), '');
    await ipvsadm(lab, '-R', saved);
    assert.equal(await ipvsadm(lab, '-Sn'), saved);
    assert.equal(await ipvsadm(lab, '-Ln'), HEADER + COLUMNS + listing);

    await ipvsadm(lab, '-d -t 192.168.2.110:80 -r 192.168.1.12');
    await ipvsadm(lab, '-D -u 192.168.2.110:53');
    const left = listing.split('\n').slice(0, 2).join('\n');
    assert.equal(await ipvsadm(lab, '-Ln'), `${HEADER}${COLUMNS}${left}\n`);
  });
});

test('what the table does not admit is said on stderr, and changes nothing', async () => {
  await withVirtualServer('vs-dr', {}, async (lab) => {
    const before = await ipvsadm(lab, '-Sn');
    const argv = [...enter(lab, 'director'), LVSKIT, 'ipvsadm', '-A', '-t', `${vipOf(lab)}:23`, '-s', 'rr'];
    const { status, stdout, stderr } = await runCommandAsync(argv, { allowFailure: true });
    assert.deepEqual([status, stdout], [255, '']);
    assert.match(stderr, /^ipvsadm: service TCP 192\.168\.1\.110:23 is already in the table\n/);
    assert.equal(await ipvsadm(lab, '-Sn'), before);
  });
});

test('twenty writers at the same time lose none of what they add', async () => {
  await withVirtualServer('vs-nat', {}, async (lab) => {
    const service = `-t ${vipOf(lab)}:80`;
    await ipvsadm(lab, `-A ${service} -s rr`);
    const servers = Array.from({ length: 20 }, (_, index) => `192.168.1.${100 + index}:80`);
    await Promise.all(servers.map((server) => ipvsadm(lab, `-a ${service} -r ${server} -m`)));
    const rules = (await ipvsadm(lab, '-Sn')).split('\n');
    const added = rules.flatMap((rule) => /:80 -r (\S+) -m -w 1$/.exec(rule)?.[1] ?? []);
    assert.deepEqual(added.toSorted(), servers);
  });
});

/** The numbers of a service's and its servers' lines, in the order of the listing. */
async function statsOf(lab: Lab, service: string): Promise<readonly (readonly number[])[]> {
  const listing = await ipvsadm(lab, `-Ln ${service} --stats --exact`);
  return listing
    .trim()
    .split('\n')
    .slice(2)
    .map((line) => line.trim().split(/\s+/).slice(2).map(Number));
}

function sum(rows: readonly (readonly number[])[]): readonly number[] {
  return rows.reduce((total, row) => total.map((value, column) => value + (row[column] ?? 0)), [0, 0, 0, 0, 0]);
}

/** Resolves when no realserver has a connection left, so that every packet of those has passed. */
async function untilConnectionsAreGone(lab: Lab): Promise<void> {
  for (const { name } of realserversOf(lab.plan.cluster)) {
    const argv = [...enter(lab, name), 'ss', '-Htan', 'state', 'connected', `sport = :${ECHO_PORT}`];
    await until(`the end of the connections of ${name}`, () => runCommand(argv).stdout === '');
  }
}

for (const example of EXAMPLE_OF_EACH_METHOD) {
  test(
    `${example}: --stats has the packets and bytes that nftables counts on the client, until -Z`,
    needing('nft'),
    async () => {
      await withVirtualServer(example, { services: ECHO_SERVICES }, async (lab) => {
        const service = `-t ${vipOf(lab)}:${ECHO_PORT}`;
        const seen = new ClientCounters(lab, ECHO_PORT);
        const isNat = lab.plan.cluster.method === 'nat';
        await withEcho(lab, async (connect) => {
          for (const blockBytes of [1, 100_000]) {
            const connection = await connect();
            await connection.say('x'.repeat(blockBytes));
            await connection.close();
          }
          await untilConnectionsAreGone(lab);
          const { sent, received } = seen.read();
          assert.ok(sent.bytes > 100_000 && received.bytes > 100_000);
          const replies = isNat ? received : { packets: 0, bytes: 0 };
          const [total = [], ...servers] = await statsOf(lab, service);
          assert.deepEqual(total, [2, sent.packets, replies.packets, sent.bytes, replies.bytes]);
          assert.equal(servers.length, 2);
          assert.deepEqual(sum(servers), total);

          await ipvsadm(lab, `-Z ${service}`);
          assert.deepEqual(sum(await statsOf(lab, service)), [0, 0, 0, 0, 0]);
          await (await connect()).close();
          await untilConnectionsAreGone(lab);
          const [again = []] = await statsOf(lab, service);
          assert.deepEqual(again.slice(0, 2), [1, seen.read().sent.packets - sent.packets]);
        });
      });
    },
  );

  test(`${example}: -Lnc follows a connection from ESTABLISHED to its end`, async () => {
    await withVirtualServer(example, { services: ECHO_SERVICES }, async (lab) => {
      await withEcho(lab, async (connect) => {
        const connection = await connect();
        const address = realserversOf(lab.plan.cluster).find(({ name }) => name === connection.server)?.nics[0]
          ?.address;
        const line = (expiry: string, state: string) =>
          new RegExp(
            `^TCP ${expiry}  ${state.padEnd(11)} 192\\.168\\.2\\.254:${connection.port} +${vipOf(lab)}:7 +${address}:7$`,
            'm',
          );
        assert.match(await ipvsadm(lab, '-Lnc'), line('14:5\\d', 'ESTABLISHED'));
        assert.match(await ipvsadm(lab, '-Ln'), new RegExp(`-> ${address}:7 +(Masq|Route|Tunnel) +1 +1 +0 *$`, 'm'));
        await connection.close();
        await untilConnectionsAreGone(lab);
        // Who does not see the realserver's FIN waits for more, as IPVS does.
        const last = lab.plan.cluster.method === 'nat' ? 'TIME_WAIT' : 'FIN_WAIT';
        assert.match(await ipvsadm(lab, '-Lnc'), line('01:5\\d', last));
        assert.match(await ipvsadm(lab, '-Ln'), new RegExp(`-> ${address}:7 +(Masq|Route|Tunnel) +1 +0 +1 *$`, 'm'));
      });
    });
  });

  test(`${example}: a UDP service takes turns, and each client keeps its realserver`, async () => {
    await withVirtualServer(example, { services: UDP_SERVICES }, async (lab) => {
      await Promise.all(realserversOf(lab.plan.cluster).map((machine) => serveUdp(lab, machine)));
      const [one, other] = ['realserver2', 'realserver1'];
      assert.deepEqual(await askUdp(lab, 4), [one, one, other, other, one, one, other, other]);
      const [total = []] = await statsOf(lab, `-u ${vipOf(lab)}:${UDP_PORT}`);
      const replies = lab.plan.cluster.method === 'nat' ? [8, 8 * ANSWER_BYTES] : [0, 0];
      assert.deepEqual(total, [4, 8, replies[0], 8 * QUESTION_BYTES, replies[1]]);
      const connections = (await ipvsadm(lab, '-Lnc')).match(/^UDP 04:5\d {2}UDP .*$/gm);
      assert.equal(connections?.length, 4);
    });
  });
}
