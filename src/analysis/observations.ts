// The observations of one experiment, found by cell, measure, size and value: medians, totals, ratios of what was
// measured side by side, lines through times. Pure.

import type { Observation } from '../model/mod.ts';
import { bootstrap, FIT_REPLICATES } from './bootstrap.ts';
import { allRounds, type Column, drawFrom, lowerDecile, type SizeColumn } from './columns.ts';
import type { CurvePoint } from './detectors/curve.ts';
import {
  fitHockney,
  type HockneyLine,
  hockneyPoleBytes,
  hockneyRateMbps,
  relativeResiduals,
  type TimedBlock,
} from './hockney.ts';
import { median } from './quantiles.ts';
import type { Quantity } from './quantity.ts';

/** Which number of which observations. */
export interface Which {
  readonly cell: string;
  /** `netpipe` by default. */
  readonly measure?: string;
  /** Without it, whatever size there is; then there must be one only. */
  readonly sizeBytes?: number;
  /** `timeNs` by default. */
  readonly value?: string;
}

/** Times against sizes. */
export type WhichCurve = Omit<Which, 'sizeBytes'> & {
  /** Those that count; all by default. */
  readonly sizes?: (sizeBytes: number) => boolean;
};

/** Hockney's line through a cell's times: L, r∞ and n½, on each resample. */
export interface Line {
  readonly latencyNs: Quantity;
  readonly rateMbps: Quantity;
  readonly poleBytes: Quantity;
  /** |measured − line| / line over the sizes. */
  readonly medianResidual: Quantity;
  readonly largestResidual: Quantity;
}

/** What a verdict would need was not observed; the message says what. */
export class NotObserved extends Error {}

/** Undefined instead of NotObserved. */
export function ifObserved<T>(of: () => T): T | undefined {
  try {
    return of();
  } catch (error) {
    if (error instanceof NotObserved) return undefined;
    throw error;
  }
}

/** Keeps its place among the replicas, so that those of two quantities stay in step. */
const NO_LINE: HockneyLine = { latencyNs: Number.NaN, nsPerByte: Number.NaN };

export class Observations {
  readonly all: readonly Observation[];
  readonly rounds: number;
  readonly #overRounds: (timesNs: readonly number[]) => number;
  readonly #resamples: readonly Int32Array[];

  /** @param overRounds what stands for the times of all rounds; what the quickest take, unless it is said */
  constructor(observations: readonly Observation[], overRounds = lowerDecile) {
    this.all = observations;
    this.#overRounds = overRounds;
    this.rounds = observations.reduce((most, { round }) => Math.max(most, round + 1), 0);
    this.#resamples = this.rounds === 0 ? [] : bootstrap(this.rounds, (rounds) => rounds.slice(), FIT_REPLICATES);
  }

  /** In the order in which they were made; may be none. */
  of({ cell, measure = 'netpipe', sizeBytes }: Omit<Which, 'value'>): readonly Observation[] {
    return this.all.filter(
      (one) => one.cell === cell && one.measure === measure && (sizeBytes === undefined || one.sizeBytes === sizeBytes),
    );
  }

  /** Ascending; may be none. */
  sizes({ cell, measure }: WhichCurve): readonly number[] {
    return [...new Set(this.of({ cell, ...(measure && { measure }) }).map(({ sizeBytes }) => sizeBytes))].sort(
      (a, b) => a - b,
    );
  }

  /** All that was observed of a number, round after round. Throws NotObserved when there is none. */
  values(pick: Which): readonly number[] {
    return this.#column(pick).filter((value) => value !== undefined);
  }

  /** Over the rounds. */
  median(pick: Which): Quantity {
    return this.#resampled(this.#column(pick), median);
  }

  /** What stands for all rounds: usually what the quickest take, which nothing else on the machine is in. */
  time(pick: Which): Quantity {
    return this.#resampled(this.#column(pick), this.#overRounds);
  }

  /**
   * The time of one cell measured beside another: the other one's, times the median ratio of the two side by side. What
   * disturbs both is in neither's place against the other. Its own where the other was not measured.
   */
  timeBeside(pick: Which, baseline: Which): Quantity {
    const column = this.#column(pick);
    const timeOver = this.#timeBeside(column, this.#columnOrNone(baseline));
    const replicas = this.#resamples.map(timeOver);
    return { value: timeOver(allRounds(this.rounds)), replicas, rounds: count(column) };
  }

  /** Over the rounds: for counters too coarse for one visit. */
  total(pick: Which): Quantity {
    return this.#resampled(this.#column(pick), (values) => values.reduce((sum, value) => sum + value, 0));
  }

