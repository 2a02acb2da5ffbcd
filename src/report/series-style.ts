// How each system is drawn, in every plot alike. Colours are Okabe and Ito's, which colour-blind readers tell apart
// (Color Universal Design, 2008); dashes and marks say it again for print. Ink and grey follow the page's theme.

import { systemNamed } from '../analysis/mod.ts';
import type { SystemName } from '../model/mod.ts';

/** The colours of text and lines of a light page. */
export const INK = '#1f2328';
export const MUTED = '#656d76';
export const FAINT = '#d8dde3';
export const PAPER = '#ffffff';
export const BLUE = '#0072b2';
export const VERMILION = '#d55e00';

/** Colours of a light page that are others by night → the custom property of report.html that holds them. */
export const THEME: Readonly<Record<string, string>> = {
  [INK]: '--ink',
  [MUTED]: '--muted',
  [FAINT]: '--faint',
  [PAPER]: '--paper',
  [BLUE]: '--blue',
};

export interface LineStyle {
  readonly color: string;
  readonly dash: 'solid' | 'dashed' | 'dotted';
  readonly symbol: 'circle' | 'rect' | 'triangle' | 'diamond';
}

const STYLES: Readonly<Record<SystemName, LineStyle>> = {
  direct: { color: MUTED, dash: 'dotted', symbol: 'circle' },
  forward: { color: INK, dash: 'solid', symbol: 'circle' },
  'forward-oneway': { color: INK, dash: 'dashed', symbol: 'circle' },
  nat: { color: VERMILION, dash: 'solid', symbol: 'rect' },
  dr: { color: BLUE, dash: 'solid', symbol: 'triangle' },
  'dr-martian': { color: BLUE, dash: 'dashed', symbol: 'triangle' },
  tun: { color: '#009e73', dash: 'solid', symbol: 'diamond' },
  nftables: { color: '#cc79a7', dash: 'dashed', symbol: 'rect' },
};

export function lineStyleOf(system: SystemName): LineStyle {
  return STYLES[system];
}

/** A drawing in light-page colours → the same with the page's own, for embedding in HTML. */
export function themeSvg(svg: string): string {
  return Object.entries(THEME).reduce((themed, [color, property]) => themed.replaceAll(color, `var(${property})`), svg);
}

const SERIES: readonly LineStyle[] = [
  { color: INK, dash: 'solid', symbol: 'circle' },
  { color: VERMILION, dash: 'solid', symbol: 'rect' },
  { color: BLUE, dash: 'solid', symbol: 'triangle' },
  { color: '#009e73', dash: 'solid', symbol: 'diamond' },
  { color: '#cc79a7', dash: 'dashed', symbol: 'rect' },
  { color: '#e69f00', dash: 'dashed', symbol: 'triangle' },
  { color: MUTED, dash: 'dotted', symbol: 'circle' },
];

/**
 * Of curves that have names only. A system has its own style; the others have, in their order, those in whose colours no
 * system among them is drawn. Where these end, they repeat.
 */
export function assignStyles(names: Iterable<string>): ReadonlyMap<string, LineStyle> {
  const known = new Map([...names].map((name) => [name, systemNamed(name)]));
  const taken = new Set([...known.values()].map((system) => system && lineStyleOf(system).color));
  const left = SERIES.filter(({ color }) => !taken.has(color));
  const others = [...known.keys()].filter((name) => known.get(name) === undefined);
  const styleOf = (name: string) => left[others.indexOf(name) % left.length] as LineStyle;
  return new Map(
    [...known].map(([name, system]) => [name, system === undefined ? styleOf(name) : lineStyleOf(system)]),
  );
}
