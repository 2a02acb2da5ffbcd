// Hooks that no packet needs, from made observations: the paper's machine, and one that pays for small packets.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { idleHooks } from '../../../src/suite/experiments/idle-hooks.ts';
import { judgeClaim, netpipeTimes } from './made-observations.ts';

const SIZES = [64, 8192, 1_048_576];

function observe(realserverNs: number, bothNsPerByte: number) {
  const line = (latency: number, nsPerByte: number) => (size: number) => latency + size * nsPerByte;
  return netpipeTimes(SIZES, {
    'no hooks': line(10_000, 0.2),
    'hooks on the director': line(10_000, 0.2),
    'hooks on the realserver': line(10_000 + realserverNs, 0.2),
    'hooks on both': line(10_000 + realserverNs, bothNsPerByte),
  });
}

test('no change with one, and ten percent less with both, is what the paper saw', () => {
  const { verdict, values } = judgeClaim(idleHooks, 'C31', observe(0, 0.22));
  assert.equal(verdict, 'holds');
  const interaction = values['time of 1 MB, both together / each alone'] ?? 0;
  assert.ok(interaction > 1.09 && interaction < 1.11, `${interaction}`);
});

test('a realserver that pays for small packets, or a large loss with both, is not', () => {
  const { outcomes } = judgeClaim(idleHooks, 'C31', observe(1500, 0.22));
  assert.equal(outcomes['time of 64 B, hooks on the realserver / none'], 'missed');
  assert.equal(outcomes['time of 64 B, hooks on the director / none'], 'met');
  assert.equal(judgeClaim(idleHooks, 'C31', observe(0, 0.3)).verdict, 'does not hold');
});
