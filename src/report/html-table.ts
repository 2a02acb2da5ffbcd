// Tables of report.html: headings with units, numbers with their intervals beneath, systems with their colour.

import { type Estimate, systemLabel } from '../analysis/mod.ts';
import type { SystemName } from '../model/mod.ts';
import { element, escapeMarkup } from './markup.ts';
import { lineStyleOf, themeSvg } from './series-style.ts';

export interface Heading {
  readonly title: string;
  readonly unit?: string;
  /** `plain`: on one line; `text`: a sentence. */
  readonly kind?: 'number' | 'bar' | 'plain' | 'text';
  /** Markup that stands in place of the unit. */
  readonly markup?: string;
}

/** A cell as markup; its kind comes from its column. */
export type Cell = string;

/** For what is not known. */
export const UNKNOWN: Cell = '–';

export interface TableRow {
  readonly cells: readonly Cell[];
  /** Of another time or machine, for comparison. */
  readonly reference?: boolean;
}

export interface TableOptions {
  /** Plain text. */
  readonly caption?: string;
  /** On a telephone each row is a card, with the headings in its cells; otherwise the table is scrolled there. */
  readonly cards?: boolean;
}

/** The first cell of each row is its heading. */
export function formatTable(
  headings: readonly Heading[],
  rows: readonly TableRow[],
  { caption = '', cards: isOfCards = false }: TableOptions = {},
): string {
  const head = headings.map(({ title, unit, kind, markup }) => {
    const detail = markup ?? (unit === undefined ? '' : element('span', { class: 'unit' }, escapeMarkup(unit)));
    return element('th', { scope: 'col', class: kind }, escapeMarkup(title) + detail);
  });
  // A card has no place for cells that say nothing.
  const labelOf = (heading: Heading | undefined, cell: Cell) =>
    isOfCards && cell !== '' ? [heading?.title, heading?.unit].filter(Boolean).join(', ') : undefined;
  const body = rows.map(({ cells, reference }) => {
    const written = cells.map((cell, index) =>
      index === 0
        ? element('th', { scope: 'row' }, cell || ' ')
        : element('td', { class: headings[index]?.kind, 'data-label': labelOf(headings[index], cell) }, cell || ' '),
    );
    return element('tr', { class: reference ? 'reference' : undefined }, written.join(''));
  });
  const parts = [
    caption === '' ? '' : element('caption', {}, escapeMarkup(caption)),
    element('thead', {}, element('tr', {}, head.join(''))),
    element('tbody', {}, body.join('\n')),
  ];
  return element('div', { class: isOfCards ? 'scroll cards' : 'scroll' }, element('table', {}, parts.join('\n')));
}

/** The system's name beside its colour in the plots, hollow where its line is broken; `detail` is plain text below it. */
export function systemCell(system: SystemName, detail = ''): Cell {
  const { color, dash } = lineStyleOf(system);
  const fill = dash === 'solid' ? `background:${color}` : `box-shadow:inset 0 0 0 2.5px ${color}`;
  const swatch = themeSvg(element('span', { class: 'swatch', style: fill }, ' '));
  const below = detail === '' ? '' : element('span', { class: 'path' }, escapeMarkup(detail));
  return swatch + escapeMarkup(systemLabel(system)) + below;
}

/** A value above its interval; a dash for what is not known. */
export function estimateCell(estimate: Estimate | undefined, format: (value: number) => string): Cell {
  if (estimate === undefined) return UNKNOWN;
  const interval = `${format(estimate.low)} – ${format(estimate.high)}`;
  return escapeMarkup(format(estimate.value)) + element('span', { class: 'interval' }, escapeMarkup(interval));
}

/** A value for which there may be none. */
export function valueCell(value: number | undefined, format: (value: number) => string): Cell {
  return value === undefined ? UNKNOWN : escapeMarkup(format(value));
}
