// Network namespaces that stand for the hosts of an example conf: links, NIC addresses and what an administrator may have
// set before lvskit comes. And the whole state of such a host, to be compared.

import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer, Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { loadCluster } from '../../../src/conf/mod.ts';
import { removeStateOf } from '../../../src/dataplane/mod.ts';
import { listTcx } from '../../../src/dataplane/tcx.ts';
import { recordFile } from '../../../src/host/record.ts';
import type { Cluster, Ipv4 } from '../../../src/model/mod.ts';
import {
  connectTcp,
  inNetworkNamespace,
  interfaceIndex,
  listenTcp,
  networkNamespaceCookie,
  runCommand,
  runCommandAsync,
} from '../../../src/system/mod.ts';
import { LVSKIT } from '../netpipe-namespaces.ts';

export interface Hosts {
  readonly cluster: Cluster;
  /** Of the machine `name`: a path for setns, and words that start a program in it. */
  path(machine: string): string;
  enter(machine: string): readonly string[];
}

const ANY = '0.0.0.0' as Ipv4;
const TIMEOUT_MS = 20_000;
/** The paper's telnet: every example has it, on two realservers, round robin. */
const PORT = 23;

let count = 0;

export function exampleConf(example: string): string {
  return new URL(`../../../examples/${example}.conf`, import.meta.url).pathname;
}

export interface HostsOptions {
  /** Names for NICs instead of those of the conf: `eth0` → `ens3`. */
  readonly deviceNames?: Readonly<Record<string, string>>;
}

/** Hosts that have their links and addresses and nothing else; removed afterwards whatever happens. */
export async function withHosts(
  example: string,
  options: HostsOptions,
  work: (hosts: Hosts) => Promise<void>,
): Promise<void> {
  const cluster = loadCluster({ confFile: exampleConf(example) });
  const prefix = `t${process.pid}-h${++count}`;
  const nameOf = (machine: string) => `${prefix}-${machine}`;
  const path = (machine: string) => `/run/netns/${nameOf(machine)}`;
  const machines = cluster.machines.map(({ name }) => name);
  try {
    build(cluster, nameOf, options);
    await work({ cluster, path, enter: (machine) => ['ip', 'netns', 'exec', nameOf(machine)] });
  } finally {
    for (const machine of machines.filter((name) => existsSync(path(name)))) {
      rmSync(inNetworkNamespace(path(machine), recordFile), { force: true });
      removeStateOf(path(machine));
    }
    for (const name of [...machines, 'switch'].map(nameOf)) {
      runCommand(['ip', 'netns', 'delete', name], { allowFailure: true });
    }
  }
}

function build(cluster: Cluster, nameOf: (machine: string) => string, { deviceNames = {} }: HostsOptions): void {
  const switchName = nameOf('switch');
  const names = cluster.machines.map(({ name }) => nameOf(name));
  batch(
    [],
    [...names, switchName].map((name) => `netns add ${name}`),
  );
  for (const name of names) {
    // No duplicate address detection, so that the state is at rest at once.
    inNetworkNamespace(`/run/netns/${name}`, () =>
      runCommand(['sysctl', '-qw', 'net.ipv6.conf.all.accept_dad=0', 'net.ipv6.conf.default.accept_dad=0']),
    );
    batch(['-n', name], ['link set lo up']);
  }
  batch(
    ['-n', switchName],
    cluster.networks.flatMap(({ name }) => [`link add ${name} type bridge mcast_snooping 0`, `link set ${name} up`]),
  );
  let port = 0;
  for (const machine of cluster.machines) {
    for (const nic of machine.nics) {
      const device = deviceNames[nic.device] ?? nic.device;
      port += 1;
      batch(
        ['-n', switchName],
        [
          `link add port${port} type veth peer name ${device} netns ${nameOf(machine.name)}`,
          `link set port${port} master ${nic.network} up`,
        ],
      );
      batch(
        ['-n', nameOf(machine.name)],
        [`link set ${device} up`, `addr add ${nic.address}/${nic.prefixLength} brd + dev ${device}`],
      );
    }
  }
}

/** Lines of `ip -batch`. */
function batch(words: readonly string[], lines: readonly string[]): void {
  runCommand(['ip', ...words, '-batch', '-'], { input: lines.map((line) => `${line}\n`).join('') });
}

/** As `ip -batch` in a host. */
export function administer(hosts: Hosts, machine: string, lines: readonly string[]): void {
  inNetworkNamespace(hosts.path(machine), () => batch([], lines));
}

/** `KEY=VALUE` each. */
export function setSysctls(hosts: Hosts, machine: string, settings: readonly string[]): void {
  inNetworkNamespace(hosts.path(machine), () => runCommand(['sysctl', '-qw', ...settings]));
}

