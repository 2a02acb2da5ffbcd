import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildWrrTable, requiredWeightAt, rowOfPass, wrrTableLength } from '../../../src/director/schedulers/wrr.ts';
import { KernelWrr } from './kernel-turns.ts';

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** Small weights meet often and share divisors; large ones are as ipvsadm takes them. */
const weights = fc.oneof(
  fc.array(fc.nat(6), { maxLength: 8 }),
  fc
    .tuple(fc.integer({ min: 1, max: 5000 }), fc.array(fc.nat(4), { maxLength: 6 }))
    .map(([unit, list]) => list.map((weight) => weight * unit)),
);

test('weights of 4, 3 and 2 give the sequence that the documents of LVS give', () => {
  assert.deepEqual(buildWrrTable([4, 3, 2]), [0, 0, 1, 0, 1, 2, 0, 1, 2]);
});

test('the table is the cycle through which ip_vs_wrr.c goes, three times over', () => {
  fc.assert(
    fc.property(weights, (list) => {
      const table = buildWrrTable(list);
      const kernel = new KernelWrr();
      for (const [id, weight] of [...list.entries()].toReversed()) kernel.add(id, weight);
      if (table.length === 0) assert.equal(kernel.schedule(), undefined);
      const handedOut = Array.from({ length: 3 * table.length }, () => kernel.schedule());
      const cycles = [...table, ...table, ...table, ...table];
      const starts = [...table.keys()];
      assert.ok(
        table.length === 0 || starts.some((at) => handedOut.every((server, turn) => server === cycles[at + turn])),
      );
    }),
  );
});

test('a cycle has each server as often as its weight says, in lowest terms', () => {
  fc.assert(
    fc.property(weights, (list) => {
      const divisor = list.reduce(gcd, 0) || 1;
      const table = buildWrrTable(list);
      for (const [server, weight] of list.entries()) {
        assert.equal(table.filter((row) => row === server).length, weight / divisor);
      }
    }),
  );
});

test("a table's length is known without building it", () => {
  fc.assert(fc.property(weights, (list) => assert.equal(wrrTableLength(list), buildWrrTable(list).length)));
  assert.equal(wrrTableLength([60000, 59999]), 119999);
});

test('every row is in one pass, which begins at or before it', () => {
  fc.assert(
    fc.property(
      weights.filter((list) => list.some((weight) => weight > 0)),
      fc.nat(),
      (list, at) => {
        const table = buildWrrTable(list);
        const row = at % table.length;
        const required = requiredWeightAt(list, row);
        const first = rowOfPass(list, required);
        const pass = table.slice(first, first + list.filter((weight) => weight >= required).length);
        assert.deepEqual(
          pass,
          [...list.keys()].filter((server) => (list[server] ?? 0) >= required),
        );
        assert.ok(first <= row && row < first + pass.length);
      },
    ),
  );
});

test('no servers, or none with a weight, make an empty table', () => {
  for (const list of [[], [0], [0, 0, 0]]) {
    assert.deepEqual(buildWrrTable(list), []);
    assert.equal(wrrTableLength(list), 0);
  }
});
