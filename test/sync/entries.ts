// Entries for tests, and arbitrary ones for properties.

import fc from 'fast-check';
import { type IpAddress, ipv4FromNumber, ipv6FromWords } from '../../src/model/mod.ts';
import type { SyncEntry } from '../../src/sync/entry.ts';

/** A connection through VS-NAT, established. */
export const NAT_ENTRY: SyncEntry = {
  protocol: 6,
  flags: 0,
  state: 1,
  mark: 0,
  timeoutS: 900,
  client: { address: '10.77.1.1' as IpAddress, port: 50752 },
  virtual: { address: '10.77.1.100' as IpAddress, port: 7 },
  server: { address: '10.77.2.11' as IpAddress, port: 7 },
  hasEngineData: false,
};

const ipv4 = fc.integer({ min: 0, max: 0xffffffff }).map(ipv4FromNumber);
const ipv6 = fc.array(fc.integer({ min: 0, max: 0xffff }), { minLength: 8, maxLength: 8 }).map(ipv6FromWords);

/** Objects as literals make them. */
const PLAIN = { noNullPrototype: true } as const;

function entryWith(address: fc.Arbitrary<IpAddress>): fc.Arbitrary<SyncEntry> {
  const endpoint = fc.record({ address, port: fc.integer({ min: 0, max: 0xffff }) }, PLAIN);
  return fc.record(
    {
      protocol: fc.integer({ min: 0, max: 0xff }),
      flags: fc.integer({ min: 0, max: 0xffffffff }),
      state: fc.integer({ min: 0, max: 0xffff }),
      mark: fc.integer({ min: 0, max: 0xffffffff }),
      timeoutS: fc.integer({ min: 0, max: 0xffffffff }),
      client: endpoint,
      virtual: endpoint,
      server: endpoint,
      hasEngineData: fc.constant(false),
    },
    PLAIN,
  );
}

export const anyEntry: fc.Arbitrary<SyncEntry> = fc.oneof(entryWith(ipv4), entryWith(ipv6));
