// What the kernel has counted in the network namespace that we are in: bytes and packets of its devices, connections that
// its TCP has accepted. What nobody who measures can be wrong about.

import { readFileSync } from 'node:fs';

/**
 * Since the device exists. A packet is what the NIC is given: with offloads as much of a stream as the kernel hands over at
 * once, without them what fits into the MTU.
 */
export interface DeviceCounters {
  readonly inBytes: number;
  readonly outBytes: number;
  readonly inPackets: number;
  readonly outPackets: number;
}

/** By device, of /proc/net/dev: `eth0: BYTES PACKETS … (16 columns)`, received and sent. */
export function readDeviceCounters(): ReadonlyMap<string, DeviceCounters> {
  const lines = readFileSync('/proc/thread-self/net/dev', 'utf8').split('\n').slice(2);
  return new Map(
    lines.flatMap((line) => {
      const [device, counters] = line.split(':');
      if (device === undefined || counters === undefined) return [];
      const columns = counters.trim().split(/\s+/).map(Number);
      const [inBytes = 0, inPackets = 0] = columns;
      const [outBytes = 0, outPackets = 0] = columns.slice(8);
      return [[device.trim(), { inBytes, outBytes, inPackets, outPackets }] as const];
    }),
  );
}

/** Connections that TCP has accepted. */
export function readPassiveOpens(): number {
  return readSnmp('Tcp').get('PassiveOpens') ?? 0;
}

/** IPv4 packets that came in, and those that went on to other hosts. */
export function readForwarding(): { readonly received: number; readonly forwarded: number } {
  const counters = readSnmp('Ip');
  return { received: counters.get('InReceives') ?? 0, forwarded: counters.get('ForwDatagrams') ?? 0 };
}

/** Of /proc/net/snmp: a line of names, a line of values. */
function readSnmp(protocol: 'Ip' | 'Tcp'): ReadonlyMap<string, number> {
  const [names = [], values = []] = readFileSync('/proc/thread-self/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith(`${protocol}:`))
    .map((line) => line.split(' ').slice(1));
  return new Map(names.map((name, index) => [name, Number(values[index])]));
}
