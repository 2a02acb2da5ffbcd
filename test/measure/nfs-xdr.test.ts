// XDR: what is written is what RFC 4506 says, what was written is read back, and what is cut short or made up is
// refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { XdrReader, XdrWriter } from '../../src/measure/clients/nfs/xdr.ts';

interface ItemOf<Kind, Value> {
  readonly kind: Kind;
  readonly value: Value;
}
type Item =
  | ItemOf<'uint32', number>
  | ItemOf<'uint64', number>
  | ItemOf<'bool', boolean>
  | ItemOf<'opaque', Uint8Array>
  | ItemOf<'fixed', Uint8Array>;

const item: fc.Arbitrary<Item> = fc.oneof(
  fc.record({ kind: fc.constant('uint32' as const), value: fc.integer({ min: 0, max: 2 ** 32 - 1 }) }),
  fc.record({ kind: fc.constant('uint64' as const), value: fc.maxSafeNat() }),
  fc.record({ kind: fc.constant('bool' as const), value: fc.boolean() }),
  fc.record({ kind: fc.constant('opaque' as const), value: fc.uint8Array({ maxLength: 70 }) }),
  fc.record({ kind: fc.constant('fixed' as const), value: fc.uint8Array({ maxLength: 70 }) }),
);

function write(items: readonly Item[]): Uint8Array {
  const bytes = new Uint8Array(8192).fill(0xee);
  const writer = new XdrWriter(bytes);
  for (const each of items) {
    if (each.kind === 'bool') writer.bool(each.value);
    else if (each.kind === 'uint32') writer.uint32(each.value);
    else if (each.kind === 'uint64') writer.uint64(each.value);
    else if (each.kind === 'opaque') writer.opaque(each.value);
    else writer.fixedOpaque(each.value);
  }
  return bytes.subarray(0, writer.lengthBytes);
}

/** The same by Node's own means. */
function expectedBytes(items: readonly Item[]): Buffer {
  const parts = items.map((each) => {
    if (each.kind === 'uint64') {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(BigInt(each.value));
      return bytes;
    }
    if (each.kind === 'opaque' || each.kind === 'fixed') {
      const length = Buffer.alloc(each.kind === 'opaque' ? 4 : 0);
      if (each.kind === 'opaque') length.writeUInt32BE(each.value.length);
      return Buffer.concat([length, each.value, Buffer.alloc((4 - (each.value.length % 4)) % 4)]);
    }
    const word = Buffer.alloc(4);
    word.writeUInt32BE(Number(each.value));
    return word;
  });
  return Buffer.concat(parts);
}

function readItem(reader: XdrReader, { kind, value }: Item): unknown {
  if (kind === 'bool') return reader.bool();
  if (kind === 'opaque') return [...reader.opaque(70)];
  if (kind === 'fixed') return [...reader.fixedOpaque(value.length)];
  return reader[kind]();
}

test('items are written as big-endian words, opaque data filled up with zeros, and are read back', () => {
  fc.assert(
    fc.property(fc.array(item, { maxLength: 20 }), (items) => {
      const bytes = write(items);
      assert.deepEqual(Buffer.from(bytes), expectedBytes(items));
      const reader = new XdrReader(bytes);
      for (const each of items) {
        const value = each.value instanceof Uint8Array ? [...each.value] : each.value;
        assert.deepEqual(readItem(reader, each), value);
      }
      assert.equal(reader.leftBytes, 0);
    }),
  );
});

test('items that are cut short anywhere are malformed, and nothing behind the end is read', () => {
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 8 }), fc.nat(), (items, cut) => {
      const bytes = write(items);
      fc.pre(bytes.length > 0);
      const reader = new XdrReader(bytes.subarray(0, cut % bytes.length));
      assert.throws(() => items.map((each) => readItem(reader, each)), /^TransferFailure: malformed reply: /);
    }),
  );
});

test('any bytes are read or refused, never more of them than there are', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.array(item, { maxLength: 10 }), (bytes, items) => {
      const reader = new XdrReader(bytes);
      try {
        for (const each of items) readItem(reader, each);
      } catch (error) {
        assert.match(String(error), /malformed reply/);
      }
      assert.ok(reader.leftBytes >= 0);
    }),
  );
});

for (const [what, bytes, read, problem] of [
  ['a boolean of 2', [0, 0, 0, 2], (reader: XdrReader) => reader.bool(), '2 where a boolean has to be'],
  ['filling of ones', [0, 0, 0, 1, 65, 1, 1, 1], (reader: XdrReader) => reader.opaque(8), 'not filled up with zeros'],
  ['a length above the limit', [0, 0, 0, 9], (reader: XdrReader) => reader.opaque(8), '9 bytes where at most 8 may be'],
  ['2^53', [0, 32, 0, 0, 0, 0, 0, 0], (reader: XdrReader) => reader.uint64(), 'a number beyond 2^53'],
] as const) {
  test(`${what} is malformed`, () => {
    assert.throws(() => read(new XdrReader(Uint8Array.from(bytes))), new RegExp(problem.replace('^', '\\^')));
  });
}

test('what does not fit into the memory is not written behind it', () => {
  const writer = new XdrWriter(new Uint8Array(6));
  writer.uint32(1);
  assert.throws(() => writer.uint32(2), RangeError);
});
