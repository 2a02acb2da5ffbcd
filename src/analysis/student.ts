// Quantiles of Student's t: how far an interval reaches when its width is itself an estimate. For tails far beyond 95 %,
// which many intervals need that are to hold together. M. Abramowitz, I. Stegun, Handbook of Mathematical Functions,
// 26.7.3 and 26.7.4: closed forms for whole degrees of freedom.

/** Beyond these the distribution is the normal one to within half a percent, down to tails of 1 in 10⁵. */
const MOST_DEGREES = 1000;
const STEPS = 80;

/**
 * The t that |T| exceeds with probability `tails`, both tails together, in (0, 1). Degrees of freedom are rounded down,
 * which errs on the side of wider intervals; there is at least one, and there may be infinitely many.
 */
export function studentQuantile(tails: number, degrees: number): number {
  if (!(tails > 0 && tails < 1)) throw new RangeError('the probability of the tails lies between 0 and 1');
  const whole = Math.max(1, Math.floor(Math.min(degrees, MOST_DEGREES)));
  let [below, above] = [0, 1];
  while (tailsBeyond(above, whole) > tails) above *= 2;
  for (let step = 0; step < STEPS; step++) {
    const middle = (below + above) / 2;
    if (tailsBeyond(middle, whole) > tails) below = middle;
    else above = middle;
  }
  return (below + above) / 2;
}

/** The probability that |T| is larger than `t`. */
function tailsBeyond(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const odd = degrees % 2 === 1;
  // Σ of the products of 1/2 · 3/4 · …, or of 2/3 · 4/5 · …, with the powers of the cosine.
  let term = odd ? cosine : 1;
  let sum = degrees === 1 ? 0 : term;
  for (let factor = odd ? 2 : 1; factor + 2 <= degrees - 1; factor += 2) {
    term *= (factor / (factor + 1)) * cosine ** 2;
    sum += term;
  }
  return odd ? 1 - (2 / Math.PI) * (angle + sine * sum) : 1 - sine * sum;
}
