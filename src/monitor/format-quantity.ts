// Numbers in five columns: 0, 0.5, 42, 9999, 12.3k, 1.23M. Units are powers of 1000, as rates of networks are given.

const UNITS = ['k', 'M', 'G', 'T', 'P', 'E'];
/** Below this a number is printed whole. */
const WHOLE_BELOW = 9999.5;

export function formatQuantity(value: number): string {
  if (value < WHOLE_BELOW) {
    const isSmallFraction = value < 9.95 && Math.round(value * 10) % 10 !== 0;
    return isSmallFraction ? value.toFixed(1) : String(Math.round(value));
  }
  let scaled = value / 1000;
  let unit = 0;
  while (scaled >= 999.5 && unit < UNITS.length - 1) {
    scaled /= 1000;
    unit++;
  }
  const decimals = scaled < 9.995 ? 2 : scaled < 99.95 ? 1 : 0;
  return `${scaled.toFixed(decimals)}${UNITS[unit]}`;
}

/** `42%`; a dash where there is nothing to have a share of. */
export function formatShare(share: number | undefined): string {
  return share === undefined ? '-' : `${(share * 100).toFixed(0)}%`;
}
