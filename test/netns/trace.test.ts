// `lvskit trace` on the director of a lab: what it tells of real connections, which packets it leaves out, and that
// nothing of it stays on the NICs, however it ends.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findMachine, type Lab, namespacePath } from '../../src/lab/mod.ts';
import { inNetworkNamespace } from '../../src/system/mod.ts';
import { programsOn } from '../bpf/attached-programs.ts';
import { type Background, LVSKIT, until } from './netpipe-namespaces.ts';
import { ECHO_PORT, ECHO_SERVICES, withEcho } from './support/echo.ts';
import { ipvsadm, runInside, startInside } from './support/inside.ts';
import { addressOf, realserversOf, vipOf, withVirtualServer } from './support/virtual-server.ts';

/** Of the service that has no server. */
const EMPTY_PORT = 81;

async function startTrace(lab: Lab, ...words: readonly string[]): Promise<Background> {
  const trace = startInside(lab, 'director', [LVSKIT, 'trace', '--seconds', '30', ...words]);
  await until('the trace', () => trace.output().includes('Tracing for'));
  return trace;
}

/** Of `--json`. */
function packetsOf(trace: Background) {
  const lines = trace.output().split('\n');
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
}

function tracersOn(lab: Lab): number {
  const programs = inNetworkNamespace(namespacePath(findMachine(lab.plan, 'director').namespace), () =>
    ['eth0', 'eth1'].flatMap((nic) => programsOn(nic, 'ingress')),
  );
  return programs.filter((name) => name === 'trace_ingress').length;
}

function connectTo(lab: Lab, port: number): Background {
  return startInside(lab, 'client', ['bash', '-c', `exec 3<>/dev/tcp/${vipOf(lab)}/${port}`]);
}

test('a connection is told of packet by packet, also where most would go by XDP', async () => {
  await withVirtualServer('vs-nat', { attach: 'xdp', services: ECHO_SERVICES }, async (lab) => {
    await ipvsadm(lab, `-E -t ${vipOf(lab)}:${ECHO_PORT} -s rr -p 300`);
    await ipvsadm(lab, `-A -t ${vipOf(lab)}:${EMPTY_PORT} -s rr`);
    await withEcho(lab, async (connect) => {
      const trace = await startTrace(lab, '--json', 'tcp', 'and', 'vip', `${vipOf(lab)}:${ECHO_PORT}`);
      const opened = await connect();
      assert.equal(await opened.say('hello'), 'hello');
      const again = await connect();
      await until('the second connection', () => packetsOf(trace).some(({ template }) => template === 'found'));
      // Of another service: left out.
      await connectTo(lab, EMPTY_PORT).ended;
      process.kill(trace.pid, 'SIGINT');
      assert.equal(await trace.ended, 130);
      assert.equal(tracersOn(lab), 0);

      const packets = packetsOf(trace);
      const server = realserversOf(lab.plan.cluster).find(({ name }) => name === opened.server);
      assert.ok(server !== undefined && again.server === opened.server);
      const [syn, synAck] = packets;
      assert.equal(syn.tcpFlags, 'S');
      assert.equal(syn.source.port, opened.port);
      assert.deepEqual(
        [syn.service.key.port, syn.service.scheduler, syn.service.foundBy, syn.template, syn.serverCount],
        [ECHO_PORT, 'rr', 'port', 'none', 2],
      );
      assert.deepEqual([syn.stateBefore, syn.connection.state], [undefined, 'SYN_RECV']);
      assert.deepEqual(syn.connection.server, { address: addressOf(server), port: ECHO_PORT });
      assert.deepEqual([syn.verdict, syn.connection.method], ['sent', 'VS-NAT']);
      assert.equal(syn.hop.address, addressOf(server));
      assert.deepEqual([synAck.tcpFlags, synAck.connection.isReply], ['S.', true]);
      assert.equal(synAck.connection.client.port, opened.port);
      const established = packets.find(({ tcpFlags }) => tcpFlags === '.');
      assert.deepEqual([established.stateBefore, established.connection.state], ['SYN_RECV', 'ESTABLISHED']);
      const said = packets.filter(({ tcpFlags, stateBefore }) => tcpFlags === 'P.' && stateBefore === 'ESTABLISHED');
      assert.ok(said.some(({ source }) => source.port === opened.port));
      assert.ok(said.some(({ connection }) => connection.isReply && connection.client.port === opened.port));
      const kept = packets.find(({ template }) => template === 'found');
      assert.deepEqual([kept.source.port, kept.connection.server.address], [again.port, addressOf(server)]);
      assert.deepEqual(new Set(packets.map(({ service }) => service.key.port)), new Set([ECHO_PORT]));
    });
  });
});

test('drops are told with their reason; killed, done or without a director, a trace leaves nothing on the NICs', async () => {
  await withVirtualServer('vs-nat', { services: ECHO_SERVICES }, async (lab) => {
    await ipvsadm(lab, `-A -t ${vipOf(lab)}:${EMPTY_PORT} -s rr`);
    await withEcho(lab, async (connect) => {
      const trace = await startTrace(lab, 'dropped');
      await connect();
      assert.notEqual(await connectTo(lab, EMPTY_PORT).ended, 0);
      await until('the drop', () => trace.output().includes('what to do:'));
      assert.match(
        trace.output(),
        /dropped: NO_SERVER \(no server takes new connections\); its sender was told by ICMP/,
      );
      assert.doesNotMatch(trace.output(), new RegExp(`:${ECHO_PORT} `));
      assert.equal(tracersOn(lab), 2);

      const second = startInside(lab, 'director', [LVSKIT, 'trace']);
      assert.equal(await second.ended, 1);
      assert.match(second.output(), /is being traced already/);

      process.kill(trace.pid, 'SIGKILL');
      await trace.ended;
      await until('the tracers to be gone', () => tracersOn(lab) === 0);
      assert.equal(await (await connect()).say('still there'), 'still there');

      const short = await startTrace(lab, '--packets', '1', 'vip', `${vipOf(lab)}:${ECHO_PORT}`);
      await connect();
      assert.equal(await short.ended, 0);
      assert.match(
        short.output(),
        /none -> new, SYN_RECV\n {2}rr chose .*\n {2}sent to .* by eth\d \(VS-NAT\), next hop/,
      );
    });
    await runInside(lab, 'director', [LVSKIT, 'director', 'down']);
    const absent = startInside(lab, 'director', [LVSKIT, 'trace']);
    assert.equal(await absent.ended, 1);
    assert.match(absent.output(), /there is no director in this network namespace/);
  });
});
