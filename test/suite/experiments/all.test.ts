// The experiments as a list: every claim of the paper is in one of them, with all that a reader of the report needs.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { EXPERIMENTS } from '../../../src/suite/mod.ts';

const CLAIMS = EXPERIMENTS.flatMap(({ claims }) => claims);
/** That the paper makes. */
const COUNT = 71;

test('each claim of the paper is in one experiment', () => {
  const ids = CLAIMS.map(({ id }) => id).toSorted();
  const expected = Array.from({ length: COUNT }, (_, index) => `C${String(index + 1).padStart(2, '0')}`);
  assert.deepEqual(ids, expected);
});

test('experiments have names of their own that are folders', () => {
  const names = EXPERIMENTS.map(({ id }) => id);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z][a-z0-9-]*$/);
});

test('nothing is left out that the report shows', () => {
  for (const { id, section, says, paper, criterion } of CLAIMS) {
    for (const [name, text] of Object.entries({ section, says, paper, criterion })) {
      assert.ok(text.length > 0, `${id} has no ${name}`);
    }
    assert.match(says, /\.$/, `${id} is no sentence`);
  }
  for (const { title, method } of EXPERIMENTS) assert.ok(title.length > 0 && method.length > 40);
});
