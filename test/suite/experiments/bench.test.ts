// Rounds: as many as are asked for, and more while they leave a claim open that they could decide.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Bench, type Stop } from '../../../src/suite/experiments/bench.ts';

const ROUNDS = 8;

/** How many rounds a stop is visited, when these are the claims that are open after so many rounds. */
async function countRounds(openAfter: (rounds: number) => readonly string[], rounds = ROUNDS): Promise<number> {
  let recorded = 0;
  const bench = new Bench({
    depth: 'quick',
    signal: new AbortController().signal,
    record: () => recorded++,
    onProgress: () => {},
    openClaims: () => new Set(openAfter(recorded)),
  });
  const stop: Stop = { cell: 'a', measure: 'count', sizeBytes: 0, visit: async () => ({ values: { n: 1 } }) };
  await bench.goRound(rounds, [stop]);
  return recorded;
}

test('rounds that decide every claim are as many as asked for', async () => {
  assert.equal(await countRounds(() => []), ROUNDS);
});

test('more rounds are made for a claim that they leave open, until they decide it', async () => {
  assert.equal(await countRounds((rounds) => (rounds > 0 && rounds < 2 * ROUNDS ? ['C01'] : [])), 2 * ROUNDS);
});

test('a claim that stays open ends at six times the rounds', async () => {
  assert.equal(await countRounds((rounds) => (rounds > 0 ? ['C01'] : [])), 6 * ROUNDS);
});

test('a claim that was open before these rounds asks for none of them', async () => {
  assert.equal(await countRounds(() => ['C01']), ROUNDS);
});

test('a single round stays one', async () => {
  assert.equal(await countRounds((rounds) => (rounds > 0 ? ['C01'] : []), 1), 1);
});
