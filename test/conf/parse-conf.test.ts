// Conf text → Raw: words with their places, comments, lines that are no assignment.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseConf } from '../../src/conf/mod.ts';

const blank = fc.string({ unit: fc.constantFrom(' ', '\t'), maxLength: 3 });
const gap = fc.string({ unit: fc.constantFrom(' ', '\t'), minLength: 1, maxLength: 3 });
const key = fc.stringMatching(/^[A-Z][A-Z_]{0,11}$/);
const word = fc.stringMatching(/^[a-z0-9.:=/-]{1,12}$/);
const comment = fc.oneof(fc.constant(''), fc.stringMatching(/^#[ -~]{0,20}$/));

interface WrittenLine {
  readonly text: string;
  readonly key: string;
  readonly words: readonly string[];
}

const writtenLine: fc.Arbitrary<WrittenLine> = fc
  .record({ indent: blank, key, beforeEquals: blank, words: fc.array(fc.tuple(gap, word), { maxLength: 5 }), comment })
  .map(({ indent, key, beforeEquals, words, comment }) => ({
    text: `${indent}${key}${beforeEquals}=${words.flat().join('')}${comment}`,
    key,
    words: words.map(([, each]) => each),
  }));

describe('parseConf', () => {
  test('reads key and words with line and column', () => {
    const { assignments, problems } = parseConf('\n  VIP=TP  lvs\n', 'vs.conf');
    assert.deepEqual(problems, []);
    assert.deepEqual(assignments, [
      {
        key: { text: 'VIP', file: 'vs.conf', line: 2, column: 3 },
        words: [
          { text: 'TP', file: 'vs.conf', line: 2, column: 7 },
          { text: 'lvs', file: 'vs.conf', line: 2, column: 11 },
        ],
      },
    ]);
  });

  test('ignores blank lines, comments, and the carriage returns of a file from elsewhere', () => {
    const { assignments, problems } = parseConf('# all\r\n\r\nVIP=TP#lvs\r\n  # end\r\n', 'vs.conf');
    assert.deepEqual(problems, []);
    assert.deepEqual(
      assignments.map(({ words }) => words.map(({ text }) => text)),
      [['TP']],
    );
  });

  test('keeps a line that is no assignment as a problem and goes on', () => {
    const { assignments, problems } = parseConf('LVS_TYPE VS_DR # type\n=x\nVIP=TP', 'vs.conf');
    assert.deepEqual(
      problems.map(({ code, line, column, message }) => `${code} ${line}:${column} ${message}`),
      [
        "CONF_SYNTAX 1:1 'LVS_TYPE VS_DR' is not of the form KEY=value",
        "CONF_SYNTAX 2:1 '=x' is not of the form KEY=value",
      ],
    );
    assert.deepEqual(
      assignments.map(({ key }) => key.text),
      ['VIP'],
    );
  });

  test('names the last line as the end of the file', () => {
    assert.equal(parseConf('a=1\nb=2\n', 'vs.conf').end.line, 2);
    assert.equal(parseConf('', 'vs.conf').end.line, 1);
  });

  test('finds the words of any assignments, however they are spaced and commented', () => {
    fc.assert(
      fc.property(fc.array(writtenLine), (lines) => {
        const { assignments, problems } = parseConf(lines.map(({ text }) => text).join('\n'), 'vs.conf');
        assert.deepEqual(problems, []);
        assert.deepEqual(
          assignments.map(({ key, words }) => [key.text, ...words.map(({ text }) => text)]),
          lines.map(({ key, words }) => [key, ...words]),
        );
      }),
    );
  });

  test('gives every word the place where the text has it', () => {
    fc.assert(
      fc.property(fc.array(writtenLine), (written) => {
        const text = written.map((line) => line.text).join('\n');
        const lines = text.split('\n');
        for (const { key, words } of parseConf(text, 'vs.conf').assignments) {
          for (const { text, line, column } of [key, ...words]) {
            assert.equal(lines[line - 1]?.slice(column - 1, column - 1 + text.length), text);
          }
        }
      }),
    );
  });
});
