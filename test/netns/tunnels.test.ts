// VS-TUN end to end: real TCP and UDP through every kind of tunnel, to a realserver on which lvskit takes it apart.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BPF_MISSING } from '../bpf/requirements.ts';
import { REALSERVER, REALSERVER_NIC, type ThreeHosts, VIPS, withThreeHosts } from './support/three-hosts.ts';

const GUE_PORT = 6080;

const TUNNELS = [
  '',
  '--tun-type gre',
  '--tun-type gre --tun-csum',
  `--tun-type gue --tun-port ${GUE_PORT}`,
  `--tun-type gue --tun-port ${GUE_PORT} --tun-csum`,
  `--tun-type gue --tun-port ${GUE_PORT} --tun-remcsum`,
];

const FAMILIES = ['inet', 'inet6'] as const;

/** A service of each tunnel, family of clients and family of servers, on a port of its own. */
const CASES = FAMILIES.flatMap((inner) =>
  FAMILIES.flatMap((outer) => TUNNELS.map((tunnel) => ({ vip: VIPS[inner], server: REALSERVER[outer], tunnel }))),
).map((one, position) => ({ ...one, port: 8000 + position }));

function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

const RULES = CASES.flatMap(({ vip, server, tunnel, port }) =>
  ['-t', '-u'].flatMap((protocol) => {
    const service = `${protocol} ${endpoint(vip, port)}`;
    return [`-A ${service} -s rr`, `-a ${service} -r ${endpoint(server, port)} -i ${tunnel}`];
  }),
);

async function setUp(hosts: ThreeHosts): Promise<void> {
  hosts.addVips('realserver');
  for (const vip of Object.values(VIPS)) {
    await hosts.lvskit('realserver', `decap attach ${REALSERVER_NIC} --vip ${vip} --gue-port ${GUE_PORT}`);
  }
  await hosts.lvskit('director', 'ipvsadm -R', RULES.join('\n'));
  await hosts.serve(
    'realserver',
    CASES.map(({ port }) => port),
  );
}

/** Asks every service at once. */
async function askAll(hosts: ThreeHosts, protocol: 'tcp' | 'udp', bytes: number): Promise<void> {
  const answers = await Promise.all(CASES.map(({ vip, port }) => hosts.ask(protocol, vip, port, bytes)));
  assert.deepEqual(
    CASES.map(({ vip, server, tunnel }, at) => `${vip} -> ${server} ${tunnel}: ${answers[at]}`),
    CASES.map(({ vip, server, tunnel, port }) => `${vip} -> ${server} ${tunnel}: realserver ${port} ${bytes}`),
  );
}

test('every tunnel carries what it is given, in segments and in packets that are cut later', {
  skip: BPF_MISSING,
}, async () => {
  await withThreeHosts(async (hosts) => {
    await setUp(hosts);
    await askAll(hosts, 'tcp', 300_000);
    await askAll(hosts, 'udp', 1200);
    hosts.run('client', 'ethtool -K front tso off gso off tx off');
    await askAll(hosts, 'tcp', 300_000);
    await askAll(hosts, 'udp', 1);
  });
});
