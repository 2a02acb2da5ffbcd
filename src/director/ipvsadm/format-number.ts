// Numbers in the columns of --stats and --rate.

/** Below `limit` a number is printed in units of `unit`. Limits and units are ipvsadm 1.31's. */
const SCALES = [
  { limit: 1e8, unit: 1, letter: '' },
  { limit: 1e9, unit: 1e3, letter: 'K' },
  { limit: 1e11, unit: 1e6, letter: 'M' },
  { limit: 1e14, unit: 1e9, letter: 'G' },
];
const BEYOND = { unit: 1e12, letter: 'T' };

/** Nine columns wide, the first blank; `exact` numbers grow beyond that rather than lose digits. */
export function formatLargeNumber(value: number, exact: boolean): string {
  if (exact) return ` ${value}`.padStart(9);
  const { unit, letter } = SCALES.find(({ limit }) => value < limit) ?? BEYOND;
  return `${Math.floor(value / unit)}${letter}`.padStart(9);
}
