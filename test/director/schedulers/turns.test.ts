// rr and wrr: who has the next turn, also when servers change in between.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { resumeCursor, startCursor } from '../../../src/director/schedulers/mod.ts';
import { buildWrrTable } from '../../../src/director/schedulers/wrr.ts';
import { KernelRr, KernelWrr } from './kernel-turns.ts';
import { type TurnScheduler, Walk } from './walk.ts';

const kernels = { rr: KernelRr, wrr: KernelWrr } as const;

const changes = fc.array(
  fc.oneof(
    { weight: 1, arbitrary: fc.record({ add: fc.nat(6) }) },
    { weight: 1, arbitrary: fc.record({ remove: fc.nat(20) }) },
    { weight: 2, arbitrary: fc.record({ edit: fc.nat(20), weight: fc.oneof(fc.nat(6), fc.constantFrom(8, 12, 100)) }) },
    { weight: 4, arbitrary: fc.record({ turns: fc.integer({ min: 1, max: 9 }) }) },
  ),
  { minLength: 5, maxLength: 40 },
);

for (const scheduler of ['rr', 'wrr'] as const) {
  test(`${scheduler} hands out what ip_vs_${scheduler}.c would, whatever changes between the turns`, () => {
    fc.assert(
      fc.property(changes, (steps) => {
        const kernel = new kernels[scheduler]();
        const walk = new Walk(scheduler);
        let added = 0;
        for (const step of steps) {
          const ids = kernel.list.map(({ id }) => id);
          if ('add' in step) kernel.add(added++, step.add);
          else if ('turns' in step) {
            for (let turn = 0; turn < step.turns; turn++) assert.equal(walk.schedule(), kernel.schedule());
            continue;
          } else if (ids.length === 0) continue;
          else if ('remove' in step) kernel.remove(ids[step.remove % ids.length] ?? 0);
          else kernel.edit(ids[step.edit % ids.length] ?? 0, step.weight);
          walk.change(kernel.list.map((entry) => ({ ...entry })));
        }
      }),
      { numRuns: 500 },
    );
  });
}

test('a service that comes with all its servers goes on as if they had been added one by one', () => {
  fc.assert(
    fc.property(
      fc.constantFrom<TurnScheduler>('rr', 'wrr'),
      fc.array(fc.nat(6), { maxLength: 8 }),
      (scheduler, weights) => {
        const oneByOne = new Walk(scheduler);
        const servers = weights.map((weight, id) => ({ id, weight }));
        for (const id of [...weights.keys()].toReversed()) oneByOne.change(servers.slice(id));
        const atOnce = new Walk(scheduler);
        atOnce.change(servers);
        for (let turn = 0; turn < 30; turn++) assert.equal(atOnce.schedule(), oneByOne.schedule());
      },
    ),
  );
});

test('wrr begins with the last pass where servers were added one by one, as the kernel does', () => {
  const servers = [4, 3, 2].map((weight, id) => ({ id, weight }));
  assert.equal(startCursor('wrr', servers), buildWrrTable([4, 3, 2]).length - 3);
});

test('rr goes on behind the server that had the last turn, or where that one was', () => {
  const servers = (...ids: number[]) => ids.map((id) => ({ id, weight: 1 }));
  const before = { servers: servers(0, 1, 2), start: 0, cursor: 2 };
  assert.equal(resumeCursor('rr', before, servers(3, 0, 1, 2)), 3);
  assert.equal(resumeCursor('rr', before, servers(0, 2)), 1);
  assert.equal(resumeCursor('rr', before, servers(2)), 0);
  assert.equal(resumeCursor('rr', before, []), 0);
});

test('schedulers without turns have no cursor', () => {
  assert.equal(resumeCursor('sh', { servers: [{ id: 0, weight: 1 }], start: 0, cursor: 7 }, []), 0);
});
