// The nearest known word, and the edit distance it rests on.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { editDistance, nearest } from '../../src/conf/nearest.ts';

describe('editDistance', () => {
  const distances: readonly (readonly [a: string, b: string, distance: number])[] = [
    ['', '', 0],
    ['', 'abc', 3],
    ['kitten', 'sitting', 3],
    ['sneezey', 'sneezy', 1],
    ['telnte', 'telnet', 1],
    // Optimal string alignment does not edit a swapped pair again: 3, where full Damerau-Levenshtein gives 2.
    ['ca', 'abc', 3],
  ];
  for (const [a, b, distance] of distances) {
    test(`is ${distance} between '${a}' and '${b}'`, () => {
      assert.equal(editDistance(a, b), distance);
    });
  }

  test('is zero for equal words only, the same both ways, and at most the longer length', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 });
    fc.assert(
      fc.property(word, word, (a, b) => {
        const distance = editDistance(a, b);
        assert.equal(distance === 0, a === b);
        assert.equal(distance, editDistance(b, a));
        assert.ok(distance <= Math.max(a.length, b.length));
        assert.ok(distance >= Math.abs(a.length - b.length));
      }),
    );
  });
});

describe('nearest', () => {
  test('takes the word with the fewest mistakes, and the first of equals', () => {
    assert.equal(nearest('sneezey', ['happy', 'sneezy', 'sneezes']), 'sneezy');
    assert.equal(nearest('rx', ['rr', 'rl']), 'rr');
  });

  test('does not count case', () => {
    assert.equal(nearest('lvs_type', ['INITIAL_STATE', 'LVS_TYPE']), 'LVS_TYPE');
  });

  test('gives none when more than a third of the letters are wrong, or all', () => {
    assert.equal(nearest('grumpy', ['happy']), undefined);
    assert.equal(nearest('x', ['t', 'u']), undefined);
    assert.equal(nearest('', ['t']), undefined);
  });
});
