// Between what the data plane knows of a connection and what messages say of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SharedConnection } from '../../src/dataplane/mod.ts';
import type { IpAddress } from '../../src/model/mod.ts';
import { takeIn } from '../../src/sync/backup.ts';
import { formatMessages } from '../../src/sync/format-messages.ts';
import { connectionOf, entryOf } from '../../src/sync/translate.ts';
import { NAT_ENTRY } from './entries.ts';

const CONNECTION: SharedConnection = {
  protocol: 6,
  isTemplate: false,
  isInactive: false,
  method: 'nat',
  state: 1,
  timeoutS: 900,
  mark: 0,
  client: NAT_ENTRY.client,
  virtual: NAT_ENTRY.virtual,
  server: NAT_ENTRY.server,
};

test('flags are those that IPVS gives such connections', () => {
  const flagsOf = (change: Partial<SharedConnection>) => entryOf({ ...CONNECTION, ...change })?.flags;
  assert.equal(flagsOf({}), 0);
  assert.equal(flagsOf({ method: 'dr' }), 0x83);
  assert.equal(flagsOf({ method: 'tun' }), 0x82);
  assert.equal(flagsOf({ method: 'local' }), 0x81);
  assert.equal(flagsOf({ isInactive: true, state: 4 }), 0x100);
  assert.equal(flagsOf({ isTemplate: true }), 0x1100);
});

test('what is told of a connection is what is heard', () => {
  for (const change of [
    {},
    { method: 'dr', isInactive: true, protocol: 17, state: 0 },
    { method: 'tun', mark: 7, timeoutS: 0 },
    { isTemplate: true, state: 1 },
  ] satisfies Partial<SharedConnection>[]) {
    const connection = { ...CONNECTION, ...change };
    const entry = entryOf(connection);
    assert.deepEqual(entry && connectionOf(entry), connection);
  }
});

test('a connection between address families is not told of', () => {
  const server = { address: 'fd00::1' as IpAddress, port: 80 };
  assert.equal(entryOf({ ...CONNECTION, method: 'tun', server }), undefined);
});

test('what this data plane has no place for is passed over', () => {
  assert.equal(connectionOf({ ...NAT_ENTRY, flags: 4 }), undefined);
  assert.equal(connectionOf({ ...NAT_ENTRY, flags: 0x800 }), undefined);
  assert.equal(connectionOf({ ...NAT_ENTRY, flags: 0x1100, hasEngineData: true }), undefined);
  // Of a connection the data is of no account; a template without it is found by its address.
  assert.notEqual(connectionOf({ ...NAT_ENTRY, hasEngineData: true }), undefined);
  assert.notEqual(connectionOf({ ...NAT_ENTRY, flags: 0x1900 }), undefined);
});

const [MESSAGE = new Uint8Array()] = formatMessages([NAT_ENTRY], { syncId: 5, maxLengthBytes: 1472 });

function hear(message: Uint8Array, syncId: number, maxLengthBytes = 1472) {
  const heard: SharedConnection[] = [];
  const fault = takeIn(message, { syncId, maxLengthBytes }, (connections) => {
    heard.push(...connections);
    return connections.map(() => 'new');
  });
  return { heard, fault };
}

test('a backup takes in what has its sync id, and with 0 what has any', () => {
  assert.deepEqual(hear(MESSAGE, 5), { heard: [CONNECTION], fault: undefined });
  assert.deepEqual(hear(MESSAGE, 0), { heard: [CONNECTION], fault: undefined });
  assert.deepEqual(hear(MESSAGE, 6), { heard: [], fault: undefined });
});

test('a backup says what is wrong with what it hears', () => {
  assert.deepEqual(hear(MESSAGE.subarray(1), 5), { heard: [], fault: 'a datagram is no message' });
  assert.deepEqual(hear(MESSAGE, 5, MESSAGE.length - 1), {
    heard: [],
    fault: 'a message has 44 bytes, more than --sync-maxlen',
  });
  const broken = MESSAGE.slice();
  broken[4] = 2;
  assert.deepEqual(hear(broken, 5), {
    heard: [CONNECTION],
    fault: 'the rest of a message was dropped: it ends within an entry',
  });
  assert.equal(
    takeIn(MESSAGE, { syncId: 5, maxLengthBytes: 1472 }, () => ['no room']),
    'a connection was not taken in: the table is full',
  );
});
