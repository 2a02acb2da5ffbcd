import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Region, RegionAllocator, spanOf } from '../../src/dataplane/regions.ts';

test('the first gap that is long enough is taken', () => {
  const allocator = new RegionAllocator(20, [
    { base: 12, count: 3 },
    { base: 2, count: 4 },
  ]);
  assert.deepEqual(allocator.allocate(3), { base: 6, count: 3 });
  assert.deepEqual(allocator.allocate(3), { base: 9, count: 3 });
  assert.deepEqual(allocator.allocate(2), { base: 0, count: 2 });
  assert.deepEqual(allocator.allocate(5), { base: 15, count: 5 });
  assert.equal(allocator.allocate(1), undefined);
});

test('a run that no gap holds is refused, however much is free in all', () => {
  const allocator = new RegionAllocator(9, [{ base: 4, count: 1 }]);
  assert.equal(allocator.allocate(5), undefined);
  assert.deepEqual(allocator.allocate(4), { base: 0, count: 4 });
});

test('an empty run takes no place, and is there in a full table too', () => {
  const allocator = new RegionAllocator(3, [
    { base: 0, count: 3 },
    { base: 0, count: 0 },
  ]);
  assert.deepEqual(allocator.allocate(0), { base: 0, count: 0 });
  assert.equal(allocator.allocate(1), undefined);
});

const SIZE = 64;

/** Rows as they are in use: the model that the allocator is compared with. */
function rowsOf(regions: readonly Region[]): Set<number> {
  return new Set(regions.flatMap(({ base, count }) => Array.from({ length: count }, (_, row) => base + row)));
}

function firstFit(used: ReadonlySet<number>, count: number): number | undefined {
  for (let base = 0; base + count <= SIZE; base++) {
    if (Array.from({ length: count }, (_, row) => base + row).every((row) => !used.has(row))) return base;
  }
  return undefined;
}

/** Runs that do not overlap, in any order: gaps and counts in turn. */
const inUse = fc
  .array(fc.record({ gap: fc.nat(6), count: fc.nat(8) }), { maxLength: 8 })
  .map((pieces) => {
    let next = 0;
    return pieces.map(({ gap, count }) => {
      const region = { base: next + gap, count };
      next = region.base + count;
      return region;
    });
  })
  .filter((regions) => regions.every(({ base, count }) => base + count <= SIZE))
  .chain((regions) => fc.shuffledSubarray(regions, { minLength: regions.length }));

test('runs overlap nothing, are the lowest that fit, and are refused only when none fits', () => {
  fc.assert(
    fc.property(inUse, fc.array(fc.integer({ min: 1, max: 16 }), { maxLength: 20 }), (regions, wishes) => {
      const allocator = new RegionAllocator(SIZE, regions);
      const used = [...regions];
      for (const count of wishes) {
        const expected = firstFit(rowsOf(used), count);
        const region = allocator.allocate(count);
        assert.deepEqual(region, expected === undefined ? undefined : { base: expected, count });
        if (region !== undefined) used.push(region);
      }
      assert.equal(
        rowsOf(used).size,
        used.reduce((sum, { count }) => sum + count, 0),
      );
    }),
  );
});

test('a span begins with the lowest row and ends with the highest', () => {
  assert.deepEqual(spanOf([7, 3, 5]), { base: 3, count: 5 });
  assert.deepEqual(spanOf([0]), { base: 0, count: 1 });
  assert.deepEqual(spanOf([]), { base: 0, count: 0 });
});
