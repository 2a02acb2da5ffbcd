import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lvsDirection, lvsFlow } from '../../src/dataplane/abi.ts';
import type { BpfMap } from '../../src/dataplane/bpf-map.ts';
import { readHeldCounts } from '../../src/dataplane/held-counts.ts';
import type { Layout } from '../../src/dataplane/layout.ts';

interface Held {
  readonly packets: number;
  readonly bytes: number;
  readonly direction: number;
  readonly server: number;
  readonly service: number;
}

function flowBytes({ packets, bytes, direction, server, service }: Held): Uint8Array {
  const { fields, size } = lvsFlow;
  // Behind something else, as the rows of a batch are.
  const row = Buffer.alloc(size + 8).subarray(8);
  row.writeBigUInt64LE((BigInt(packets) << 40n) + BigInt(bytes), fields.pending.offset);
  row.writeUInt8(direction, fields.direction.offset);
  row.writeUInt32LE(server, fields.server.offset);
  row.writeUInt32LE(service, fields.service.offset);
  return row;
}

function heldOf(flows: readonly Held[]) {
  const map = { rawValues: () => flows.map(flowBytes).values() };
  return readHeldCounts(map as unknown as BpfMap<Layout, Layout>);
}

test('what a flow holds counts for its server and its service, in its direction', () => {
  const { servers, services } = heldOf([
    { packets: 3, bytes: 120, direction: lvsDirection.LVS_TO_SERVER, server: 7, service: 2 },
    { packets: 2, bytes: 3000, direction: lvsDirection.LVS_TO_CLIENT, server: 7, service: 2 },
    { packets: 1, bytes: 40, direction: lvsDirection.LVS_TO_SERVER, server: 8, service: 2 },
    { packets: 0, bytes: 0, direction: lvsDirection.LVS_TO_SERVER, server: 9, service: 3 },
  ]);
  assert.deepEqual(
    [...servers],
    [
      [7, [0, 3, 2, 120, 3000]],
      [8, [0, 1, 0, 40, 0]],
    ],
  );
  assert.deepEqual([...services], [[2, [0, 4, 2, 160, 3000]]]);
});

test('packets and bytes come apart exactly, up to all that the field holds', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 24 - 1), fc.maxSafeNat(), (packets, anyBytes) => {
      const bytes = anyBytes % 2 ** 40;
      fc.pre(packets + bytes > 0);
      const { servers } = heldOf([{ packets, bytes, direction: lvsDirection.LVS_TO_SERVER, server: 0, service: 0 }]);
      assert.deepEqual(servers.get(0), [0, packets, 0, bytes, 0]);
    }),
  );
});
