// Datagrams larger than the network's packets through a real virtual server, there and back: Linux cuts them, carries
// them and puts them together, and what comes back is what was sent.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { inNetworkNamespace } from '../../src/system/mod.ts';
import { buildFrame, buildPacket } from '../bpf/packet-builder.ts';
import { fragment } from '../bpf/packet-fragments.ts';
import { PacketSocket } from '../bpf/packet-socket.ts';
import { BPF_MISSING } from '../bpf/requirements.ts';
import { inNamespace, startInBackground, until } from './netpipe-namespaces.ts';
import {
  DIRECTOR_AT_SERVERS,
  REALSERVER,
  REALSERVER_NIC,
  type ThreeHosts,
  VIPS,
  withThreeHosts,
} from './support/three-hosts.ts';

const FAMILIES = ['inet', 'inet6'] as const;

/** A port for each way, each with a service of either family of clients. */
const WAYS = [
  { name: 'nat', option: '-m', servers: [REALSERVER.inet, REALSERVER.inet6], port: 2050 },
  { name: 'dr', option: '-g', servers: [REALSERVER.inet, REALSERVER.inet6], port: 2051 },
  { name: 'tun', option: '-i', servers: [REALSERVER.inet, REALSERVER.inet6], port: 2052 },
  { name: 'tun through the other family', option: '-i', servers: [REALSERVER.inet6, REALSERVER.inet], port: 2053 },
  { name: 'nat to itself', option: '-m', servers: [DIRECTOR_AT_SERVERS.inet, DIRECTOR_AT_SERVERS.inet6], port: 2054 },
] as const;

/** Where a service listens: at the server's own address under VS-NAT, else at the virtual one. */
function placesOn(host: 'director' | 'realserver'): string[] {
  return WAYS.filter(({ name }) => (name === 'nat to itself') === (host === 'director')).flatMap(
    ({ option, servers, port }) =>
      FAMILIES.map((family, at) => `${option === '-m' ? servers[at] : VIPS[family]} ${port}`),
  );
}

/** NFS's, and nearly the largest that there are. */
const SIZES = [8192, 60_000];

/** Sends every datagram back, from the address that it came to. */
const ECHO = `
const dgram = require('node:dgram');
const places = process.argv.slice(1);
let waiting = places.length;
for (const place of places) {
  const [address, port] = place.split(' ');
  const socket = dgram.createSocket({ type: address.includes(':') ? 'udp6' : 'udp4', recvBufferSize: 1 << 20, sendBufferSize: 1 << 20 });
  socket.on('message', (data, from) => socket.send(data, from.port, from.address));
  socket.bind(Number(port), address, () => { if (--waiting === 0) console.log('ready'); });
}
`;

/**
 * Sends a datagram of random bytes, again each second, for IPv6's senders learn what fits by losing one; says what has
 * become of it. With no bytes to send it prints the digest of the first that comes.
 */
const CLIENT = `
const [address, port, bytes, from] = process.argv.slice(1);
const dgram = require('node:dgram'), crypto = require('node:crypto');
const payload = crypto.randomBytes(Number(bytes));
const socket = dgram.createSocket({ type: address.includes(':') ? 'udp6' : 'udp4', recvBufferSize: 1 << 20, sendBufferSize: 1 << 20 });
const done = (text) => { console.log(text); process.exit(0); };
let tries = 0;
const ask = () => {
  if (++tries > 8) done('no answer');
  if (payload.length > 0) socket.send(payload, Number(port), address);
  setTimeout(ask, 1000);
};
socket.on('message', (data) => {
  if (payload.length === 0) done(crypto.createHash('sha256').update(data).digest('hex'));
  done(Buffer.compare(data, payload) === 0 ? 'same' : 'different');
});
socket.bind(Number(from), undefined, () => { console.log('bound'); ask(); });
`;

