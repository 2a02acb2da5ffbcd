// Whether hosts answer by strict turns, from their names alone.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findOutOfTurn } from '../../src/measure/clients/line/check.ts';

for (const [names, place] of [
  [['a', 'b', 'a', 'b', 'a'], undefined],
  [['a', 'a', 'a'], undefined],
  [['b', 'c', 'a', 'b', 'c'], undefined],
  [['a', 'b', 'b', 'a'], 2],
  [['a', 'a', 'b', 'b'], 1],
  [['a', 'b', 'c', 'a', 'c', 'b'], 4],
  // Persistence: the same one, and later another.
  [['a', 'a', 'a', 'b'], 1],
  [['a', undefined, 'a', 'b'], 1],
] as const) {
  test(`${names.map((name) => name ?? '-').join(' ')} is ${place === undefined ? 'by turns' : `not by turns from ${place} on`}`, () => {
    assert.equal(findOutOfTurn(names), place);
  });
}

test('any list of hosts that goes round is by turns, and with two neighbours exchanged it is not', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 5 }),
      fc.integer({ min: 3, max: 40 }),
      (hosts, count) => {
        const names = Array.from({ length: hosts.length + count }, (_, index) => hosts[index % hosts.length]);
        assert.equal(findOutOfTurn(names), undefined);
        const exchanged = names.with(-1, names.at(-2)).with(-2, names.at(-1));
        assert.equal(findOutOfTurn(exchanged), names.length - 2);
      },
    ),
  );
});
