// A director to put packets into: the real data plane in a network namespace of its own, with a NIC towards the clients
// and one towards the servers. Nothing sends there but the test, and every neighbour is known.

import { closeSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { lvsFlow, lvsTuple } from '../../src/dataplane/abi.ts';
import type { ValuesOf } from '../../src/dataplane/layout.ts';
import { type Maps, openMaps } from '../../src/dataplane/maps.ts';
import { type BpfDataPlane, openDataPlane, removeStateOf } from '../../src/dataplane/mod.ts';
import { findStateDirectory } from '../../src/dataplane/state-directory.ts';
import type { ServiceEntry } from '../../src/director/mod.ts';
import { inNetworkNamespace, interfaceIndex, runCommand } from '../../src/system/mod.ts';
import { buildFrame, buildPacket, type PacketSpec } from './packet-builder.ts';
import { type Outcome, TestedProgram } from './prog-test-run.ts';
import { BPF_MISSING } from './requirements.ts';

/** <linux/pkt_cls.h>. Running a program tells that it would redirect; it does not redirect. */
export const VERDICT = { pass: 0, drop: 2, redirect: 7 } as const;

export type NicName = 'client' | 'server';

/** The director's NICs, and the only neighbour on each that is told by its address. */
const NICS = {
  client: { address: '10.9.1.9', mac: '02:00:00:00:01:09', farMac: '02:00:00:00:01:01' },
  server: { address: '10.9.2.9', mac: '02:00:00:00:02:09', farMac: '02:00:00:00:02:01' },
} as const;

export const DIRECTOR_ADDRESS_AT_SERVERS = NICS.server.address;

/** Servers 10.9.2.11 to .13 on the link; clients of any address behind the router 10.9.1.1. */
const SERVER_ADDRESSES = ['10.9.2.11', '10.9.2.12', '10.9.2.13'];
const CLIENT_ROUTER = '10.9.1.1';

const SET_UP = [
  ...Object.entries(NICS).flatMap(([nic, { address, mac }]) => [
    `link add ${nic} address ${mac} type veth peer name ${nic}-far`,
    `address add ${address}/24 dev ${nic}`,
    `link set ${nic} up`,
    `link set ${nic}-far up`,
  ]),
  `route add default via ${CLIENT_ROUTER} dev client`,
  `neighbour add ${CLIENT_ROUTER} lladdr ${NICS.client.farMac} dev client nud permanent`,
  ...SERVER_ADDRESSES.map(
    (address) => `neighbour add ${address} lladdr ${NICS.server.farMac} dev server nud permanent`,
  ),
];

const SYSCTLS = ['ipv4.ip_forward=1', 'ipv6.conf.all.disable_ipv6=1', 'ipv6.conf.default.disable_ipv6=1'];

/** The frame in which a packet, or the one that `spec` describes, comes to the director's NIC. */
export function frameOn(nic: NicName, packet: PacketSpec | Uint8Array): Uint8Array {
  const { mac, farMac } = NICS[nic];
  return buildFrame({ source: farMac, destination: mac }, packet instanceof Uint8Array ? packet : buildPacket(packet));
}

/** A frame that goes back to where those of {@link frameOn} come from. */
export function answerOn(nic: NicName, packet: Uint8Array): Uint8Array {
  const { mac, farMac } = NICS[nic];
  return buildFrame({ source: mac, destination: farMac }, packet);
}

export type Flow = ValuesOf<typeof lvsFlow> & {
  readonly key: ValuesOf<typeof lvsTuple>;
};

export class Director {
  readonly plane: BpfDataPlane;
  readonly maps: Maps;
  readonly #namespace: string;
  readonly #program: TestedProgram;
  readonly ifindex: Readonly<Record<NicName, number>>;
  #isInside = false;

  constructor(namespace: string) {
    this.#namespace = namespace;
    [this.plane, this.maps, this.#program, this.ifindex] = this.inside(() => {
      const plane = openDataPlane();
      const directory = findStateDirectory()?.path ?? '';
      const ifindex = { client: interfaceIndex('client') ?? 0, server: interfaceIndex('server') ?? 0 };
      return [plane, openMaps(directory), new TestedProgram(join(directory, 'lvs_ingress')), ifindex];
    });
  }

  /** Runs `work` in the director's namespace: cheaper than entering it for every packet. */
  inside<T>(work: () => T): T {
    if (this.#isInside) return work();
    this.#isInside = true;
    try {
      return inNetworkNamespace(`/run/netns/${this.#namespace}`, work);
    } finally {
      this.#isInside = false;
    }
  }

  /** Makes `services` the whole configuration. */
  configure(...services: readonly ServiceEntry[]): void {
    this.inside(() => this.plane.update(() => services));
  }

  /** Lets a packet, or a whole frame, arrive. */
  receive(packet: PacketSpec | Uint8Array, nic: NicName = 'client'): Outcome {
    const frame = packet instanceof Uint8Array ? packet : frameOn(nic, packet);
    return this.inside(() => this.#program.run(frame, { ifindex: this.ifindex[nic] }));
  }

  /** Runs `ip` in the namespace. */
  ip(command: string): void {
    runCommand(['ip', '-n', this.#namespace, ...command.split(' ')]);
  }

  sysctl(setting: string): void {
    runCommand(['ip', 'netns', 'exec', this.#namespace, 'sysctl', '-qw', `net.${setting}`]);
  }

  /** Entries of the connection table: two for each connection of VS-NAT, one for others. */
  flowCount(): number {
    return [...this.maps.flows.rawValues()].length;
  }

  dropsOf(reason: string): number {
    const count = this.plane.readDrops().get(reason);
    if (count === undefined) throw new Error(`no drop reason ${reason}`);
    return count;
  }

  close(): void {
    this.#program.close();
  }
}

/** The data plane's views keep their descriptors, and so the kernel the tables, as long as the process lives. */
function closeMaps(): void {
  for (const fd of readdirSync('/proc/self/fd')) {
    try {
      if (readlinkSync(`/proc/self/fd/${fd}`) === 'anon_inode:bpf-map') closeSync(Number(fd));
    } catch {
      // The descriptor of the listing itself is gone.
    }
  }
}

let namespaces = 0;

/** Runs `work` with a director that nobody has used, and removes it. */
async function withDirector(work: (director: Director) => void | Promise<void>): Promise<void> {
  const name = `lvskit-bpf-${process.pid}-${++namespaces}`;
  runCommand(['ip', 'netns', 'add', name]);
  try {
    runCommand(['ip', 'netns', 'exec', name, 'sysctl', '-qw', ...SYSCTLS.map((setting) => `net.${setting}`)]);
    runCommand(['ip', '-n', name, '-batch', '-'], { input: SET_UP.join('\n') });
    const director = new Director(name);
    try {
      await work(director);
    } finally {
      director.close();
    }
  } finally {
    removeStateOf(`/run/netns/${name}`);
    runCommand(['ip', 'netns', 'delete', name]);
    closeMaps();
  }
}

/** A test with a director of its own. */
export function directorTest(title: string, work: (director: Director) => void | Promise<void>): void {
  test(title, { skip: BPF_MISSING }, () => withDirector(work));
}
