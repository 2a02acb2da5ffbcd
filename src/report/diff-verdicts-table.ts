// Two lists of verdicts beside each other as a terminal of 80 columns shows them: how many agree, then what is judged
// otherwise, and what is judged alike with another number.

import {
  type ClaimChange,
  type Estimate,
  formatSignificant,
  type QuantityChange,
  type ReproductionDiff,
} from '../analysis/mod.ts';
import { type DiffTableOptions, formatConditions } from './diff-conditions.ts';
import { styleText, wrapText } from './wrap-text.ts';

const INDENT = '       ';

/** Ends with a newline. */
export function formatVerdictsDiff(diff: ReproductionDiff, options: DiffTableOptions): string {
  const { width = 80, color = false } = options;
  const { changed, moved, onlyInA, onlyInB } = diff;
  const list = (title: string, changes: readonly ClaimChange[], all: boolean) =>
    changes.length === 0
      ? []
      : ['', styleText(title, 'bold', color), ...changes.flatMap((one) => formatClaim(one, diff, { all, width }))];
  const only = (name: string, claims: readonly string[]) =>
    claims.length === 0 ? [] : wrapText(`Only in ${name}: ${claims.join(', ')}.`, width);
  return [
    ...formatConditions(diff, options),
    '',
    styleText(summarise(diff), 'bold', color),
    ...only('A', onlyInA),
    ...only('B', onlyInB),
    ...list('Judged otherwise', changed, true),
    ...list('The same verdict with another number', moved, false),
    '',
    ...wrapText(
      'A number is another where the interval of B less A, in brackets, is all above 0 or all below; those of all ' +
        'claims hold together with 99 %.',
      width,
    ),
    '',
  ].join('\n');
}

function summarise({ changed, moved, same, agreement }: ReproductionDiff): string {
  const total = changed.length + moved.length + same;
  return `${total} ${total === 1 ? 'claim' : 'claims'} in both, ${total - changed.length} with the same verdict: ${(agreement * 100).toFixed(0)} %`;
}

/** With all of its numbers, or with those that have changed. */
function formatClaim(
  { claim, a, b, quantities }: ClaimChange,
  { says }: ReproductionDiff,
  { all, width }: { readonly all: boolean; readonly width: number },
): string[] {
  const verdicts = a === b ? a : `${a} → ${b}`;
  return [
    ...wrapText(says[claim] ?? '', width, `  ${claim}  `, INDENT),
    `${INDENT}${verdicts}`,
    ...quantities
      .filter(({ changed }) => all || changed)
      .flatMap((one) => wrapText(formatQuantity(one), width, INDENT, `${INDENT}  `)),
  ];
}

/** `L: 10.0 → 14.0, +4.00 [2.14–5.86]` */
function formatQuantity({ name, a, b, difference, changed }: QuantityChange): string {
  const sign = difference.value > 0 ? '+' : '';
  const change = changed ? `, ${sign}${formatEstimate(difference)}` : '';
  return `${changed ? '*' : ' '} ${name}: ${formatEstimate(a)} → ${formatEstimate(b)}${change}`;
}

function formatEstimate({ value, low, high }: Estimate): string {
  return formatSignificant(value) + (low === high ? '' : ` [${formatSignificant(low)}–${formatSignificant(high)}]`);
}
