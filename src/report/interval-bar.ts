// An interval as a mark on a scale of its own: what the criterion allows as a band, its bounds as lines, the interval and
// the value on them. For numbers that share no scale with their neighbours; ratio-bar.ts draws those that do.

import type { Bounds, Estimate } from '../analysis/mod.ts';
import { element } from './markup.ts';
import { FAINT, MUTED } from './series-style.ts';

const WIDTH = 132;
const HEIGHT = 18;
const MIDDLE = HEIGHT / 2;
/** Room on either side of all that is shown, as a share of it. */
const MARGIN = 0.18;
/** From this quotient of the largest and the smallest number on, the scale is logarithmic. */
const LOGARITHMIC = 20;

/** Empty without a bound or without a number: then there is nothing to look at. */
export function drawIntervalBar({ value, low, high }: Estimate, { min, max }: Bounds, color: string): string {
  const limits = [min, max].filter((bound) => bound !== undefined);
  if (limits.length === 0 || ![value, low, high].every(Number.isFinite)) return '';
  const place = placeAmong([...limits, value, low, high]);
  const start = min === undefined ? 0 : place(min);
  const end = max === undefined ? WIDTH : place(max);
  const [from, to] = [place(low), place(high)];
  return element(
    'svg',
    { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, width: WIDTH, height: HEIGHT, 'aria-hidden': 'true' },
    [
      element('rect', { x: start, y: 2, width: Math.max(1, round(end - start)), height: HEIGHT - 4, fill: FAINT }),
      ...limits.map((limit) =>
        element('path', { d: `M${place(limit)} 0V${HEIGHT}`, stroke: MUTED, 'stroke-width': 1.25 }),
      ),
      element('path', { d: `M${from} ${MIDDLE}H${to}`, stroke: color, 'stroke-width': 2 }),
      element('path', {
        d: `M${from} ${MIDDLE - 4}V${MIDDLE + 4}M${to} ${MIDDLE - 4}V${MIDDLE + 4}`,
        stroke: color,
        'stroke-width': 1.5,
      }),
      element('circle', { cx: place(value), cy: MIDDLE, r: 3.5, fill: color }),
    ].join(''),
  );
}

/** Where each number is drawn, so that all of these are seen. */
function placeAmong(numbers: readonly number[]): (number: number) => number {
  const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
  const scale = least > 0 && most / least > LOGARITHMIC ? Math.log : (number: number) => number;
  const [from, to] = [scale(least), scale(most)];
  const pad = MARGIN * (to - from || 1);
  return (number) => round(((scale(number) - from + pad) / (to - from + 2 * pad)) * WIDTH);
}

function round(x: number): number {
  return Math.round(x * 10) / 10;
}
