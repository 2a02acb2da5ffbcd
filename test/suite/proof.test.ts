import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { alternates } from '../../src/suite/proof.ts';

const NAMES = ['sneezy', 'bashfull', 'grumpy'];

test('answers that go round alternate, whichever comes first and in either direction', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.nat(2),
      fc.integer({ min: 1, max: 50 }),
      fc.constantFrom(1, -1),
      (count, start, length, direction) => {
        const names = NAMES.slice(0, count);
        const answers = Array.from({ length }, (_, i) => names.at((start + direction * i) % count) ?? '');
        assert.ok(alternates(answers, names), answers.join(' '));
      },
    ),
  );
});

test('one answer out of turn is no alternation, wherever it is', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 20 }), fc.nat(19), (length, at) => {
      const fair = Array.from({ length }, (_, i) => NAMES[i % 2] ?? '');
      const outOfTurn = at % length;
      const answers = fair.with(outOfTurn, NAMES[(outOfTurn + 1) % 2] ?? '');
      assert.equal(alternates(answers, NAMES.slice(0, 2)), false, answers.join(' '));
    }),
  );
});

test('with one realserver every answer must be its own', () => {
  assert.ok(alternates(['sneezy', 'sneezy', 'sneezy'], ['sneezy']));
  assert.equal(alternates(['sneezy', 'bashfull', 'sneezy'], ['sneezy']), false);
});

test('an answer of somebody else is no alternation, and neither is none at all', () => {
  assert.equal(alternates(['happy', 'sneezy'], ['sneezy', 'bashfull']), false);
  assert.equal(alternates(['sneezy', 'happy'], ['sneezy', 'bashfull']), false);
  assert.equal(alternates([], ['sneezy', 'bashfull']), false);
});

test('three realservers of which one is left out do not alternate', () => {
  assert.equal(alternates(['sneezy', 'bashfull', 'sneezy', 'bashfull'], NAMES), false);
});
