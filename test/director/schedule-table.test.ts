import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  buildScheduleTable,
  isTableScheduler,
  resumeSchedule,
  scheduleTableLength,
  TABLE_SCHEDULERS,
} from '../../src/director/schedule-table.ts';

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** ip_vs_wrr.c, v6.1: the mark that moves through the list, with the current weight that falls. */
class KernelWrr {
  readonly #weights: readonly number[];
  readonly #step: number;
  readonly #greatest: number;
  #position = -1;
  #current: number;

  constructor(weights: readonly number[]) {
    this.#weights = weights;
    this.#step = weights.filter((weight) => weight > 0).reduce(gcd, 0) || 1;
    this.#greatest = Math.max(0, ...weights) - (this.#step - 1);
    this.#current = this.#greatest;
  }

  schedule(): number | undefined {
    if (this.#greatest <= 0) return undefined;
    for (;;) {
      for (let next = this.#position + 1; next < this.#weights.length; next++) {
        if ((this.#weights[next] ?? 0) >= this.#current) {
          this.#position = next;
          return next;
        }
      }
      this.#position = -1;
      this.#current -= this.#step;
      if (this.#current <= 0) this.#current = this.#greatest;
    }
  }
}

/** ip_vs_rr.c: from the server after the last one on, the first that has a weight. */
function* kernelRr(weights: readonly number[]): Generator<number> {
  if (!weights.some((weight) => weight > 0)) return;
  for (let position = 0; ; position = (position + 1) % weights.length) if ((weights[position] ?? 0) > 0) yield position;
}

/** Small weights meet often and share divisors; large ones are as ipvsadm takes them. */
const weights = fc.oneof(
  fc.array(fc.nat(6), { maxLength: 8 }),
  fc
    .tuple(fc.integer({ min: 1, max: 5000 }), fc.array(fc.nat(4), { maxLength: 6 }))
    .map(([unit, list]) => list.map((weight) => weight * unit)),
);

test('the rr and wrr of the data plane are tables, the others are not', () => {
  assert.deepEqual(TABLE_SCHEDULERS.filter(isTableScheduler), ['rr', 'wrr']);
  assert.equal(isTableScheduler('lc'), false);
});

test('wrr of 4, 3 and 2 is the sequence that the documents of LVS give', () => {
  assert.deepEqual(buildScheduleTable('wrr', [4, 3, 2]), [0, 0, 1, 0, 1, 2, 0, 1, 2]);
});

test('wrr hands out what the mark of ip_vs_wrr.c would, for three cycles', () => {
  fc.assert(
    fc.property(weights, (list) => {
      const table = buildScheduleTable('wrr', list);
      const kernel = new KernelWrr(list);
      if (table.length === 0) assert.equal(kernel.schedule(), undefined);
      for (let turn = 0; turn < 3 * table.length; turn++) {
        assert.equal(table[turn % table.length], kernel.schedule(), `turn ${turn}`);
      }
    }),
  );
});

test('rr hands out what ip_vs_rr.c would, for three cycles', () => {
  fc.assert(
    fc.property(weights, (list) => {
      const table = buildScheduleTable('rr', list);
      const kernel = kernelRr(list);
      if (table.length === 0) assert.equal(kernel.next().done, true);
      for (let turn = 0; turn < 3 * table.length; turn++) {
        assert.equal(table[turn % table.length], kernel.next().value, `turn ${turn}`);
      }
    }),
  );
});

test('a wrr cycle has each server as often as its weight says, in lowest terms; rr has it once', () => {
  fc.assert(
    fc.property(weights, (list) => {
      const divisor = list.reduce(gcd, 0) || 1;
      for (const [scheduler, turnsOf] of [
        ['wrr', (weight: number) => weight / divisor],
        ['rr', (weight: number) => (weight > 0 ? 1 : 0)],
      ] as const) {
        const table = buildScheduleTable(scheduler, list);
        for (const [index, weight] of list.entries()) {
          assert.equal(table.filter((row) => row === index).length, turnsOf(weight));
        }
      }
    }),
  );
});

test("a table's length is known without building it", () => {
  fc.assert(
    fc.property(weights, (list) => {
      for (const scheduler of TABLE_SCHEDULERS) {
        assert.equal(scheduleTableLength(scheduler, list), buildScheduleTable(scheduler, list).length);
      }
    }),
  );
  assert.equal(scheduleTableLength('wrr', [60000, 59999]), 119999);
});

test('no servers, or none with a weight, make an empty table', () => {
  for (const scheduler of TABLE_SCHEDULERS) {
    for (const list of [[], [0], [0, 0, 0]]) {
      assert.deepEqual(buildScheduleTable(scheduler, list), []);
      assert.equal(scheduleTableLength(scheduler, list), 0);
    }
  }
});

test('a replaced table goes on behind the server that was handed out last', () => {
  assert.equal(resumeSchedule([0, 1, 2], 0), 1);
  assert.equal(resumeSchedule([0, 1, 2], 2), 0);
});

test('where the last server takes no more connections, the next one in the list that does is due', () => {
  assert.equal(resumeSchedule([0, 2, 3], 1), 1);
  assert.equal(resumeSchedule([0, 1], 3), 0);
});

test('where nothing was handed out, its server is gone, or the table is empty, it starts at the beginning', () => {
  assert.equal(resumeSchedule([0, 1, 2], undefined), 0);
  assert.equal(resumeSchedule([], 1), 0);
});

test('an rr whose weights change goes on as ip_vs_rr.c would, whose mark stays in its list', () => {
  const positive = fc.array(fc.nat(1), { minLength: 1, maxLength: 8 }).filter((list) => list.includes(1));
  fc.assert(
    fc.property(positive, fc.nat(7), (list, at) => {
      const last = at % list.length;
      const table = buildScheduleTable('rr', list);
      const behind = [...list.keys()].map((step) => (last + 1 + step) % list.length);
      assert.equal(
        table[resumeSchedule(table, last)],
        behind.find((index) => list[index] === 1),
      );
    }),
  );
});