function endpoint(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

async function setUp(hosts: ThreeHosts): Promise<void> {
  hosts.addVips('realserver');
  for (const vip of Object.values(VIPS)) {
    await hosts.lvskit('realserver', `decap attach ${REALSERVER_NIC} --vip ${vip}`);
  }
  const rules = WAYS.flatMap(({ option, servers, port }) =>
    FAMILIES.flatMap((family, at) => {
      const service = `-u ${endpoint(VIPS[family], port)}`;
      return [`-A ${service} -s rr`, `-a ${service} -r ${endpoint(servers[at] ?? '', port)} ${option}`];
    }),
  );
  await hosts.lvskit('director', 'ipvsadm -R', rules.join('\n'));
  for (const host of ['director', 'realserver'] as const) {
    const words = [process.execPath, '-e', ECHO, ...placesOn(host)];
    const { output } = startInBackground([...inNamespace(hosts.name(host)), '--', ...words]);
    await until('the echo service', () => output() !== '');
    assert.equal(output(), 'ready\n');
  }
}

function startClient(hosts: ThreeHosts, address: string, port: number, bytes: number, from: number) {
  const words = [process.execPath, '-e', CLIENT, address, String(port), String(bytes), String(from)];
  return startInBackground([...inNamespace(hosts.name('client')), '--', ...words]);
}

async function askAll(hosts: ThreeHosts, bytes: number): Promise<void> {
  const cases = WAYS.flatMap((way) => FAMILIES.map((family) => ({ ...way, family })));
  const clients = cases.map(({ family, port }) => startClient(hosts, VIPS[family], port, bytes, 0));
  await Promise.all(clients.map(({ ended }) => ended));
  assert.deepEqual(
    cases.map(({ name, family }, at) => `${name}, ${family}: ${clients[at]?.output()}`),
    cases.map(({ name, family }) => `${name}, ${family}: bound\nsame\n`),
  );
}

test('datagrams of 8 kB and of nearly 64 kB come back unharmed by every way', { skip: BPF_MISSING }, async () => {
  await withThreeHosts(async (hosts) => {
    await setUp(hosts);
    for (const bytes of SIZES) await askAll(hosts, bytes);
    const drops = await hosts.lvskit('director', 'director status');
    assert.doesNotMatch(drops, /FRAGMENT_LOST/);
  });
});

test('a datagram in one piece that the tunnel has no room for is cut, whoever sums it up', {
  skip: BPF_MISSING,
}, async () => {
  await withThreeHosts(async (hosts) => {
    await setUp(hosts);
    // As from a sender that does not look for the path's MTU: its packets may be fragmented.
    hosts.run('client', 'sysctl -qw net.ipv4.ip_no_pmtu_disc=1');
    for (const checksums of ['on', 'off']) {
      hosts.run('client', `ethtool -K front tx ${checksums}`);
      const client = startClient(hosts, VIPS.inet, 2052, 1472, 0);
      await client.ended;
      assert.equal(client.output(), 'bound\nsame\n', `with checksum offload ${checksums}`);
    }
  });
});

interface LinkJson {
  readonly address: string;
}

function macOf(hosts: ThreeHosts, host: 'client' | 'director'): string {
  const [link] = JSON.parse(hosts.run(host, 'ip -j link show front')) as LinkJson[];
  return link?.address ?? '';
}

const SOURCES = { inet: '10.78.1.1', inet6: 'fd78:1::1' } as const;

/** Sends fragments of a datagram in this order, past the client's own stack. */
function sendFragments(hosts: ThreeHosts, frames: readonly Uint8Array[]): void {
  const socket = inNetworkNamespace(`/run/netns/${hosts.name('client')}`, () => new PacketSocket('front'));
  for (const frame of frames) socket.send(frame);
  socket.close();
}

test('fragments that come in reverse are put together by the realserver, and the answer by the client', {
  skip: BPF_MISSING,
}, async () => {
  await withThreeHosts(async (hosts) => {
    await setUp(hosts);
    const macs = { source: macOf(hosts, 'client'), destination: macOf(hosts, 'director') };
    let from = 41_000;
    for (const { name, port } of WAYS) {
      for (const family of FAMILIES) {
        const payload = Buffer.alloc(8192, `${name} ${family} `);
        const client = startClient(hosts, VIPS[family], port, 0, ++from);
        await until('the client', () => client.output() !== '');
        const packet = buildPacket({
          from: endpoint(SOURCES[family], from),
          to: endpoint(VIPS[family], port),
          payload,
          id: from,
          dontFragment: false,
        });
        const fragments = fragment(packet, family === 'inet' ? 1480 : 1400, from).toReversed();
        sendFragments(
          hosts,
          fragments.map((bytes) => buildFrame(macs, bytes)),
        );
        await client.ended;
        const digest = createHash('sha256').update(payload).digest('hex');
        assert.equal(client.output(), `bound\n${digest}\n`, `${name}, ${family}`);
      }
    }
  });
});
