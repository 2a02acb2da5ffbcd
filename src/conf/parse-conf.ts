// lvs_*.conf text → Raw: `KEY=word word …` a line, `#` starts a comment. Which keys there are and what their words
// mean is not known here. Never throws.

import { ProblemList } from './errors.ts';
import type { RawAssignment, RawConf } from './raw.ts';
import { contentLines, wordsOf } from './words.ts';

const ASSIGNMENT = /^(\s*)([A-Za-z_][A-Za-z0-9_]*)(\s*=)(.*)$/s;

export function parseConf(text: string, file: string): RawConf {
  const problems = new ProblemList();
  const assignments: RawAssignment[] = [];
  for (const { line, content } of contentLines(text)) {
    const [, indent = '', key, equals = '', value = ''] = ASSIGNMENT.exec(content) ?? [];
    if (key === undefined) {
      problems.add(
        'CONF_SYNTAX',
        { file, line, column: content.search(/\S/) + 1 },
        `'${content.trim()}' is not of the form KEY=value`,
        `write KEY=value, or put '#' before a comment`,
      );
      continue;
    }
    assignments.push({
      key: { text: key, file, line, column: indent.length + 1 },
      words: wordsOf(value, file, line, indent.length + key.length + equals.length),
    });
  }
  const lastLine = text.replace(/\n$/, '').split('\n').length;
  return { file, assignments, end: { file, line: lastLine, column: 1 }, problems: problems.inOrder(file) };
}
