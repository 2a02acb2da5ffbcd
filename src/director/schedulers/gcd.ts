// The greatest common divisor, by which wrr and mh bring weights to lowest terms.

function divisorOfTwo(a: number, b: number): number {
  return b === 0 ? a : divisorOfTwo(b, a % b);
}

/** Of those weights that are not zero; zero where all are. */
export function greatestCommonDivisor(weights: readonly number[]): number {
  return weights.reduce(divisorOfTwo, 0);
}
