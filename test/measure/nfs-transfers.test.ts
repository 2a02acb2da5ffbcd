// What decides how a file goes over the wire: its parts, how many of them at once, and what a reply's head says.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CongestionWindow } from '../../src/measure/clients/nfs/congestion-window.ts';
import { defaultWindow } from '../../src/measure/clients/nfs/default-window.ts';
import { describeLostReplies, goesInFragments } from '../../src/measure/clients/nfs/fragments.ts';
import { Parts } from '../../src/measure/clients/nfs/parts.ts';
import { encodeCallHead, readReplyHead, readXid } from '../../src/measure/clients/nfs/rpc-message.ts';
import { XdrReader, XdrWriter } from '../../src/measure/clients/nfs/xdr.ts';

const PROGRAM = { name: 'nfs', number: 100_003, version: 3 };

test('parts cover a file once and in order, whatever its size', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10_000 }), fc.integer({ min: 1, max: 3000 }), (size, partBytes) => {
      const parts = new Parts(size, partBytes);
      let offset = 0;
      for (let part = parts.take(0); part !== undefined; part = parts.take(0)) {
        assert.equal(part.offset, offset);
        assert.ok(part.lengthBytes >= 1 && part.lengthBytes <= partBytes);
        offset += part.lengthBytes;
        parts.finish(0, part.lengthBytes);
      }
      assert.equal(offset, size);
    }),
  );
});

test('what a server leaves of a part is asked for again until every byte has come once', () => {
  const steps = fc.array(fc.record({ slot: fc.nat(3), bytes: fc.integer({ min: 1, max: 100 }) }), { maxLength: 400 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 900 }), steps, (size, answers) => {
      const parts = new Parts(size, 64);
      const came = new Uint8Array(size);
      const waiting = new Map<number, number>();
      const answer = (slot: number, most: number) => {
        const asked = waiting.get(slot) ?? parts.take(slot)?.lengthBytes;
        if (asked === undefined) return false;
        waiting.delete(slot);
        const count = Math.min(most, asked);
        const { offset } = parts.finish(slot, count);
        for (let at = offset; at < offset + count; at++) came[at] = (came[at] ?? 0) + 1;
        return true;
      };
      for (const { slot, bytes } of answers) answer(slot, bytes);
      while (answer(0, 100));
      assert.ok(came.every((times) => times === 1));
    }),
  );
});

test('the window over UDP begins with one, grows by at most one for each window that is answered, and halves', () => {
  const window = new CongestionWindow(16);
  const sizes = Array.from({ length: 30 }, () => {
    const size = window.requests;
    for (let answers = size; answers > 0; answers--) window.answered(size);
    return size;
  });
  assert.equal(sizes[0], 1);
  for (const [round, size] of sizes.slice(1).entries())
    assert.ok([0, 1].includes(size - (sizes[round] ?? 0)), `${sizes}`);
  assert.equal(window.requests, 16);
  window.timedOut();
  assert.equal(window.requests, 8);
  for (let times = 0; times < 10; times++) window.timedOut();
  assert.equal(window.requests, 1);
});

test('the window does not grow while fewer are on their way', () => {
  const window = new CongestionWindow(16);
  for (let answers = 0; answers < 100; answers++) window.answered(1);
  assert.equal(window.requests, 2);
});

test('without being told, writes over UDP are as many as a socket of 208 kB holds, all else 16', () => {
  const of = (transport: 'udp' | 'tcp', isWriting: boolean, writeBytes: number) =>
    defaultWindow({ transport, isWriting, writeBytes });
  assert.deepEqual([of('udp', false, 32_768), of('tcp', true, 32_768), of('udp', true, 1024)], [16, 16, 16]);
  assert.deepEqual([of('udp', true, 8192), of('udp', true, 32_768)], [6, 2]);
});

test('a call has its number, program, procedure and credentials where RFC 5531 puts them', () => {
  const head = Buffer.from(encodeCallHead(PROGRAM, 6));
  const words = Array.from({ length: 7 }, (_, word) => head.readUInt32BE(4 * word));
  assert.deepEqual(words, [0, 0, 2, 100_003, 3, 6, 1]); // xid, CALL, RPC 2, program, version, procedure, AUTH_SYS
  const credentials = 32 + head.readUInt32BE(28);
  assert.deepEqual([...head.subarray(credentials)], [0, 0, 0, 0, 0, 0, 0, 0]); // AUTH_NONE
});

function reply(...words: readonly number[]): XdrReader {
  const bytes = new Uint8Array(words.length * 4);
  const writer = new XdrWriter(bytes);
  for (const word of words) writer.uint32(word);
  return new XdrReader(bytes);
}

test('a reply is told from other messages by its second word', () => {
  assert.equal(readXid(reply(0xffffffff, 1)), 0xffffffff);
  assert.equal(readXid(reply(7, 0)), undefined);
  assert.equal(readXid(reply(7)), undefined);
});

for (const [words, cause] of [
  [[0, 0, 0, 1], 'nfs: PROG_UNAVAIL: the server has no such program'],
  [[0, 0, 0, 2, 4, 4], 'nfs: PROG_MISMATCH: the server has other versions of the program (4 to 4)'],
  [[0, 0, 0, 3], 'nfs: PROC_UNAVAIL: the server lacks the procedure'],
  [[0, 0, 0, 4], 'nfs: GARBAGE_ARGS: the server cannot read the arguments'],
  [[0, 0, 0, 5], 'nfs: SYSTEM_ERR: the server has failed in itself'],
  [[0, 0, 0, 6], 'malformed reply: 6 is no status of RPC'],
  [[1, 0, 2, 2], 'nfs: RPC_MISMATCH: the server lacks RPC 2'],
  [[1, 1, 5], 'nfs: AUTH_TOOWEAK: the server wants a stronger authentication, or a port below 1024'],
  [[1, 1, 14], 'nfs: the server rejects us (auth_stat 14)'],
  [[0, 0, 401], 'malformed reply: 401 bytes where at most 400 may be'],
  [[0], 'malformed reply: it is cut short'],
] as const) {
  test(`a reply of ${words} is '${cause}'`, () => {
    assert.throws(() => readReplyHead(reply(...words), PROGRAM), { message: cause });
  });
}

test('a reply that was accepted is read up to its results, whatever verifier it has', () => {
  const reader = reply(0, 0, 4, 0x01020304, 0, 42);
  readReplyHead(reader, PROGRAM);
  assert.equal(reader.uint32(), 42);
});

test('datagrams go in fragments from where their heads push them over the MTU', () => {
  assert.deepEqual(
    [goesInFragments(1024, 1500), goesInFragments(1400, 1500), goesInFragments(8192, 9000)],
    [false, true, false],
  );
});

test('what the kernel counted tells which fragments were lost', () => {
  const before = { came: 10, whole: 5 };
  assert.match(describeLostReplies(before, before), /none comes here/);
  assert.match(describeLostReplies(before, { came: 20, whole: 5 }), /make no whole datagram/);
  assert.match(describeLostReplies(before, { came: 20, whole: 6 }), /some datagrams come whole/);
});
