// Two directors of one virtual server, for tests of synchronisation: a client, a realserver behind VS-NAT and one of
// VS-DR, on a front and a back network. One of the directors has the virtual address, and can lose it to the other.

import { once } from 'node:events';
import { createServer, Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { removeStateOf } from '../../../src/dataplane/mod.ts';
import type { Ipv4 } from '../../../src/model/mod.ts';
import { connectTcp, inNetworkNamespace, listenTcp, runCommand, runCommandAsync } from '../../../src/system/mod.ts';
import { LVSKIT } from '../netpipe-namespaces.ts';

export const HOSTS = ['client', 'one', 'other', 'nat', 'dr'] as const;
export type Host = (typeof HOSTS)[number];
export type Director = 'one' | 'other';
/** What a director is: lvskit, or the kernel's IPVS, where there is one. */
export type Kind = 'lvskit' | 'ipvs';

export const VIP = '10.77.1.100' as Ipv4;
export const NAT_PORT = 7;
export const DR_PORT = 8;
export const CLIENT = '10.77.1.1';
export const NAT_SERVER = '10.77.2.11';
export const DR_SERVER = '10.77.1.12';
/** The realserver's way back under VS-NAT: an address that follows the virtual one. */
const GATEWAY = '10.77.2.1';
const ANY = '0.0.0.0' as Ipv4;
const TIMEOUT_MS = 60_000;

/** The services of both directors. */
const SERVICES = [
  `-A -t ${VIP}:${NAT_PORT} -s rr`,
  `-a -t ${VIP}:${NAT_PORT} -r ${NAT_SERVER}:${NAT_PORT} -m`,
  `-A -t ${VIP}:${DR_PORT} -s rr`,
  `-a -t ${VIP}:${DR_PORT} -r ${DR_SERVER}:${DR_PORT} -g`,
];

let count = 0;

export class TwoDirectors {
  readonly #prefix = `t${process.pid}-sy${++count}`;
  readonly #sockets: Socket[] = [];
  readonly #servers: { close(): unknown }[] = [];
  readonly #kinds: Readonly<Record<Director, Kind>>;

  constructor(kinds: Readonly<Record<Director, Kind>>) {
    this.#kinds = kinds;
  }

  name(host: Host | 'switch'): string {
    return `${this.#prefix}-${host}`;
  }

  path(host: Host): string {
    return `/run/netns/${this.name(host)}`;
  }

  build(): void {
    for (const host of [...HOSTS, 'switch'] as const) runCommand(['ip', 'netns', 'add', this.name(host)]);
    this.#inside('switch', [
      'link add front type bridge mcast_snooping 0',
      'link add back type bridge mcast_snooping 0',
      'link set front up',
      'link set back up',
    ]);
    for (const host of HOSTS) {
      inNetworkNamespace(this.path(host), () => {
        runCommand(['sysctl', '-qw', 'net.ipv6.conf.all.accept_dad=0', 'net.ipv6.conf.default.accept_dad=0']);
      });
      this.#inside(host, ['link set lo up']);
    }
    this.#connect('client', 'front', '10.77.1.1');
    this.#connect('dr', 'front', DR_SERVER);
    this.#connect('nat', 'back', NAT_SERVER);
    for (const [host, number] of [
      ['one', 2],
      ['other', 3],
    ] as const) {
      this.#connect(host, 'front', `10.77.1.${number}`);
      this.#connect(host, 'back', `10.77.2.${number}`);
      inNetworkNamespace(this.path(host), () => {
        runCommand(['sysctl', '-qw', 'net.ipv4.ip_forward=1', 'net.ipv4.conf.all.send_redirects=0']);
        runCommand(['sysctl', '-qw', 'net.ipv4.conf.front.send_redirects=0']);
      });
    }
    inNetworkNamespace(this.path('dr'), () => {
      runCommand(['sysctl', '-qw', 'net.ipv4.conf.all.arp_ignore=1', 'net.ipv4.conf.all.arp_announce=2']);
    });
    this.#inside('dr', [`addr add ${VIP}/32 dev lo`]);
    this.#inside('nat', [`route add default via ${GATEWAY}`]);
    this.activate('one');
  }

  #connect(host: Host, network: 'front' | 'back', address: string): void {
    const port = `${host}-${network}`;
    this.#inside('switch', [
      `link add ${port} type veth peer name ${network} netns ${this.name(host)}`,
      `link set ${port} master ${network} up`,
    ]);
    const ipv6 = address.replace(/^10\.77\.(\d+)\.(\d+)$/, 'fd00:77:$1::$2');
    this.#inside(host, [
      `link set ${network} up`,
      `addr add ${address}/24 dev ${network}`,
      `addr add ${ipv6}/64 dev ${network}`,
    ]);
  }

  #inside(host: Host | 'switch', lines: readonly string[]): void {
    runCommand(['ip', '-n', this.name(host), '-batch', '-'], { input: lines.map((line) => `${line}\n`).join('') });
  }

  remove(): void {
    for (const socket of this.#sockets) socket.destroy();
    for (const server of this.#servers) server.close();
    for (const host of ['one', 'other'] as const) if (this.#kinds[host] === 'lvskit') removeStateOf(this.path(host));
    for (const host of [...HOSTS, 'switch'] as const) {
      runCommand(['ip', 'netns', 'delete', this.name(host)], { allowFailure: true });
    }
  }

  /** Gives a director the virtual address and the realserver's gateway. */
  activate(director: Director): void {
    this.#inside(director, [`addr add ${VIP}/32 dev front`, `addr add ${GATEWAY}/32 dev back`]);
    this.#inside('client', ['neigh flush all']);
    this.#inside('nat', ['neigh flush all']);
  }

  /** Cuts a director off, as if its power had gone. */
  cut(director: Director): void {
    this.#inside('switch', [`link set ${director}-front down`, `link set ${director}-back down`]);
  }

  async configure(director: Director): Promise<void> {
    await this.ipvsadm(director, '-R', `${SERVICES.join('\n')}\n`);
  }

  /** Its standard output; its failure is the test's. */
  async ipvsadm(director: Director, words: string, input = ''): Promise<string> {
    const { status, stdout, stderr } = await this.tryIpvsadm(director, words, input);
    if (status !== 0) throw new Error(`ipvsadm ${words} on ${director}: status ${status}\n${stderr}`);
    return stdout;
  }

  tryIpvsadm(director: Director, words: string, input = '') {
    const program = this.#kinds[director] === 'ipvs' ? ['ipvsadm'] : [LVSKIT, 'ipvsadm'];
    return this.#run(director, [...program, ...words.split(' ')], input);
  }

  lvskit(director: Director, words: string) {
    return this.#run(director, [LVSKIT, ...words.split(' ')], '');
  }

  #run(director: Director, words: readonly string[], input: string) {
    const argv = ['ip', 'netns', 'exec', this.name(director), ...words];
    return runCommandAsync(argv, { allowFailure: true, timeoutMs: TIMEOUT_MS, input });
  }

  /** A realserver that says who it is, then sends back what it gets. */
  serve(host: 'nat' | 'dr', port: number): void {
    const fd = inNetworkNamespace(this.path(host), () => listenTcp({ address: ANY, port }));
    const server = createServer((socket) => {
      this.#hold(socket);
      socket.write(`${host}\n`);
      socket.pipe(socket);
    });
    this.#servers.push(server.listen({ fd }));
  }

  #hold(socket: Socket): Socket {
    this.#sockets.push(socket.on('error', () => {}));
    return socket;
  }

  /** A connection of the client to the virtual server, after its greeting. */
  async connect(port: number): Promise<Talk> {
    const peer = { address: VIP, port, timeoutMs: TIMEOUT_MS };
    const socket = this.#hold(new Socket({ fd: inNetworkNamespace(this.path('client'), () => connectTcp(peer)) }));
    const lines = createInterface({ input: socket });
    const nextLine = async () => {
      const [line] = (await once(lines, 'line', { signal: AbortSignal.timeout(TIMEOUT_MS) })) as [string];
      return line;
    };
    const port_ = socket.localPort ?? 0;
    return {
      server: await nextLine(),
      port: port_,
      say: (text) => {
        socket.write(`${text}\n`);
        return nextLine();
      },
      end: () => void socket.end(),
    };
  }
}

export interface Talk {
  /** What the realserver calls itself. */
  readonly server: string;
  /** The client's. */
  readonly port: number;
  /** Resolves with what comes back. */
  say(text: string): Promise<string>;
  end(): void;
}

/** They are removed afterwards whatever happens. */
export async function withTwoDirectors(
  work: (directors: TwoDirectors) => Promise<void>,
  kinds: Readonly<Record<Director, Kind>> = { one: 'lvskit', other: 'lvskit' },
): Promise<void> {
  const directors = new TwoDirectors(kinds);
  try {
    directors.build();
    directors.serve('nat', NAT_PORT);
    directors.serve('dr', DR_PORT);
    await directors.configure('one');
    await directors.configure('other');
    await work(directors);
  } finally {
    directors.remove();
  }
}
