// dh, sh and mh: which rows a server has.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildScheduleTable, type ScheduledServer, scheduleTableLength } from '../../../src/director/schedulers/mod.ts';
import { parseIpAddress } from '../../../src/model/mod.ts';

function server(text: string, weight: number, lastWeight?: number): ScheduledServer {
  const address = parseIpAddress(text);
  assert.ok(address);
  return { address, port: 80, weight, ...(lastWeight !== undefined && { lastWeight }) };
}

function servers(...weights: number[]): ScheduledServer[] {
  return weights.map((weight, place) => server(`10.1.${place >> 8}.${place & 255}`, weight));
}

function rowsOf(table: readonly number[], index: number): number[] {
  return [...table.keys()].filter((row) => table[row] === index);
}

const hashed = ['dh', 'sh', 'mh'] as const;

test('dh deals its 256 buckets out in turn, whatever the weights', () => {
  const table = buildScheduleTable('dh', servers(5, 0, 1), 'inet');
  assert.equal(table.length, 256);
  assert.deepEqual(table.slice(0, 7), [0, 1, 2, 0, 1, 2, 0]);
});

test('sh deals its 256 buckets out in runs as long as the weight, and one to a server without', () => {
  const table = buildScheduleTable('sh', servers(3, 0, 2), 'inet');
  assert.equal(table.length, 256);
  assert.deepEqual(table.slice(0, 8), [0, 0, 0, 1, 2, 2, 0, 0]);
  assert.deepEqual(buildScheduleTable('sh', servers(70000, 1), 'inet'), new Array(256).fill(0));
});

test('mh shares its 4093 rows by weight, to within one turn of the least', () => {
  const table = buildScheduleTable('mh', servers(1, 2, 3, 0), 'inet');
  assert.equal(table.length, 4093);
  assert.deepEqual(
    [0, 1, 2, 3].map((index) => rowsOf(table, index).length),
    [683, 1364, 2046, 0],
  );
});

test('mh counts weights in lowest terms and at most six bits, but at least one turn', () => {
  assert.deepEqual(
    buildScheduleTable('mh', servers(100, 200), 'inet'),
    buildScheduleTable('mh', servers(1, 2), 'inet'),
  );
  // 65535 has ten bits too many: 63 turns, and one of the other.
  const table = buildScheduleTable('mh', servers(65535, 1), 'inet');
  assert.deepEqual([rowsOf(table, 0).length, rowsOf(table, 1).length], [4030, 63]);
});

test('mh leaves a server that is drained its rows, by the weight that it had', () => {
  const before = buildScheduleTable('mh', [server('10.1.0.1', 3), server('10.1.0.2', 4)], 'inet');
  assert.deepEqual(buildScheduleTable('mh', [server('10.1.0.1', 0, 3), server('10.1.0.2', 4)], 'inet'), before);
  assert.notDeepEqual(buildScheduleTable('mh', [server('10.1.0.1', 0), server('10.1.0.2', 4)], 'inet'), before);
});

test('mh moves few rows but those of the server that goes', () => {
  const [all, rest] = [servers(1, 1, 1, 1, 1, 1, 1, 1), servers(1, 1, 1, 1, 1, 1, 1)];
  const [before, after] = [buildScheduleTable('mh', all, 'inet'), buildScheduleTable('mh', rest, 'inet')];
  const stayed = before.filter((index, row) => index < 7 && index === after[row]).length;
  const had = before.filter((index) => index < 7).length;
  assert.ok(stayed / had > 0.8, `${stayed} of ${had}`);
});

test("mh tells servers apart by address and port, as addresses of the service's family", () => {
  const table = (text: string, port: number, family: 'inet' | 'inet6') =>
    buildScheduleTable('mh', [{ ...server(text, 1), port }, server('10.1.0.9', 1)], family).join();
  assert.notEqual(table('10.1.0.1', 80, 'inet'), table('10.1.0.1', 81, 'inet'));
  // Their sum is what is hashed (ip_vs_mh_hashkey()).
  assert.equal(table('10.1.0.1', 81, 'inet'), table('10.1.0.2', 80, 'inet'));
  // The first word alone counts in a service of IPv4, all four folded in one of IPv6.
  assert.equal(table('fd01::1', 80, 'inet'), table('fd01::2', 80, 'inet'));
  assert.notEqual(table('fd01::1', 80, 'inet6'), table('fd01::2', 80, 'inet6'));
  assert.equal(table('fd01::', 80, 'inet6'), table('::fd01:0', 80, 'inet6'));
});

test('where there are more servers than rows of mh, those added first have them', () => {
  const table = buildScheduleTable('mh', servers(...new Array<number>(4095).fill(1)), 'inet');
  assert.deepEqual([...new Set(table)].sort((a, b) => a - b).slice(0, 2), [2, 3]);
});

test('every row is a server of the list, and the length is known without building', () => {
  const lists = fc.array(fc.nat(200), { maxLength: 12 });
  fc.assert(
    fc.property(fc.constantFrom(...hashed), lists, (scheduler, weights) => {
      const list = servers(...weights);
      const table = buildScheduleTable(scheduler, list, 'inet');
      assert.ok(table.every((index) => Number.isInteger(index) && index >= 0 && index < list.length));
      assert.equal(scheduleTableLength(scheduler, list), table.length);
    }),
    { numRuns: 60 },
  );
});

test('no servers make no table, and nor do servers that never had a weight for mh', () => {
  for (const scheduler of hashed) assert.deepEqual(buildScheduleTable(scheduler, [], 'inet'), []);
  assert.deepEqual(buildScheduleTable('mh', servers(0, 0), 'inet'), []);
});

test('schedulers that look at the list have no table', () => {
  for (const scheduler of ['rr', 'lc', 'wlc', 'lblc', 'lblcr', 'sed', 'nq', 'fo', 'ovf', 'twos'] as const) {
    assert.deepEqual(buildScheduleTable(scheduler, servers(1, 2), 'inet'), []);
    assert.equal(scheduleTableLength(scheduler, servers(1, 2)), 0);
  }
});
