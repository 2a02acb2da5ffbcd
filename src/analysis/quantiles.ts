// Order statistics of plain number lists. Nothing here knows what the numbers mean.

/**
 * The quantile at `probability` (0 … 1) by linear interpolation: type 7 of Hyndman and Fan, Sample Quantiles in
 * Statistical Packages (1996), R's default. The list is not empty and holds no NaN; it is left as it was.
 */
export function quantile(values: readonly number[], probability: number): number {
  return quantileOfSorted(Float64Array.from(values).sort(), probability);
}

/** As {@link quantile}, of numbers already in ascending order. */
export function quantileOfSorted(sorted: ArrayLike<number>, probability: number): number {
  if (sorted.length === 0) throw new RangeError('a quantile needs at least one value');
  const position = (sorted.length - 1) * probability;
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (high - low) * (position - below);
}

/** The middle value, or the mean of the two middle ones. The list is not empty and holds no NaN. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}
