// What is known of files: attributes as they come over the wire, and files that are kept by them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FileCache } from '../../src/measure/clients/nfs/file-cache.ts';
import { readAttributes, skipOptionalAttributes } from '../../src/measure/clients/nfs/nfs-results.ts';
import { XdrReader, XdrWriter } from '../../src/measure/clients/nfs/xdr.ts';

const ATTRIBUTES_BYTES = 84;

/** fattr3 of RFC 1813, section 2.5.5, field by field. */
function attributes({ type = 1, sizeBytes = 0, device = [0, 0], modified = 0, changed = 0 } = {}): Uint8Array {
  const bytes = new Uint8Array(ATTRIBUTES_BYTES);
  const writer = new XdrWriter(bytes);
  for (const word of [type, 0o644, 1, 65_534, 65_534]) writer.uint32(word);
  writer.uint64(sizeBytes);
  writer.uint64(4096); // used
  for (const word of device) writer.uint32(word);
  writer.uint64(7); // fsid
  writer.uint64(8); // fileid
  for (const seconds of [1, modified, changed]) {
    writer.uint32(seconds);
    writer.uint32(0);
  }
  assert.equal(writer.lengthBytes, ATTRIBUTES_BYTES);
  return bytes;
}

const read = (bytes: Uint8Array) => readAttributes(new XdrReader(bytes));

test('a device is told from a file, with its number', () => {
  const { type, major, minor } = read(attributes({ type: 4, device: [1, 3] }));
  assert.deepEqual([type, major, minor], ['character device', 1, 3]);
  assert.deepEqual(read(attributes({ sizeBytes: 2 ** 33 })).sizeBytes, 2 ** 33);
  assert.equal(read(attributes({ type: 7 })).type, 'fifo');
  assert.throws(() => read(attributes({ type: 8 })), /malformed reply: no file has type 8/);
});

test('attributes that nobody asks for are passed over whole', () => {
  const bytes = Buffer.concat([Uint8Array.of(0, 0, 0, 1), attributes(), Uint8Array.of(0, 0, 0, 9)]);
  const reader = new XdrReader(bytes);
  skipOptionalAttributes(reader);
  assert.equal(reader.uint32(), 9);
});

test('a change of size or of either time makes other attributes', () => {
  const original = read(attributes({ modified: 5, changed: 5 }));
  assert.equal(read(attributes({ modified: 5, changed: 5 })).changed, original.changed);
  assert.notEqual(read(attributes({ modified: 6, changed: 5 })).changed, original.changed);
  assert.notEqual(read(attributes({ modified: 5, changed: 6 })).changed, original.changed);
});

const found = (attribute: Parameters<typeof attributes>[0] = {}, handle = 1) => ({
  ...read(attributes(attribute)),
  handle: Uint8Array.of(handle),
});

/** What the cache gives out of a file; undefined when it does not have it. */
function givenOut(cache: FileCache, file: ReturnType<typeof found>): string | undefined {
  const bytes = Buffer.alloc(file.sizeBytes);
  return cache.giveOut(file, (offset, part) => bytes.set(part, offset)) ? bytes.toString() : undefined;
}

test('a file that was read whole is given out again until its attributes change', () => {
  const cache = new FileCache();
  const file = found({ sizeBytes: 5, changed: 1 });
  assert.equal(givenOut(cache, file), undefined);
  const seen: string[] = [];
  const filling = cache.fill(file, (_, part) => seen.push(Buffer.from(part).toString()));
  // Parts come in any order.
  filling.take(3, Buffer.from('lo'));
  filling.take(0, Buffer.from('hel'));
  assert.equal(givenOut(cache, file), undefined, 'before it is whole');
  filling.keep();
  assert.deepEqual(seen, ['lo', 'hel']);
  assert.equal(givenOut(cache, file), 'hello');
  assert.equal(givenOut(cache, found({ sizeBytes: 5, changed: 2 })), undefined);
  assert.equal(givenOut(cache, found({ sizeBytes: 6, changed: 1 })), undefined);
  assert.equal(givenOut(cache, found({ sizeBytes: 5, changed: 1 }, 2)), undefined);
});
