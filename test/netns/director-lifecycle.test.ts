// What becomes of connections when the director's table changes under them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Lab } from '../../src/lab/mod.ts';
import { until } from './netpipe-namespaces.ts';
import { ECHO_PORT, ECHO_SERVICES, type EchoConnection, withEcho } from './support/echo.ts';
import { droppedPackets, ipvsadm, statusOf } from './support/inside.ts';
import {
  addressOf,
  EXAMPLE_OF_EACH_METHOD,
  realserversOf,
  vipOf,
  withVirtualServer,
} from './support/virtual-server.ts';

const METHOD_OPTION = { nat: '-m', dr: '-g', tun: '-i' } as const;

/** `-t VIP:7` */
function service(lab: Lab): string {
  return `-t ${vipOf(lab)}:${ECHO_PORT}`;
}

/** `-t VIP:7 -r RIP:7`: the echo service's server of that name. */
function server(lab: Lab, machine: string): string {
  const found = realserversOf(lab.plan.cluster).find(({ name }) => name === machine);
  if (found === undefined) throw new Error(`no realserver ${machine}`);
  return `${service(lab)} -r ${addressOf(found)}:${ECHO_PORT}`;
}

function method(lab: Lab): string {
  return METHOD_OPTION[lab.plan.cluster.method];
}

/** The connection says something that the director drops, and that is not answered. Returns the answer to come. */
async function saysInVain(
  lab: Lab,
  connection: EchoConnection,
  text: string,
): Promise<{ readonly answer: Promise<string> }> {
  const before = droppedPackets(lab, 'SERVER_REMOVED');
  let answered = false;
  const answer = connection.say(text);
  answer.then(
    () => {
      answered = true;
    },
    () => {},
  );
  await until('packets to be dropped', () => droppedPackets(lab, 'SERVER_REMOVED') > before + 1);
  assert.equal(answered, false);
  return { answer };
}

for (const example of EXAMPLE_OF_EACH_METHOD) {
  test(`${example}: a server of weight 0 keeps its connections and gets no new ones`, async () => {
    await withVirtualServer(example, { services: ECHO_SERVICES }, async (lab) => {
      await withEcho(lab, async (connect) => {
        const established = await connect();
        await ipvsadm(lab, `-e ${server(lab, established.server)} ${method(lab)} -w 0`);
        const others = [await connect(), await connect(), await connect()].map((connection) => connection.server);
        assert.ok(!others.includes(established.server), others.join(' '));
        assert.equal(await established.say('still there?'), 'still there?');
        const active = statusOf(lab, ECHO_PORT).servers.map(({ entry, activeConnections }) => [
          entry.weight,
          activeConnections,
        ]);
        assert.deepEqual(active.toSorted(), [
          [0, 1],
          [1, 3],
        ]);
      });
    });
  });

  test(`${example}: a removed server's connections are cut at once, and go on when it is added again`, async () => {
    await withVirtualServer(example, { services: ECHO_SERVICES }, async (lab) => {
      await withEcho(lab, async (connect) => {
        const [cut, kept] = [await connect(), await connect()];
        assert.notEqual(cut.server, kept.server);
        await ipvsadm(lab, `-d ${server(lab, cut.server)}`);
        const { answer } = await saysInVain(lab, cut, 'hello?');
        assert.equal(await kept.say('and you?'), 'and you?');
        await ipvsadm(lab, `-a ${server(lab, cut.server)} ${method(lab)}`);
        assert.equal(await answer, 'hello?');
      });
    });
  });

  test(`${example}: connections outlive their service in the table, but their packets are dropped`, async () => {
    await withVirtualServer(example, { services: ECHO_SERVICES }, async (lab) => {
      await withEcho(lab, async (connect) => {
        const connection = await connect();
        await ipvsadm(lab, '-C');
        const { answer } = await saysInVain(lab, connection, 'anybody?');
        assert.match(await ipvsadm(lab, '-Lnc'), new RegExp(`^TCP .* ESTABLISHED .*:${connection.port} `, 'm'));
        await ipvsadm(lab, `-A ${service(lab)} -s rr`);
        await ipvsadm(lab, `-a ${server(lab, connection.server)} ${method(lab)}`);
        assert.equal(await answer, 'anybody?');
      });
    });
  });
}

test('a service that is added after others were cleared counts none of their packets', async () => {
  await withVirtualServer('vs-nat', { services: ECHO_SERVICES }, async (lab) => {
    await withEcho(lab, async (connect) => {
      const connection = await connect();
      assert.equal(await connection.say('one'), 'one');
      await ipvsadm(lab, '-C');
      for (const port of [1, 2, 3]) await ipvsadm(lab, `-A -t ${vipOf(lab)}:${port} -s rr`);
      for (const port of [1, 2, 3]) {
        const { inPackets, outPackets, inBytes, outBytes } = statusOf(lab, port).counters;
        assert.deepEqual([inPackets, outPackets, inBytes, outBytes], [0, 0, 0, 0], `port ${port}`);
      }
    });
  });
});

test('when no server has a weight, a new connection is refused and an established one goes on', async () => {
  await withVirtualServer('vs-dr', { services: ECHO_SERVICES }, async (lab) => {
    await withEcho(lab, async (connect) => {
      const established = await connect();
      for (const machine of ['realserver1', 'realserver2']) await ipvsadm(lab, `-e ${server(lab, machine)} -g -w 0`);
      await assert.rejects(connect(), { code: 'SOCKET_REFUSED' });
      assert.equal(await established.say('still there?'), 'still there?');
    });
  });
});
