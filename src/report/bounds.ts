// What a criterion allows, in words.

import type { Bounds } from '../analysis/mod.ts';

/** `1.02 to 1.4`, `at most 1.1`; empty without bounds. */
export function describeBounds({ min, max }: Bounds): string {
  if (min !== undefined && max !== undefined) {
    return min === max ? formatBound(min) : `${formatBound(min)} to ${formatBound(max)}`;
  }
  if (min !== undefined) return `at least ${formatBound(min)}`;
  return max === undefined ? '' : `at most ${formatBound(max)}`;
}

/** As the criterion has it, with the sign of a minus. */
function formatBound(bound: number): string {
  return String(bound).replace('-', '−');
}
