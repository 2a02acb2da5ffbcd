// Which block sizes a netpipe run exchanges and how often: NPtcp 3.7.2's schedule and repeat formula, or a list of
// sizes. Both ends must come to the same sizes alone, because the wire does not carry them. Pure.

export interface SchedulePoint {
  readonly sizeBytes: number;
  /** Size that is tested against the upper bound; `sizeBytes` differs from it by the perturbation. */
  readonly baseBytes: number;
  /** Distance to the next base size, for {@link chooseRepeats}. */
  readonly incrementBytes: number;
  /** Not a result: exchanged to learn how often the next point has to be repeated. */
  readonly isCalibration: boolean;
}

export interface ScheduleOptions {
  /** First block size (-l). */
  readonly lowerBytes: number;
  /** Sizes this many bytes below and above each are tested as well, where they are that far apart (-p); 0 for none. */
  readonly perturbationBytes: number;
}

export const NPTCP_SCHEDULE: ScheduleOptions = { lowerBytes: 1, perturbationBytes: 3 };

/** 1 2 3 4 6 8 12 13 16 19 21 24 27 …: two sizes an octave, and their neighbours. Without end. */
export function* scheduleOctaves({ lowerBytes, perturbationBytes }: ScheduleOptions): Generator<SchedulePoint> {
  let incrementBytes = lowerBytes > 1 ? Math.trunc(lowerBytes / 2) : 1;
  let baseBytes = lowerBytes;
  for (let step = lowerBytes > 1 ? 1 : 0; ; step++) {
    if (step > 2 && step % 2 === 1) incrementBytes *= 2;
    const perturbed = perturbationBytes > 0 && incrementBytes > perturbationBytes + 1;
    for (const offset of perturbed ? [-perturbationBytes, 0, perturbationBytes] : [0]) {
      yield { sizeBytes: baseBytes + offset, baseBytes, incrementBytes, isCalibration: false };
    }
    baseBytes += incrementBytes;
  }
}

/** Each size twice, first as calibration: from one to the next the time of a block may jump by orders of magnitude. */
export function* scheduleList(sizesBytes: readonly number[]): Generator<SchedulePoint> {
  for (const sizeBytes of sizesBytes) {
    const point = { sizeBytes, baseBytes: sizeBytes, incrementBytes: 1 };
    yield { ...point, isCalibration: true };
    yield { ...point, isCalibration: false };
  }
}

/** Exchanges below which NPtcp trusts no trial. */
export const FEWEST_REPEATS = 3;

export interface RepeatsBasis {
  /** How long one trial is to take. */
  readonly targetSeconds: number;
  /** Block size and time a block of the point before; at the start those of the first 100 round trips. */
  readonly previousSizeBytes: number;
  readonly previousSeconds: number;
  readonly incrementBytes: number;
}

/** NPtcp's guess of how many exchanges fill the target time, when time grows as size does. */
export function chooseRepeats(basis: RepeatsBasis): number {
  const { targetSeconds, previousSizeBytes, previousSeconds, incrementBytes } = basis;
  const growth = previousSizeBytes / (previousSizeBytes - incrementBytes + 1);
  return Math.max(FEWEST_REPEATS, Math.trunc(targetSeconds / (growth * previousSeconds)));
}