  /** The median over the rounds of one number divided by another of the same round. */
  medianRatio(numerator: Which, denominator: Which): Quantity {
    const ratios = quotients(this.#column(numerator), this.#column(denominator));
    if (count(ratios) === 0) {
      throw new NotObserved(`no round has both ${describe(numerator)} and ${describe(denominator)}`);
    }
    return this.#resampled(ratios, median);
  }

  /** Throws NotObserved when the sizes cannot tell L from r∞. */
  line(pick: WhichCurve): Line {
    return this.#lineThrough(pick, () => undefined);
  }

  /** A line through the times of {@link timeBeside}. Throws NotObserved, as line does. */
  lineBeside(pick: WhichCurve, baseline: WhichCurve): Line {
    return this.#lineThrough(pick, (sizeBytes) => this.#columnOrNone({ ...baseline, sizeBytes }));
  }

  /** NaN where the rounds have none. */
  #timeBeside(column: Column, other: Column | undefined): (rounds: Int32Array) => number {
    const ratios = other && quotients(column, other);
    if (other === undefined || ratios === undefined || count(ratios) === 0) {
      return (rounds) => statisticOf(drawFrom(column, rounds), this.#overRounds);
    }
    return (rounds) =>
      statisticOf(drawFrom(other, rounds), this.#overRounds) * statisticOf(drawFrom(ratios, rounds), median);
  }

  /** @param besideAt what was measured beside it at a size; its own times count where nothing was */
  #lineThrough(pick: WhichCurve, besideAt: (sizeBytes: number) => Column | undefined): Line {
    const columns = this.#columns(pick);
    const times = columns.map(({ sizeBytes, column }) => ({
      sizeBytes,
      timeOver: this.#timeBeside(column, besideAt(sizeBytes)),
    }));
    const points = (rounds: Int32Array) =>
      times
        .map(({ sizeBytes, timeOver }) => ({ sizeBytes, timeNs: timeOver(rounds) }))
        .filter(({ timeNs }) => !Number.isNaN(timeNs));
    const whole = fitTo(points(allRounds(this.rounds)));
    if (whole.line === NO_LINE) throw new NotObserved(`no line fits the times of ${describe(pick)}`);
    const replicas = this.#resamples.map((rounds) => fitTo(points(rounds)));
    const rounds = Math.min(...columns.map(({ column }) => count(column)));
    const quantity = (of: (fit: Fit) => number): Quantity => ({ value: of(whole), replicas: replicas.map(of), rounds });
    return {
      latencyNs: quantity(({ line }) => line.latencyNs),
      rateMbps: quantity(({ line }) => hockneyRateMbps(line)),
      poleBytes: quantity(({ line }) => hockneyPoleBytes(line)),
      medianResidual: quantity(({ residuals }) => median(residuals)),
      largestResidual: quantity(({ residuals }) => Math.max(...residuals)),
    };
  }

  /** Ascending by size. */
  curve(pick: WhichCurve): readonly CurvePoint[] {
    return this.#columns(pick).map(({ sizeBytes, column }) => ({
      sizeBytes,
      timeNs: this.#overRounds(column.filter((value) => value !== undefined)),
    }));
  }

  #columns({ sizes = () => true, ...pick }: WhichCurve): readonly SizeColumn[] {
    const measured = this.sizes(pick).filter(sizes);
    if (measured.length === 0) throw new NotObserved(`nothing was observed of ${describe(pick)}`);
    return measured.map((sizeBytes) => ({ sizeBytes, column: this.#column({ ...pick, sizeBytes }) }));
  }

  #column(pick: Which): Column {
    const column = this.#columnOrNone(pick);
    if (column === undefined) throw new NotObserved(`nothing was observed of ${describe(pick)}`);
    return column;
  }

  #columnOrNone(pick: Which): Column | undefined {
    const column: (number | undefined)[] = Array.from({ length: this.rounds }, () => undefined);
    for (const { round, values } of this.of(pick)) column[round] = values[pick.value ?? 'timeNs'];
    return count(column) === 0 ? undefined : column;
  }

  #resampled(column: Column, statistic: (values: readonly number[]) => number): Quantity {
    const present = column.filter((value) => value !== undefined);
    const replicas = this.#resamples.map((rounds) => statisticOf(drawFrom(column, rounds), statistic));
    return { value: statistic(present), replicas, rounds: present.length };
  }
}

/** NaN of nothing. */
function statisticOf(values: readonly number[], statistic: (values: readonly number[]) => number): number {
  return values.length === 0 ? Number.NaN : statistic(values);
}

/** Round by round. */
function quotients(numerators: Column, denominators: Column): Column {
  return numerators.map((value, round) => {
    const partner = denominators[round];
    return value === undefined || partner === undefined ? undefined : value / partner;
  });
}

interface Fit {
  readonly line: HockneyLine;
  /** Their absolute values, by size. */
  readonly residuals: readonly number[];
}

/** NO_LINE where none fits. */
function fitTo(points: readonly TimedBlock[]): Fit {
  const line = fitHockney(points) ?? NO_LINE;
  return { line, residuals: relativeResiduals(line, points).map(Math.abs) };
}

function count(column: Column): number {
  return column.filter((value) => value !== undefined).length;
}

function describe({ cell, measure, sizeBytes, value }: Which): string {
  const size = sizeBytes === undefined ? '' : `, ${sizeBytes} bytes`;
  return `${cell}: ${measure ?? 'netpipe'}${size}, ${value ?? 'timeNs'}`;
}
