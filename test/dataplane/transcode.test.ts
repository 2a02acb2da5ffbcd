import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Layout } from '../../src/dataplane/layout.ts';
import { applyMoves, planMoves, UnlikeFieldError } from '../../src/dataplane/transcode.ts';

const OLDER = {
  size: 16,
  fields: {
    gone: { offset: 0, scalar: 'u32' },
    number: { offset: 4, scalar: 'u32' },
    words: { offset: 8, scalar: 'be16', count: 2 },
    inner: { offset: 12, struct: { size: 4, fields: { low: { offset: 0, scalar: 'u8' } } } },
  },
} as const satisfies Layout;

const NEWER = {
  size: 24,
  fields: {
    words: { offset: 0, scalar: 'be16', count: 3 },
    inner: { offset: 8, struct: { size: 4, fields: { low: { offset: 3, scalar: 'u8' } } } },
    number: { offset: 12, scalar: 'u64' },
    added: { offset: 20, scalar: 'u32' },
  },
} as const satisfies Layout;

function transcode(from: Layout, to: Layout, bytes: readonly number[]): readonly number[] {
  const target = new Uint8Array(to.size);
  applyMoves(planMoves(from, to), Uint8Array.from(bytes), target);
  return [...target];
}

test('fields keep their values under their names, wherever they stand', () => {
  const bytes = [9, 9, 9, 9, 1, 2, 3, 4, 5, 6, 7, 8, 10, 9, 9, 9];
  const expected = [5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 10, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0];
  assert.deepEqual(transcode(OLDER, NEWER, bytes), expected);
});

test('a layout that has not changed is one move', () => {
  assert.deepEqual(planMoves(NEWER.fields.inner.struct, NEWER.fields.inner.struct), [{ from: 3, to: 3, length: 1 }]);
  const plain = { size: 8, fields: { a: { offset: 0, scalar: 'u32' }, b: { offset: 4, scalar: 'u32' } } } as const;
  assert.deepEqual(planMoves(plain, plain), [{ from: 0, to: 0, length: 8 }]);
});

test('a field whose content is of another kind is refused', () => {
  const of = (scalar: 'u16' | 'u32' | 'be16' | 'be32'): Layout => ({
    size: 4,
    fields: { port: { offset: 0, scalar } },
  });
  for (const [from, to] of [
    ['be16', 'u16'],
    ['u32', 'u16'],
    ['be16', 'be32'],
  ] as const) {
    assert.throws(() => planMoves(of(from), of(to)), UnlikeFieldError, `${from} to ${to}`);
  }
});