export interface Ran {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `lvskit` on a host, by the command line. */
export function lvskit(hosts: Hosts, machine: string, words: readonly string[]): Promise<Ran> {
  return runCommandAsync([...hosts.enter(machine), LVSKIT, ...words], { allowFailure: true, timeoutMs: 60_000 });
}

/** {@link lvskit}, whose failure is the test's; returns what it writes. */
export async function lvskitSays(hosts: Hosts, machine: string, words: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await lvskit(hosts, machine, words);
  if (status !== 0) throw new Error(`lvskit ${words.join(' ')} on ${machine}: status ${status}\n${stderr}`);
  return stdout;
}

/**
 * Everything that setting a host up might touch: devices, addresses, routes, rules, sysctls, qdiscs, filters, packet
 * filter, pinned maps and programs, the record. A line for each thing.
 */
export function stateOf(hosts: Hosts, machine: string): readonly string[] {
  return inNetworkNamespace(hosts.path(machine), () => {
    const listed = [
      ['ip', '-d', 'link'],
      ['ip', 'addr'],
      ['ip', '-d', 'route', 'show', 'table', 'all'],
      ['ip', '-6', '-d', 'route', 'show', 'table', 'all'],
      ['ip', 'rule'],
      ['ip', '-6', 'rule'],
      ['tc', 'qdisc'],
      ['nft', 'list', 'ruleset'],
    ].flatMap((argv) => linesOf(argv).map((line) => `${argv.join(' ')}: ${line}`));
    const filters = deviceNames().flatMap((device) =>
      (['ingress', 'egress'] as const).flatMap((side) =>
        [
          ...linesOf(['tc', 'filter', 'show', 'dev', device, side]),
          ...(listTcx(interfaceIndex(device) ?? 0, side) ?? []).map(({ name }) => name),
        ].map((line) => `${device} ${side}: ${line}`),
      ),
    );
    const pins = `/run/lvskit/bpf/netns-${networkNamespaceCookie()}`;
    return [
      ...listed,
      ...filters,
      ...['net/ipv4', 'net/ipv6'].flatMap((folder) => sysctlsIn(join('/proc/sys', folder))),
      ...(existsSync(pins) ? [pins, ...readdirSync(pins)] : []),
      ...(existsSync(recordFile()) ? ['record'] : []),
    ];
  });
}

function linesOf(argv: readonly string[]): readonly string[] {
  return runCommand(argv)
    .stdout.split('\n')
    .filter((line) => line !== '');
}

function deviceNames(): readonly string[] {
  return readdirSync('/proc/sys/net/ipv4/conf').filter((name) => name !== 'all' && name !== 'default');
}

/** Those that can only be written, or have no value yet, are left out. */
function sysctlsIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sysctlsIn(path);
    try {
      return [`${path} = ${readFileSync(path, 'utf8').trim()}`];
    } catch {
      return [];
    }
  });
}

/** A connection from the client to the VIP. */
export interface Connection {
  /** The realserver at the other end. */
  readonly server: string;
  /** Resolves with what comes back. */
  say(text: string): Promise<string>;
}

/** The realservers serve meanwhile: they greet each connection with their name, then send back what they get. */
export async function withService(
  hosts: Hosts,
  work: (connect: () => Promise<Connection>) => Promise<void>,
): Promise<void> {
  const sockets: Socket[] = [];
  const hold = (socket: Socket) => void sockets.push(socket.on('error', () => {}));
  const servers = hosts.cluster.machines
    .filter(({ role }) => role === 'realserver')
    .map(({ name }) => {
      const fd = inNetworkNamespace(hosts.path(name), () => listenTcp({ address: ANY, port: PORT }));
      const server = createServer((socket) => {
        hold(socket);
        socket.write(`${name}\n`);
        socket.pipe(socket);
      });
      return server.listen({ fd });
    });
  try {
    await work(() => connect(hosts, hold));
  } finally {
    for (const server of servers) server.close();
    for (const socket of sockets) socket.destroy();
  }
}

async function connect(hosts: Hosts, hold: (socket: Socket) => void): Promise<Connection> {
  const peer = { address: hosts.cluster.vip.address, port: PORT, timeoutMs: TIMEOUT_MS };
  const socket = new Socket({ fd: inNetworkNamespace(hosts.path('client'), () => connectTcp(peer)) });
  hold(socket);
  const lines = createInterface({ input: socket });
  const nextLine = async () => {
    const [line] = (await once(lines, 'line', { signal: AbortSignal.timeout(TIMEOUT_MS) })) as [string];
    return line;
  };
  const say = (text: string) => {
    socket.write(`${text}\n`);
    return nextLine();
  };
  return { server: await nextLine(), say };
}

/** Realservers that answer at the VIP, one connection after the other. */
export async function askVip(hosts: Hosts, connections: number): Promise<readonly string[]> {
  const answers: string[] = [];
  await withService(hosts, async (connect) => {
    for (let index = 0; index < connections; index++) answers.push((await connect()).server);
  });
  return answers;
}
