// Large tables for a bare director: a thousand services, a million connections.

import { SERVER, SERVER2, SERVER3, server, service } from '../../test/bpf/services.ts';
import type { BareDirector } from './bare-director.ts';
import { ClientPacket } from './clients.ts';

const HOSTS = [SERVER, SERVER2, SERVER3].map((at) => at.split(':')[0]);
const FIRST_PORT = 1000;
/** A connection may have to wait for memory that the kernel is about to give. */
const TRIES = 1000;

/** The address of service `number`, of up to 65536. */
function vipOf(number: number): string {
  return `10.10.${number >> 8}.${number & 255}:80`;
}

/** The address of server `number` of any service: a port of one of three hosts. */
function serverOf(number: number): string {
  return `${HOSTS[number % HOSTS.length]}:${FIRST_PORT + number}`;
}

/** Makes services by VS-NAT the configuration. Returns their addresses. */
export function manyServices(director: BareDirector, services: number, servers: number): readonly string[] {
  const vips = Array.from({ length: services }, (_, number) => vipOf(number));
  const list = Array.from({ length: servers }, (_, number) => server(serverOf(number), 'nat'));
  director.configure(...vips.map((at) => service(list, { at })));
  return vips;
}

export interface Opened {
  readonly seconds: number;
  /** Packets that were dropped and sent again. */
  readonly dropped: number;
}

/** Opens and establishes a connection each of the first `count` clients: a SYN, then an ACK. */
export function openConnections(director: BareDirector, count: number, vipOf: (client: number) => string): Opened {
  const packets = new Map<string, readonly ClientPacket[]>();
  const packetsTo = (vip: string) => {
    const made = packets.get(vip) ?? ['S', '.'].map((flags) => ClientPacket.to(vip, flags));
    packets.set(vip, made);
    return made;
  };
  let dropped = 0;
  const startedMs = performance.now();
  director.inside(() => {
    for (let client = 0; client < count; client++) {
      for (const packet of packetsTo(vipOf(client))) dropped += sendUntilTaken(director, packet, client);
    }
  });
  return { seconds: (performance.now() - startedMs) / 1000, dropped };
}

function sendUntilTaken(director: BareDirector, packet: ClientPacket, client: number): number {
  for (let dropped = 0; dropped < TRIES; dropped++) if (director.sendsOn(packet, client)) return dropped;
  throw new Error('the director does not take a packet that opens a connection');
}

/** The services of {@link manyServices} as `ipvsadm -R` takes them. */
export function formatRules(services: number, servers: number): string {
  const lines = Array.from({ length: services }, (_, number) => {
    const vip = vipOf(number);
    const added = Array.from({ length: servers }, (_, each) => `-a -t ${vip} -r ${serverOf(each)} -m -w 1`);
    return [`-A -t ${vip} -s rr`, ...added];
  });
  return `${lines.flat().join('\n')}\n`;
}
