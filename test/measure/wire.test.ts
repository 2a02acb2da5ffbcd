import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  decodeNumber,
  decodeTime,
  decodeWindow,
  encodeNumber,
  encodeTime,
  encodeWindow,
  QUIT,
  readControl,
  SYNC,
  WINDOW,
  WINDOW_MODES,
} from '../../src/measure/netpipe/wire.ts';

/** Reads from `stream` as many bytes as the state machine asks for, until it knows. */
function readFrom(stream: Uint8Array): { kind: string; read: number } {
  let read = 0;
  for (;;) {
    const state = readControl(stream.subarray(0, read));
    if (state.kind !== 'more') return { kind: state.kind, read };
    read += state.bytes;
    assert.ok(read <= stream.length, 'asked for bytes that never come');
  }
}

test('a SYNC is read to its end and no further', () => {
  assert.deepEqual(readFrom(Buffer.concat([SYNC, Buffer.from('aaaa')])), { kind: 'sync', read: 6 });
});

test('a QUIT is recognised where a SYNC was due, although it is a byte shorter', () => {
  assert.deepEqual(readFrom(QUIT), { kind: 'quit', read: 5 });
});

test('anything else is a mismatch', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 6, maxLength: 6 }), (bytes) => {
      fc.pre(
        ![SYNC, WINDOW].some((element) => Buffer.from(bytes).equals(element)) &&
          !Buffer.from(bytes.subarray(0, 5)).equals(QUIT),
      );
      assert.equal(readFrom(bytes).kind, 'mismatch');
    }),
  );
});

test('an element that arrives in pieces is asked for until it is complete', () => {
  for (const element of [SYNC, QUIT]) {
    for (let length = 0; length < element.length; length++) {
      const state = readControl(element.subarray(0, length));
      assert.equal(state.kind, 'more');
    }
  }
});

test('REP is 32 bits in network byte order', () => {
  assert.deepEqual([...encodeNumber(0x01020304)], [1, 2, 3, 4]);
  fc.assert(fc.property(fc.integer({ min: 0, max: 0xffffffff }), (n) => decodeNumber(encodeNumber(n)) === n));
});

test('a window is announced with its mode and block size, and nothing that none can have is taken for one', () => {
  assert.deepEqual(readFrom(WINDOW), { kind: 'window', read: 6 });
  for (const mode of WINDOW_MODES) {
    assert.deepEqual(decodeWindow(encodeWindow({ mode, sizeBytes: 65_536 })), { mode, sizeBytes: 65_536 });
  }
  assert.equal(decodeWindow(Uint8Array.of(0, 0, 0, 2, 0, 0, 0, 64)), undefined);
  assert.equal(decodeWindow(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0)), undefined);
  assert.equal(decodeWindow(Uint8Array.of(0, 0, 0, 0, 0xff, 0, 0, 0)), undefined);
});

test('TIME counts in 10 ns: 72.00 µs is 00 00 1c 20 on the wire', () => {
  assert.deepEqual([...encodeTime(72e-6)], [0, 0, 0x1c, 0x20]);
  assert.equal(decodeTime(Uint8Array.of(0, 0, 0x1c, 0x20)), 72e-6);
});

test('a TIME that does not fit is the longest one', () => {
  assert.equal(decodeTime(encodeTime(60)), 42.94967295);
});
