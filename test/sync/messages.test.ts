// Messages as bytes: those that Linux 6.1 sent and those that no director should, and that reading undoes writing.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatMessages } from '../../src/sync/format-messages.ts';
import { parseMessage } from '../../src/sync/parse-message.ts';
import { anyEntry, NAT_ENTRY } from './entries.ts';

function bytesOf(hex: string): Uint8Array {
  return Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
}

/** Of IPVS, Linux 6.1: `ipvsadm --start-daemon master --syncid 3`. */
const KERNEL_NAT = '0003002c 01010000 00060024 00000000 0001c640 00070007 00000000 00000384 0a4d0101 0a4d0164 0a4d020b';
const KERNEL_DR = '0003002c 01010000 00060024 00000083 0001c8be 00080008 00000000 00000384 0a4d0101 0a4d0164 0a4d010c';
/** A mark's template, of 300 s. */
const KERNEL_TEMPLATE =
  '0003002c 01010000 00000024 00001100 00000000 00000000 0000002a 0000012c 0a4d0101 0000002a 0a4d020b';

const SETTINGS = { syncId: 3, maxLengthBytes: 1472 };
/** Header, and IPv4 entry without options. */
const [HEADER_BYTES, ENTRY_BYTES] = [8, 36];

test("IPVS's messages are read", () => {
  assert.deepEqual(parseMessage(bytesOf(KERNEL_NAT)), { syncId: 3, entries: [NAT_ENTRY], skipped: 0 });
  const [direct] = parseMessage(bytesOf(KERNEL_DR))?.entries ?? [];
  assert.deepEqual([direct?.flags, direct?.server], [0x83, { address: '10.77.1.12', port: 8 }]);
  const [template] = parseMessage(bytesOf(KERNEL_TEMPLATE))?.entries ?? [];
  assert.deepEqual(
    [template?.protocol, template?.flags, template?.mark, template?.timeoutS, template?.virtual],
    [0, 0x1100, 42, 300, { address: '0.0.0.42', port: 0 }],
  );
});

test("a connection is written in IPVS's bytes", () => {
  assert.deepEqual([...formatMessages([NAT_ENTRY], SETTINGS)], [bytesOf(KERNEL_NAT)]);
});

test('messages hold as many entries as fit their length, and a single one however short they are to be', () => {
  const counts = (entries: number, maxLengthBytes: number) =>
    [...formatMessages(Array(entries).fill(NAT_ENTRY), { syncId: 0, maxLengthBytes })].map((message) => message[4]);
  assert.deepEqual(counts(0, 1472), []);
  assert.deepEqual(counts(41, 1472), [40, 1]);
  assert.deepEqual(counts(3, HEADER_BYTES + 2 * ENTRY_BYTES), [2, 1]);
  assert.deepEqual(counts(2, 1), [1, 1]);
  // The count is a byte.
  assert.deepEqual(counts(300, 65507), [255, 45]);
});

test('what is written is read back, whole and in order', () => {
  fc.assert(
    fc.property(
      fc.array(anyEntry, { maxLength: 90 }),
      fc.integer({ min: 0, max: 255 }),
      fc.integer({ min: 1, max: 2000 }),
      (entries, syncId, maxLengthBytes) => {
        const messages = [...formatMessages(entries, { syncId, maxLengthBytes })].map(parseMessage);
        assert.deepEqual(
          messages.flatMap((message) => message?.entries),
          entries,
        );
        for (const message of messages)
          assert.deepEqual([message?.syncId, message?.skipped, message?.fault], [syncId, 0, undefined]);
      },
    ),
  );
});

test('no bytes at all make the reader fail, and no message yields more entries than it says', () => {
  const mutated = fc
    .tuple(
      fc.array(anyEntry, { minLength: 1, maxLength: 5 }),
      fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 8 }),
    )
    .map(([entries, changes]) => {
      const [bytes = new Uint8Array()] = formatMessages(entries, SETTINGS);
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
      return bytes;
    });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated), (bytes) => {
      const message = parseMessage(bytes);
      assert.ok((message?.entries.length ?? 0) <= Math.max(bytes[0] ?? 0, bytes[4] ?? 0));
    }),
  );
});

