// Clocks of other hosts, by agents that are not there: they answer with a clock that is shifted, late, or drifts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundBetween, measureClock } from '../../src/suite/clocks.ts';
import { monotonicNs, readBootId } from '../../src/system/mod.ts';
import { fakeAgent } from '../fixtures/fake-agent.ts';

const SECOND = 1e9;

function agentWithClock(bootId: string, clock: (askedTimes: number) => number | Promise<number>) {
  let asked = 0;
  return fakeAgent('alpha', { clock: async () => ({ nowNs: await clock(asked++), bootId }) });
}

test('the offset of a clock of another boot is found within its bound', async () => {
  for (const offsetNs of [-3600 * SECOND, 0, 12_345 * SECOND]) {
    // Nobody's clock is below 0.
    const base = 10_000 * SECOND;
    const agent = agentWithClock('another', () => monotonicNs() + base + offsetNs);
    const { offsetNs: found, boundNs } = await measureClock(agent);
    assert.ok(boundNs > 0 && boundNs < 0.1 * SECOND, `bound ${boundNs}`);
    assert.ok(Math.abs(found - base - offsetNs) <= boundNs, `${found} ± ${boundNs}, and it is ${base + offsetNs}`);
  }
});

test('an answer that took long to come back does not spoil the bound', async () => {
  const agent = agentWithClock('another', async (times) => {
    const readNs = monotonicNs() + SECOND;
    // All of the delay on one way, where it does most harm.
    if (times % 5 !== 3) await new Promise((resolve) => setTimeout(resolve, 20));
    return readNs;
  });
  const { offsetNs, boundNs } = await measureClock(agent);
  assert.ok(boundNs < 10e6, `bound ${boundNs}`);
  assert.ok(Math.abs(offsetNs - SECOND) <= boundNs);
});

test('processes of one boot have one clock', async () => {
  const agent = agentWithClock(readBootId(), monotonicNs);
  assert.deepEqual(await measureClock(agent), { offsetNs: 0, boundNs: 0 });
});

test('a time namespace, of the same boot, has a clock of its own', async () => {
  const agent = agentWithClock(readBootId(), () => monotonicNs() + 77 * SECOND);
  const { offsetNs, boundNs } = await measureClock(agent);
  assert.ok(boundNs > 0);
  assert.ok(Math.abs(offsetNs - 77 * SECOND) <= boundNs);
});

test('between two looks at a clock the bound is the larger one, or how far it went and the second one', () => {
  assert.equal(boundBetween({ offsetNs: 100, boundNs: 30 }, { offsetNs: 105, boundNs: 10 }), 30);
  assert.equal(boundBetween({ offsetNs: 100, boundNs: 30 }, { offsetNs: 60, boundNs: 10 }), 50);
  assert.equal(boundBetween({ offsetNs: 0, boundNs: 0 }, { offsetNs: 0, boundNs: 0 }), 0);
});
