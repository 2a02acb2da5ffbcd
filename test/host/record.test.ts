import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import {
  type Change,
  deleteRecord,
  type HostRecord,
  mergeChanges,
  readRecord,
  writeRecord,
} from '../../src/host/record.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lvskit-host-'));
  file = join(folder, 'hosts/netns-1.json');
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function sysctl(key: string, before: string, value: string, follows = false): Change {
  return { task: { kind: 'sysctl', key, value }, before: { value: before, besides: {} }, follows };
}

const RECORD: Omit<HostRecord, 'format' | 'boot'> = {
  status: 'interrupted',
  confFile: 'vs-dr.conf',
  machine: 'realserver1',
  role: 'realserver',
  changes: [sysctl('a', '0', '1')],
};

test('a record is read as it was written, and no draft is left', () => {
  writeRecord(RECORD, file, 'this boot');
  assert.deepEqual(readRecord(file, 'this boot'), { format: 1, boot: 'this boot', ...RECORD });
  assert.deepEqual(readdirSync(join(folder, 'hosts')), ['netns-1.json']);
});

test("the draft of a writer that was killed is in nobody's way", () => {
  mkdirSync(join(folder, 'hosts'));
  writeFileSync(`${file}.draft`, '{"format":1,"bo');
  assert.equal(readRecord(file, 'this boot'), undefined);
  writeRecord(RECORD, file, 'this boot');
  assert.equal(readRecord(file, 'this boot')?.machine, 'realserver1');
});

test('a record of before the last boot counts for nothing', () => {
  writeRecord(RECORD, file, 'last boot');
  assert.equal(readRecord(file, 'this boot'), undefined);
});

test('a file that is no record, or of another version, is named', () => {
  mkdirSync(join(folder, 'hosts'));
  for (const text of ['{"format":2}', 'no JSON']) {
    writeFileSync(file, text);
    assert.throws(() => readRecord(file, 'this boot'), { code: 'HOST_RECORD_UNREADABLE', message: /netns-1\.json/ });
  }
});

test('the last record to go takes the folder and those of earlier boots with it', () => {
  writeRecord(RECORD, join(folder, 'hosts/netns-7.json'), 'last boot');
  writeRecord(RECORD, join(folder, 'hosts/netns-8.json'), 'this boot');
  writeRecord(RECORD, file, 'this boot');
  deleteRecord(file, 'this boot');
  assert.deepEqual(readdirSync(join(folder, 'hosts')), ['netns-8.json']);
  deleteRecord(join(folder, 'hosts/netns-8.json'), 'this boot');
  assert.deepEqual(readdirSync(folder), []);
});

test('of a change that follows an earlier one, what was before that one is kept', () => {
  const other = sysctl('b', '0', '1');
  const merged = mergeChanges([sysctl('a', '7', '1'), other, sysctl('a', '1', '0', true)]);
  assert.deepEqual(merged, [sysctl('a', '7', '0'), other]);
});

test("of a change after somebody else's, what that had made is kept", () => {
  const other = sysctl('b', '0', '1');
  const merged = mergeChanges([sysctl('a', '7', '1'), other, sysctl('a', '5', '1')]);
  assert.deepEqual(merged, [other, sysctl('a', '5', '1')]);
});

test('three changes in a row become one', () => {
  const changes = [sysctl('a', '7', '1'), sysctl('a', '1', '0', true), sysctl('a', '0', '2', true)];
  assert.deepEqual(mergeChanges(changes), [sysctl('a', '7', '2')]);
});