test('what is too short, or of another length than it says, is no message', () => {
  assert.equal(parseMessage(new Uint8Array()), undefined);
  assert.equal(parseMessage(bytesOf('000300')), undefined);
  assert.equal(parseMessage(bytesOf(`${KERNEL_NAT}00`)), undefined);
  assert.equal(parseMessage(bytesOf(KERNEL_NAT).subarray(0, -1)), undefined);
});

/** KERNEL_NAT, its entry followed by options. */
function withOptions(options: string): Uint8Array {
  const bytes = bytesOf(KERNEL_NAT + options);
  const view = new DataView(bytes.buffer);
  view.setUint16(2, bytes.length);
  view.setUint16(10, ENTRY_BYTES + Buffer.from(options.replaceAll(' ', ''), 'hex').length);
  return bytes;
}

const SEQUENCE = `0118${'00'.repeat(24)}`;

test('options that are known are passed over; an unknown one is too, unless it must be understood', () => {
  assert.deepEqual(parseMessage(withOptions(SEQUENCE))?.entries, [NAT_ENTRY]);
  assert.deepEqual(parseMessage(withOptions('0202abcd 0303736970'))?.entries, [{ ...NAT_ENTRY, hasEngineData: true }]);
  assert.deepEqual(parseMessage(withOptions('4701aa'))?.entries, [NAT_ENTRY]);
  assert.deepEqual(parseMessage(withOptions('0701aa')), { syncId: 3, entries: [], skipped: 1 });
});

for (const [what, options, fault] of [
  ['has no length', '01', 'an option has no length'],
  ['is empty', '0100', 'an option is longer than its entry'],
  ['goes past its entry', '0103aaaa', 'an option is longer than its entry'],
  ['is there twice', SEQUENCE + SEQUENCE, 'an option is there twice'],
  ['has another length than it must', '0101aa', 'the sequence option has a wrong length'],
  ['names an engine at too great length', `0311${'61'.repeat(17)}`, "an engine's name is too long"],
] as const) {
  test(`an option that ${what} ends the reading`, () => {
    assert.deepEqual(parseMessage(withOptions(options)), { syncId: 3, entries: [], skipped: 0, fault });
  });
}

test('an entry of an unknown type or version ends the reading; those before it count', () => {
  const two = () => [...formatMessages([NAT_ENTRY, NAT_ENTRY], SETTINGS)][0] ?? new Uint8Array();
  const second = HEADER_BYTES + ENTRY_BYTES;
  const cases: readonly [number, number, string][] = [
    [second, 2, 'an entry is of type 2'],
    [second, 1, 'an entry is shorter than its addresses'],
    [second + 2, 0x10, 'an entry is of version 1'],
    [second + 3, 35, 'an entry is shorter than its addresses'],
    [second + 3, 37, 'an entry is longer than the message'],
    [4, 3, 'it ends within an entry'],
  ];
  for (const [at, value, fault] of cases) {
    const bytes = two();
    bytes[at] = value;
    const message = parseMessage(bytes);
    assert.equal(message?.fault, fault);
    assert.deepEqual(message?.entries, at === 4 ? [NAT_ENTRY, NAT_ENTRY] : [NAT_ENTRY]);
  }
});

test('messages of version 0 are read', () => {
  const entry = '0006 c640 0007 0007 0a4d0101 0a4d0164 0a4d020b';
  const message = bytesOf(`0203004c ${entry} 0200 0001 ${'00'.repeat(24)} ${entry} 0000 0004`);
  const plain = { ...NAT_ENTRY, timeoutS: 0 };
  const entries = [
    { ...plain, flags: 0x200 },
    { ...plain, state: 4 },
  ];
  assert.deepEqual(parseMessage(message), { syncId: 3, entries, skipped: 0 });
  const cut = message.slice(0, -1);
  cut[3] = cut.length;
  assert.deepEqual(parseMessage(cut), {
    syncId: 3,
    entries: entries.slice(0, 1),
    skipped: 0,
    fault: 'it ends within an entry',
  });
});
