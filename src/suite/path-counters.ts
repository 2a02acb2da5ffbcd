// Counters along a system's path, read from whoever carries the packets. Two readings tell which way packets went.

import { readFileSync } from 'node:fs';
import { findDataPlane, readDecapsulated } from '../dataplane/mod.ts';
import type { Ipv4 } from '../model/mod.ts';
import { inNetworkNamespace } from '../system/mod.ts';
import { readNftables } from './nftables.ts';
import { isForwardedByKernel, isLvskit, type SystemShape } from './system-shapes.ts';
import { readAccepted } from './transparent-proxy.ts';

/** Whether the packets of a test must show in a counter, or must not. */
type Expectation = 'some' | 'none';

export interface PathCounter {
  readonly name: string;
  readonly expected: Expectation;
  read(): number;
}

/** Ip: ForwDatagrams of /proc/net/snmp, what the kernel's own forwarding has passed on in this namespace. */
function kernelForwarded(): number {
  const [names, values] = readFileSync('/proc/thread-self/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Ip:'))
    .map((line) => line.split(' '));
  return Number(values?.[names?.indexOf('ForwDatagrams') ?? -1] ?? 0);
}

function lvskitPackets(direction: 'inPackets' | 'outPackets'): number {
  const dataPlane = findDataPlane();
  const packets = dataPlane?.readStatus().reduce((sum, service) => sum + service.counters[direction], 0);
  dataPlane?.close();
  return packets ?? 0;
}

interface PathPlaces {
  /** Path of the director's network namespace. */
  readonly director: string;
  /** Those of the realservers, where VS-TUN's packets are taken apart by lvskit's program. */
  readonly decapsulators: readonly string[];
  /** Those of all realservers. */
  readonly realservers: readonly string[];
  readonly vip: Ipv4;
}

/** The counters of a system, each with what its packets must do to it. */
export function pathCounters(shape: SystemShape, places: PathPlaces): PathCounter[] {
  const onDirector = (read: () => number) => () => inNetworkNamespace(places.director, read);
  const when = (condition: boolean): Expectation => (condition ? 'some' : 'none');
  return [
    {
      name: 'forwarded by the director’s kernel',
      expected: when(isForwardedByKernel(shape)),
      read: onDirector(kernelForwarded),
    },
    {
      name: 'lvskit, to the realservers',
      expected: when(isLvskit(shape)),
      read: onDirector(() => lvskitPackets('inPackets')),
    },
    {
      name: 'lvskit, back to the client',
      expected: when(shape.director === 'nat'),
      read: onDirector(() => lvskitPackets('outPackets')),
    },
    ...(shape.director === 'nftables'
      ? [
          {
            name: 'nftables, to the realservers',
            expected: 'some' as const,
            read: () => readNftables(places.director).toServers,
          },
          {
            name: 'nftables, back to the client',
            expected: 'some' as const,
            read: () => readNftables(places.director).toClients,
          },
        ]
      : []),
    ...(shape.director === 'tun' && places.decapsulators.length > 0
      ? [
          {
            name: 'taken out of tunnels by the realservers',
            expected: 'some' as const,
            read: () =>
              places.decapsulators.reduce(
                (sum, path) => sum + inNetworkNamespace(path, () => readDecapsulated(places.vip) ?? 0),
                0,
              ),
          },
        ]
      : []),
    ...(shape.realserversAccept === 'tproxy' || shape.realserversAccept === 'redirect'
      ? [
          {
            name: `taken by the realservers’ ${shape.realserversAccept}`,
            expected: 'some' as const,
            read: () => places.realservers.reduce((sum, path) => sum + readAccepted(path), 0),
          },
        ]
      : []),
  ];
}
