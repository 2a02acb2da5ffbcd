// What is seen of a director at one moment, and how services and servers are found again in the next reading.
// Reading it is the command line's work; everything in this area is made from readings alone.

import {
  type Counters,
  type Endpoint,
  isMarkKey,
  type Rates,
  type ServiceKey,
  type ServiceStatus,
} from '../director/mod.ts';

export interface Nic {
  readonly device: string;
  /** Its packets pass the data plane. */
  readonly attached: boolean;
}

export interface Reading {
  readonly takenAt: Date;
  /** The same moment on a clock that nobody sets. */
  readonly monotonicMs: number;
  /** How long the reading took. */
  readonly tookMs: number;
  readonly nics: readonly Nic[];
  readonly services: readonly ServiceStatus[];
  /** Entries of the connection table in use; a VS-NAT connection takes two. */
  readonly flows: number;
  readonly flowsMax: number;
  /** Packets by reason, reasons without packets too. */
  readonly drops: ReadonlyMap<string, number>;
}

/** What a service and a server have in common. */
export interface Counted {
  readonly counters: Counters;
  readonly rates: Rates;
}

export function idOfService(key: ServiceKey): string {
  return isMarkKey(key) ? `mark ${key.mark} ${key.family}` : `${key.protocol} ${key.address} ${key.port}`;
}

export function idOfServer(service: ServiceKey, server: Endpoint): string {
  return `${idOfService(service)} ${server.address} ${server.port}`;
}

/** Services and servers by their ids; of no reading, none. */
export function indexReading(reading: Reading | undefined): ReadonlyMap<string, Counted> {
  const index = new Map<string, Counted>();
  for (const service of reading?.services ?? []) {
    index.set(idOfService(service.entry), service);
    for (const server of service.servers) index.set(idOfServer(service.entry, server.entry), server);
  }
  return index;
}
