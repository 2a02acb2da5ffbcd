// A client, a director and a realserver in a row, with IPv4 and IPv6, for tests whose services a lab's conf cannot say.
// Answers of the realserver pass the director as plain packets.

import { removeStateOf } from '../../../src/dataplane/mod.ts';
import { runCommand, runCommandAsync } from '../../../src/system/mod.ts';
import { inNamespace, LVSKIT, startInBackground, until } from '../netpipe-namespaces.ts';

export const HOSTS = ['client', 'director', 'realserver'] as const;
export type Host = (typeof HOSTS)[number];

/** Not of the client's own network: its packets for them go to the director whether that holds them or not. */
export const VIPS = { inet: '10.78.9.100', inet6: 'fd78:9::100' } as const;
export const DIRECTOR_AT_SERVERS = { inet: '10.78.2.1', inet6: 'fd78:2::1' } as const;
export const REALSERVER = { inet: '10.78.2.11', inet6: 'fd78:2::11' } as const;
export const REALSERVER_NIC = 'back';

const TIMEOUT_MS = 60_000;

/** Says how many bytes it has got, of TCP until the client has ended, of UDP in each datagram; and as whom. */
const SERVER = `
const [name, ...ports] = process.argv.slice(1);
const net = require('node:net'), dgram = require('node:dgram');
let waiting = ports.length * 3;
const ready = () => { if (--waiting === 0) console.log('ready'); };
for (const port of ports.map(Number)) {
  net.createServer({ allowHalfOpen: true }, (socket) => {
    let bytes = 0;
    socket.on('error', () => {});
    socket.on('data', (data) => { bytes += data.length; });
    socket.on('end', () => socket.end(name + ' ' + port + ' ' + bytes));
  }).listen(port, '::', ready);
  for (const [type, address] of [['udp4', '${VIPS.inet}'], ['udp6', '${VIPS.inet6}']]) {
    const socket = dgram.createSocket(type);
    socket.on('message', (data, from) => socket.send(name + ' ' + port + ' ' + data.length, from.port, from.address));
    socket.on('error', ready);
    socket.bind(port, address, ready);
  }
}
`;

/** Sends so many bytes and prints the answer, or why there is none. */
const CLIENT = `
const [protocol, address, port, bytes] = process.argv.slice(1);
const payload = Buffer.alloc(Number(bytes), 'x');
const done = (text) => { console.log(text); process.exit(0); };
setTimeout(() => done('no answer'), 5_000);
if (protocol === 'tcp') {
  const socket = require('node:net').connect(Number(port), address, () => socket.end(payload));
  let answer = '';
  socket.on('data', (data) => { answer += data; });
  socket.on('error', (error) => done(error.code));
  socket.on('end', () => done(answer));
} else {
  const socket = require('node:dgram').createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.on('message', (data) => done(String(data)));
  socket.send(payload, Number(port), address);
}
`;

let count = 0;

export class ThreeHosts {
  readonly #prefix = `t${process.pid}-th${++count}`;

  name(host: Host): string {
    return `${this.#prefix}-${host}`;
  }

  build(): void {
    for (const host of HOSTS) runCommand(['ip', 'netns', 'add', this.name(host)]);
    const [client, director, realserver] = HOSTS.map((host) => this.name(host));
    runCommand(`ip link add front netns ${client} type veth peer name front netns ${director}`.split(' '));
    runCommand(`ip link add back netns ${director} type veth peer name back netns ${realserver}`.split(' '));
    for (const host of HOSTS) this.run(host, 'ip link set lo up');
    this.#addNic('client', 'front', ['10.78.1.1/24', 'fd78:1::1/64']);
    this.#addNic('director', 'front', ['10.78.1.2/24', 'fd78:1::2/64']);
    this.#addNic('director', 'back', [`${DIRECTOR_AT_SERVERS.inet}/24`, `${DIRECTOR_AT_SERVERS.inet6}/64`]);
    this.#addNic('realserver', 'back', [`${REALSERVER.inet}/24`, `${REALSERVER.inet6}/64`]);
    this.run('director', 'sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1');
    for (const host of ['director', 'realserver'] as const) {
      this.run(host, 'sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0');
    }
    for (const [host, via] of [
      ['client', ['10.78.1.2', 'fd78:1::2']],
      ['realserver', [DIRECTOR_AT_SERVERS.inet, DIRECTOR_AT_SERVERS.inet6]],
    ] as const) {
      for (const gateway of via) this.run(host, `ip route add default via ${gateway}`);
    }
  }

  #addNic(host: Host, nic: string, addresses: readonly string[]): void {
    for (const address of addresses)
      this.run(host, `ip address add ${address} dev ${nic}${address.includes(':') ? ' nodad' : ''}`);
    this.run(host, `ip link set ${nic} up`);
    this.run(host, `sysctl -qw net.ipv4.conf.${nic}.rp_filter=0`);
  }

  /** Gives a host the virtual addresses, on lo. */
  addVips(host: Host): void {
    for (const vip of [`${VIPS.inet}/32`, `${VIPS.inet6}/128`]) this.run(host, `ip address add ${vip} dev lo`);
  }

  /** Its output; its failure is the test's. */
  run(host: Host, command: string): string {
    const words = command.split(' ');
    return runCommand([...inNamespace(this.name(host)), '--', ...words], { timeoutMs: TIMEOUT_MS }).stdout;
  }

  /** lvskit on a host. */
  async lvskit(host: Host, command: string, input = ''): Promise<string> {
    const argv = [...inNamespace(this.name(host)), '--', LVSKIT, ...command.split(' ')];
    return (await runCommandAsync(argv, { input, timeoutMs: TIMEOUT_MS })).stdout;
  }

  /** Answers on the ports, as this host, until the hosts go. */
  async serve(host: Host, ports: readonly number[]): Promise<void> {
    const words = [process.execPath, '-e', SERVER, host, ...ports.map(String)];
    const { output } = startInBackground([...inNamespace(this.name(host)), '--', ...words]);
    await until(`the server on the ${host}`, () => output() !== '');
    if (output() !== 'ready\n') throw new Error(output());
  }

  /** What the client gets for so many bytes: host, port and bytes, or why nothing. */
  async ask(protocol: 'tcp' | 'udp', address: string, port: number, bytes: number): Promise<string> {
    const words = [process.execPath, '-e', CLIENT, protocol, address, String(port), String(bytes)];
    const { stdout } = await runCommandAsync([...inNamespace(this.name('client')), '--', ...words], {
      timeoutMs: TIMEOUT_MS,
    });
    return stdout.trim();
  }

  remove(): void {
    for (const host of HOSTS) {
      const name = this.name(host);
      const { stdout } = runCommand(['ip', 'netns', 'pids', name], { allowFailure: true });
      for (const pid of stdout.split('\n').filter(Boolean)) process.kill(Number(pid), 'SIGKILL');
      removeStateOf(`/run/netns/${name}`);
      runCommand(['ip', 'netns', 'delete', name], { allowFailure: true });
    }
  }
}

/** Hosts that are removed afterwards. */
export async function withThreeHosts(work: (hosts: ThreeHosts) => Promise<void>): Promise<void> {
  const hosts = new ThreeHosts();
  try {
    hosts.build();
    await work(hosts);
  } finally {
    hosts.remove();
  }
}
