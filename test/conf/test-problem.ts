// A test for one thing that is wrong: the paper's VS-DR conf with it, and the one problem that must come of it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ConfValues, problemsOf } from './paper.ts';

/** `place` is `CODE file:line:column`, `text` is `message; remedy`. */
export function testProblem(what: string, changes: ConfValues, place: string, text: string, hosts?: string): void {
  test(`tells of ${what}`, () => {
    assert.deepEqual(
      problemsOf(changes, hosts).map(({ code, file, line, column, message, remedy }) => ({
        place: `${code} ${file}:${line}:${column}`,
        text: `${message}; ${remedy}`,
      })),
      [{ place, text }],
    );
  });
}

/** These services in place of the paper's. */
export function service(...lines: readonly string[]): ConfValues {
  return { SERVICE: lines };
}
