// The verdicts of a reproduction as a terminal of 80 columns shows them: how many of each, then claim by claim what was
// said, what was found, and within which bounds it had to be.

import {
  type ClaimVerdict,
  countVerdicts,
  formatSignificant,
  type JudgedClaim,
  type JudgedExperiment,
  type JudgedStatement,
  type Outcome,
  VERDICTS,
} from '../analysis/mod.ts';
import { describeBounds } from './bounds.ts';
import { styleText, type TextStyle, wrapText } from './wrap-text.ts';

export interface VerdictTableOptions {
  /** Whether to use ANSI colours. */
  readonly color?: boolean;
}

const WIDTH = 80;
const INDENT = '       ';
const STYLES: Readonly<Record<ClaimVerdict, TextStyle>> = {
  holds: 'green',
  'does not hold': 'red',
  'not resolved here': 'yellow',
  needs: 'yellow',
};
const MARKS: Readonly<Record<Outcome, string>> = { met: '✓', missed: '✗', open: '?', reported: ' ' };

/** Ends with a newline. */
export function formatVerdictTable(
  experiments: readonly JudgedExperiment[],
  options: VerdictTableOptions = {},
): string {
  const { color = false } = options;
  const sections = experiments.map(({ section, title, claims }) =>
    [styleText(`${section}  ${title}`, 'bold', color), ...claims.flatMap((claim) => formatClaim(claim, color))].join(
      '\n',
    ),
  );
  return `${[...sections, formatCounts(experiments.flatMap(({ claims }) => claims))].join('\n\n')}\n`;
}

/** `71 claims: 60 hold, …` */
function formatCounts(claims: readonly JudgedClaim[]): string {
  const counts = countVerdicts(claims);
  const parts = VERDICTS.flatMap((verdict) => {
    const count = counts.get(verdict);
    return count === undefined ? [] : [`${count} ${verdict}`];
  });
  return `${claims.length} ${claims.length === 1 ? 'claim' : 'claims'}: ${parts.join(', ')}`;
}

function formatClaim({ id, says, paper, verdict, statements, why }: JudgedClaim, color: boolean): string[] {
  return [
    ...wrapText(says, WIDTH, `  ${id}  `, INDENT),
    ...wrapText(`paper: ${paper}`, WIDTH, INDENT, `${INDENT}  `),
    ...statements.map(formatStatement),
    `${INDENT}${styleText(verdict, STYLES[verdict], color)}`,
    ...(why === undefined ? [] : wrapText(why, WIDTH, `${INDENT}  `, `${INDENT}  `)),
  ];
}

function formatStatement({ name, estimate, bounds, unit, outcome }: JudgedStatement): string {
  const { value, low, high } = estimate;
  const interval = low === high ? '' : ` [${formatSignificant(low)}–${formatSignificant(high)}]`;
  const number = `${formatSignificant(value)}${interval}${unit === undefined ? '' : ` ${unit}`}`;
  const text = [`${MARKS[outcome]} ${name}: ${number}`, describeBounds(bounds)]
    .filter((part) => part !== '')
    .join(', ');
  return wrapText(text, WIDTH, INDENT, `${INDENT}  `).join('\n');
}
