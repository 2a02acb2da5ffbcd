// A network namespace with a NIC towards clients and one towards servers, for programs that look routes up. Nothing
// sends there but the test, and the neighbours are known.

import { removeStateOf } from '../../src/dataplane/mod.ts';
import { runCommand } from '../../src/system/mod.ts';
import { buildFrame, buildPacket, type PacketSpec } from './packet-builder.ts';

export const NIC_NAMES = ['client', 'server'] as const;
export type NicName = (typeof NIC_NAMES)[number];

/** The NICs, and who is at the other end of each. */
const NICS = {
  client: { address: '10.9.1.9', address6: 'fd00:9:1::9', mac: '02:00:00:00:01:09', farMac: '02:00:00:00:01:01' },
  server: { address: '10.9.2.9', address6: 'fd00:9:2::9', mac: '02:00:00:00:02:09', farMac: '02:00:00:00:02:01' },
} as const;

/** From which tunnels to servers start. */
export const ADDRESS_AT_SERVERS = NICS.server.address;
export const ADDRESS6_AT_SERVERS = NICS.server.address6;

/** Servers stand on their NIC's link, clients of any address behind a router on theirs. */
const SERVER_ADDRESSES = [11, 12, 13].flatMap((host) => [`10.9.2.${host}`, `fd00:9:2::${host}`]);
const CLIENT_ROUTERS = ['10.9.1.1', 'fd00:9:1::1'];

const LINKS = [
  ...Object.entries(NICS).flatMap(([nic, { address, address6, mac }]) => [
    `link add ${nic} address ${mac} type veth peer name ${nic}-far`,
    `address add ${address}/24 dev ${nic}`,
    `address add ${address6}/64 dev ${nic} nodad`,
    `link set ${nic} up`,
    `link set ${nic}-far up`,
  ]),
  ...CLIENT_ROUTERS.flatMap((router) => [
    `route add default via ${router} dev client`,
    `neighbour add ${router} lladdr ${NICS.client.farMac} dev client nud permanent`,
  ]),
  ...SERVER_ADDRESSES.map(
    (address) => `neighbour add ${address} lladdr ${NICS.server.farMac} dev server nud permanent`,
  ),
];

/** No addresses but those above: with a link-local one of its own, a NIC's far end would count as a NIC too. */
const SYSCTLS = [
  'net.ipv4.ip_forward=1',
  'net.ipv6.conf.all.forwarding=1',
  'net.ipv6.conf.default.forwarding=1',
  'net.ipv6.conf.default.addr_gen_mode=1',
  'net.ipv6.conf.default.accept_ra=0',
];

/** The frame in which a packet, or the one that `spec` describes, comes to a NIC. */
export function frameOn(nic: NicName, packet: PacketSpec | Uint8Array, etherType?: number): Uint8Array {
  const { mac, farMac } = NICS[nic];
  const bytes = packet instanceof Uint8Array ? packet : buildPacket(packet);
  return buildFrame({ source: farMac, destination: mac }, bytes, etherType);
}

/** The frame in which a packet leaves by a NIC. */
export function sentFrom(nic: NicName, packet: PacketSpec | Uint8Array): Uint8Array {
  const { mac, farMac } = NICS[nic];
  return buildFrame({ source: mac, destination: farMac }, packet instanceof Uint8Array ? packet : buildPacket(packet));
}

/** A frame that goes back to where those of {@link frameOn} come from. */
export function answerOn(nic: NicName, packet: Uint8Array): Uint8Array {
  const { mac, farMac } = NICS[nic];
  return buildFrame({ source: mac, destination: farMac }, packet);
}

let made = 0;

/** Makes the namespace; its name. Who makes it removes it. */
export function makeNamespace(): string {
  const name = `lvskit-bpf-${process.pid}-${++made}`;
  runCommand(['ip', 'netns', 'add', name]);
  try {
    runCommand(['ip', 'netns', 'exec', name, 'sysctl', '-qw', ...SYSCTLS]);
    runCommand(['ip', '-n', name, '-batch', '-'], { input: LINKS.join('\n') });
  } catch (error) {
    removeNamespace(name);
    throw error;
  }
  return name;
}

/** Removes the namespace, with the programs and tables that were made for it. */
export function removeNamespace(name: string): void {
  removeStateOf(`/run/netns/${name}`);
  runCommand(['ip', 'netns', 'delete', name]);
}
