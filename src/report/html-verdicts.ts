// The verdict table that opens the report of a reproduction: how many claims have each verdict, then a row a claim with
// the paper's number, ours against the bounds of its criterion, and the verdict. Filtered by style alone, without script.

import {
  type ClaimVerdict,
  countVerdicts,
  type Estimate,
  formatSignificant,
  groupThousands,
  type JudgedClaim,
  type JudgedStatement,
  type Outcome,
  VERDICTS,
} from '../analysis/mod.ts';
import { describeBounds } from './bounds.ts';
import { drawIntervalBar } from './interval-bar.ts';
import { element, escapeMarkup } from './markup.ts';
import { themeSvg } from './series-style.ts';
import { bindUnits } from './wrap-text.ts';

interface VerdictLook {
  /** Says in black and white what the colour says. */
  readonly mark: string;
  /** Of its class, and of what the filter chooses. */
  readonly name: string;
}

const LOOKS: Readonly<Record<ClaimVerdict, VerdictLook>> = {
  holds: { mark: '✓', name: 'holds' },
  'does not hold': { mark: '✗', name: 'fails' },
  'not resolved here': { mark: '?', name: 'open' },
  needs: { mark: '○', name: 'needs' },
};
const OUTCOME_COLORS: Readonly<Record<Outcome, string>> = {
  met: 'var(--faster)',
  missed: 'var(--slower)',
  open: 'var(--ink)',
  reported: 'var(--muted)',
};
/** What decides is shown first. */
const OUTCOME_ORDER: readonly Outcome[] = ['missed', 'open', 'met', 'reported'];
const MOST_STATEMENTS = 3;

const KEY =
  '<p class="muted key">Grey is what the criterion allows; on it the number that was found, with its 95 % interval.</p>';

/** In the order given. The rows link to the claims' own places further down, whose ids are those of the claims. */
export function formatVerdicts(claims: readonly JudgedClaim[]): string {
  const counts = countVerdicts(claims);
  return element(
    'section',
    { class: 'verdicts cards', 'aria-label': 'Verdicts' },
    [formatShares(counts, claims.length), formatFilter(counts, claims.length), KEY, formatRows(claims)].join('\n'),
  );
}

/** A bar that is as long as all claims, and of each verdict as long as its share. */
function formatShares(counts: ReadonlyMap<ClaimVerdict, number>, total: number): string {
  const parts = VERDICTS.flatMap((verdict) => {
    const count = counts.get(verdict) ?? 0;
    return count === 0 ? [] : [element('span', { class: LOOKS[verdict].name, style: `flex-grow:${count}` }, ' ')];
  });
  return total === 0 ? '' : element('div', { class: 'shares', 'aria-hidden': 'true' }, parts.join(''));
}

function formatFilter(counts: ReadonlyMap<ClaimVerdict, number>, total: number): string {
  const choices = VERDICTS.flatMap((verdict) => {
    const count = counts.get(verdict) ?? 0;
    const { mark, name } = LOOKS[verdict];
    return count === 0 ? [] : [formatChoice(name, `<b>${count}</b> <i>${mark}</i> ${verdict}`)];
  });
  return element(
    'fieldset',
    { class: 'filter' },
    [
      '<legend>Show</legend>',
      formatChoice('all', `<b>${total}</b> ${total === 1 ? 'claim' : 'claims'}`, true),
      ...choices,
    ].join('\n'),
  );
}

function formatChoice(name: string, label: string, isChecked = false): string {
  const input = `<input type="radio" name="verdict" value="${name}"${isChecked ? ' checked' : ''}>`;
  return element('label', { class: name }, `${input}<span>${label}</span>`);
}

function formatRows(claims: readonly JudgedClaim[]): string {
  const head = ['Claim', 'Paper', 'Here', 'Verdict'].map((title) => element('th', { scope: 'col' }, title));
  return element(
    'table',
    {},
    [
      element('thead', {}, element('tr', {}, head.join(''))),
      element('tbody', {}, claims.map(formatRow).join('\n')),
    ].join('\n'),
  );
}

function formatRow({ id, section, says, paper, statements, verdict, why }: JudgedClaim): string {
  const { mark, name } = LOOKS[verdict];
  const source = element('span', { class: 'source' }, escapeMarkup(`${id} · ${section}`));
  const reason = why === undefined ? '' : element('span', { class: 'why' }, escapeMarkup(bindUnits(why)));
  const cells = [
    element('th', { scope: 'row' }, source + element('a', { href: `#${id}` }, escapeMarkup(bindUnits(says)))),
    element('td', { class: 'paper' }, escapeMarkup(bindUnits(paper)) || '–'),
    element('td', { class: 'ours' }, formatStatements(statements, id)),
    element('td', {}, element('span', { class: 'verdict' }, `<i>${mark}</i> ${verdict}`) + reason),
  ];
  return element('tr', { class: name }, cells.join(''));
}

function formatStatements(statements: readonly JudgedStatement[], id: string): string {
  if (statements.length === 0) return '–';
  const sorted = statements.toSorted(
    (one, other) => OUTCOME_ORDER.indexOf(one.outcome) - OUTCOME_ORDER.indexOf(other.outcome),
  );
  const rest = sorted.length - MOST_STATEMENTS;
  const more = rest <= 0 ? '' : element('a', { class: 'more', href: `#${id}` }, `and ${rest} more`);
  return sorted.slice(0, MOST_STATEMENTS).map(formatStatement).join('\n') + more;
}

function formatStatement({ name, estimate, bounds, unit, outcome }: JudgedStatement): string {
  const label = [name, describeBounds(bounds)].filter((text) => text !== '').join(': ');
  const parts = [
    element('span', { class: 'name' }, escapeMarkup(bindUnits(label))),
    themeSvg(drawIntervalBar(estimate, bounds, OUTCOME_COLORS[outcome])),
    element('span', { class: 'value' }, formatEstimate(estimate, unit)),
  ];
  return element('div', { class: 'statement' }, parts.join(''));
}

function formatEstimate({ value, low, high }: Estimate, unit: string | undefined): string {
  const written = `${formatNumber(value)}${unit === undefined ? '' : `\u00a0${escapeMarkup(unit)}`}`;
  const interval =
    low === high || Number.isNaN(value) ? '' : ` <span>${formatNumber(low)}–${formatNumber(high)}</span>`;
  return written + interval;
}

/** Counts as they are, everything else with three digits; with the sign of a minus. */
function formatNumber(value: number): string {
  return (Number.isInteger(value) ? groupThousands(value) : formatSignificant(value)).replace('-', '−');
}
