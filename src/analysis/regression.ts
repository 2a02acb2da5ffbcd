// Weighted least squares of a straight line. Hockney's model starts from it.

export interface StraightLine {
  readonly intercept: number;
  readonly slope: number;
}

export interface WeightedPoint {
  readonly x: number;
  readonly y: number;
  /** 1 / variance of y, up to a common factor; positive. */
  readonly weight: number;
}

/** The line that minimises Σ weight · (y − intercept − slope · x)². At least two different x. */
export function fitStraightLine(points: readonly WeightedPoint[]): StraightLine {
  let weights = 0;
  let sumX = 0;
  let sumY = 0;
  for (const { x, y, weight } of points) {
    weights += weight;
    sumX += weight * x;
    sumY += weight * y;
  }
  const meanX = sumX / weights;
  const meanY = sumY / weights;
  // Sums about the means: the textbook form Σxy − n·x̄·ȳ loses the digits that NIST's data sets probe.
  let squares = 0;
  let products = 0;
  for (const { x, y, weight } of points) {
    squares += weight * (x - meanX) ** 2;
    products += weight * (x - meanX) * (y - meanY);
  }
  if (squares === 0) throw new RangeError('a straight line needs two different x');
  const slope = products / squares;
  return { intercept: meanY - slope * meanX, slope };
}
