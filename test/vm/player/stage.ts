// A director between two wires: a network namespace with NICs A and B, and a bare one that holds their other ends, from
// which the test sends and sees frames as if it were every other host. All neighbours are known, so that nobody asks.

import { writeFileSync } from 'node:fs';
import { inNetworkNamespace, interfaceIndex, runCommand } from '../../../src/system/mod.ts';
import { DIRECTOR, GATEWAY, HOSTS, VIP, type Wire } from '../packets/hosts.ts';
import { openWire, type WireEnd } from './wire-end.ts';

export interface Stage {
  /** Of the director: /run/netns/NAME. */
  readonly path: string;
  readonly wires: Readonly<Record<Wire, WireEnd>>;
  /** Of the director's NICs. */
  setMtu(mtu: Mtu): void;
  remove(): void;
}

/** 1500 unless told otherwise. */
export type Mtu = Readonly<Partial<Record<Wire, number>>>;

const WIRES: readonly Wire[] = ['A', 'B'];
/** Of the test's ends: what a scenario sends may be larger than the director's NICs take. */
const OUTSIDE_MTU = 9000;
const MTU = 1500;

/** Of the director. The kernel limits ICMP errors and filters by the source's route; no scenario is about that. */
const SYSCTLS: readonly (readonly [string, number])[] = [
  ['ipv4/ip_forward', 1],
  ['ipv6/conf/all/forwarding', 1],
  ['ipv4/icmp_ratelimit', 0],
  ['ipv6/icmp/ratelimit', 0],
  ...['all', 'default'].flatMap((name): [string, number][] => [
    [`ipv4/conf/${name}/rp_filter`, 0],
    [`ipv4/conf/${name}/send_redirects`, 0],
    [`ipv6/conf/${name}/accept_dad`, 0],
  ]),
];

/** @param name of the two namespaces, with `-d` and `-o` after it */
export function createStage(name: string): Stage {
  const [director, outside] = [`${name}-d`, `${name}-o`];
  // One shell for everything, and few programs: starting them is slow in a VM, most of all from Node.
  const script = [
    ...batch('', [`netns add ${director}`, `netns add ${outside}`]),
    `nsenter --net=/run/netns/${director} sh -e <<'DIRECTOR'`,
    ...SYSCTLS.map(([file, value]) => `echo ${value} >/proc/sys/net/${file}`),
    ...batch('', ['link set lo up', ...WIRES.flatMap((wire) => nicCommands(wire, outside)), ...ROUTES]),
    // What the director's own stack sends is to have its checksums in it.
    ...WIRES.map((wire) => `ethtool -K ${wire} tx off >/dev/null`),
    'DIRECTOR',
    ...batch(
      `-n ${outside}`,
      WIRES.map((wire) => `link set ${wire} up`),
    ),
  ];
  runCommand(['sh', '-e', '-c', script.join('\n')]);
  let mtuNow = mtuCommands({});
  const wires = inNetworkNamespace(`/run/netns/${outside}`, () => {
    writeFileSync('/proc/sys/net/ipv6/conf/all/disable_ipv6', '1');
    return { A: openOn('A'), B: openOn('B') };
  });
  return {
    path: `/run/netns/${director}`,
    wires,
    setMtu(mtu) {
      const input = mtuCommands(mtu);
      if (input !== mtuNow) runCommand(['ip', '-n', director, '-batch', '-'], { input });
      mtuNow = input;
    },
    remove() {
      for (const wire of WIRES) wires[wire].close();
      runCommand(['ip', '-batch', '-'], { input: `netns delete ${director}\nnetns delete ${outside}\n` });
    },
  };
}

function mtuCommands(mtu: Mtu): string {
  return WIRES.map((wire) => `link set ${wire} mtu ${mtu[wire] ?? MTU}\n`).join('');
}

function nicCommands(wire: Wire, outside: string): readonly string[] {
  const { addresses, mac } = DIRECTOR[wire];
  return [
    `link add ${wire} address ${mac} mtu ${MTU} type veth peer name ${wire} mtu ${OUTSIDE_MTU} netns ${outside}`,
    `link set ${wire} up`,
    `addr add ${addresses[0]}/24 dev ${wire}`,
    `addr add ${addresses[1]}/64 dev ${wire} nodad`,
    ...(wire === 'A' ? [`addr add ${VIP[0]}/32 dev A`, `addr add ${VIP[1]}/128 dev A nodad`] : []),
    ...HOSTS.filter((host) => host.wire === wire).flatMap((host) =>
      host.addresses.map((address) => `neigh add ${address} lladdr ${host.mac} dev ${wire} nud permanent`),
    ),
  ];
}

const ROUTES = GATEWAY.addresses.map((address) => `route add default via ${address}`);

function openOn(wire: Wire): WireEnd {
  const index = interfaceIndex(wire);
  if (index === undefined) throw new Error(`there is no wire ${wire}`);
  return openWire(index, DIRECTOR[wire].mac);
}

function batch(options: string, lines: readonly string[]): string[] {
  return [`ip ${options} -batch - <<'END'`, ...lines, 'END'];
}

/** Standard output and error of a shell command in a namespace, both together. */
export function runInside(path: string, command: string): string {
  return runCommand(['nsenter', `--net=${path}`, 'sh', '-e', '-c', `exec 2>&1; ${command}`]).stdout;
}
