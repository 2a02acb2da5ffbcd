// Holds docs/errors.md and the codes in src/ together.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';

const CODE = '[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+';

/** Codes are string literals: anywhere in an area's errors.ts; elsewhere what an error is constructed with. */
function codesIn(path: string): readonly string[] {
  const pattern = basename(path) === 'errors.ts' ? `'(${CODE})'` : `(?:Error\\(\\s*|code: )'(${CODE})'`;
  return [...readFileSync(path, 'utf8').matchAll(new RegExp(pattern, 'g'))].map((match) => match[1] as string);
}

const raised = new Set(globSync('src/**/*.ts').flatMap(codesIn));
const rows = [...readFileSync('docs/errors.md', 'utf8').matchAll(new RegExp(`^\\| \`(${CODE})\` \\|`, 'gm'))];
const documented = new Set(rows.map((match) => match[1] as string));

test('every error code that src/ raises has a row in docs/errors.md', () => {
  assert.deepEqual([...raised.difference(documented)], []);
});

test('every row of docs/errors.md is a code that src/ raises, and stands there once', () => {
  assert.deepEqual([...documented.difference(raised)], []);
  assert.equal(documented.size, rows.length);
});
