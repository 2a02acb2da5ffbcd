// RPC messages in a stream: put together again whatever fragments the sender made and in whatever parts they come.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { RECORD_MARK_BYTES, RecordReader, writeRecordMark } from '../../src/measure/clients/nfs/record-marking.ts';

const MOST_BYTES = 200;

/** Fragments of a message, also empty ones, as RFC 5531 has them on the wire. */
function encode(fragments: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    fragments.flatMap((fragment, index) => {
      const mark = Buffer.alloc(4);
      mark.writeUInt32BE(fragment.length + (index === fragments.length - 1 ? 2 ** 31 : 0));
      return [mark, fragment];
    }),
  );
}

/** All messages of a stream that comes in parts, each up to one of the places in `cuts`. */
function readMessages(stream: Buffer, cuts: readonly number[]): Buffer[] {
  const reader = new RecordReader(MOST_BYTES);
  const messages: Buffer[] = [];
  const ends = [...cuts.map((cut) => cut % (stream.length + 1)), stream.length].toSorted((a, b) => a - b);
  let at = 0;
  for (const end of ends) {
    while (at < end) {
      at = reader.feed(stream, at, end);
      if (reader.message !== undefined) messages.push(Buffer.from(reader.message));
    }
  }
  return messages;
}

test('messages come out whole, however they are fragmented and cut', () => {
  const fragment = fc.uint8Array({ maxLength: 40 });
  const message = fc.array(fragment, { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 6 }), fc.array(fc.nat(), { maxLength: 12 }), (messages, cuts) => {
      const stream = Buffer.concat(messages.map(encode));
      assert.deepEqual(
        readMessages(stream, cuts),
        messages.map((fragments) => Buffer.concat(fragments)),
      );
    }),
  );
});

test('a mark that is written is read as one whole message', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: MOST_BYTES }), (message) => {
      const bytes = Buffer.concat([Buffer.alloc(RECORD_MARK_BYTES), message]);
      writeRecordMark(bytes, 0, message.length);
      assert.deepEqual(bytes, encode([message]));
      assert.deepEqual(readMessages(bytes, []), [Buffer.from(message)]);
    }),
  );
});

test('a message longer than any that was asked for is malformed at its mark, also as a sum of fragments', () => {
  const tooLong = /malformed reply: longer than what was asked for/;
  assert.throws(() => readMessages(encode([Buffer.alloc(MOST_BYTES + 1)]).subarray(0, 4), []), tooLong);
  assert.throws(() => readMessages(encode([Buffer.alloc(150), Buffer.alloc(51)]), []), tooLong);
  assert.throws(() => readMessages(Buffer.from([0x7f, 255, 255, 255]), []), tooLong);
});

test('a message that has not ended is none', () => {
  const stream = encode([Buffer.from('first'), Buffer.from('second')]);
  assert.deepEqual(readMessages(stream.subarray(0, -1), []), []);
});
