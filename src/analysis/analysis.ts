// The statistics of a run as values: what reports draw and `--json` prints. Rates are in 10⁶ bit/s, intervals 95 %.

import type { CpuUse, PathProof, SystemName, TransferName } from '../model/mod.ts';
import type { Estimate } from './bootstrap.ts';

/** One block size of one system. Which of a visit's times counts, and which of the rounds: `visitTimeOf`, `overRounds`. */
export interface SizePoint {
  readonly sizeBytes: number;
  readonly rounds: number;
  readonly oneWayNs: Estimate;
  /** Variance of the rounds' times, ns². */
  readonly varianceNs2: number;
  readonly throughputMbps: Estimate;
}

/** Hockney's line through the points of one system, with intervals from resampled rounds. */
export interface HockneyFit {
  readonly latencyUs: Estimate;
  readonly maxRateMbps: Estimate;
  /** n½, the paper's pole. */
  readonly poleBytes: Estimate;
  /** (measured − line) / line at each size. */
  readonly residuals: readonly { readonly sizeBytes: number; readonly relative: number }[];
  readonly medianResidual: number;
  readonly largestResidual: number;
  /** Whether one line is a fair description: see {@link FIT_CRITERION}. */
  readonly describesData: boolean;
}

/** A fit describes the data when no more than this remains of it, relative to the line. */
export const FIT_CRITERION = { medianResidual: 0.1, largestResidual: 0.3 } as const;

/** `unresolved`: the interval includes 1, or there were too few rounds for an interval. */
export type Verdict = 'higher' | 'lower' | 'unresolved';

/** The median of the rounds' ratios. */
export interface Ratio extends Estimate {
  readonly rounds: number;
  readonly verdict: Verdict;
}

export interface SizeRatio {
  readonly sizeBytes: number;
  /** Time over the baseline's time: above 1 is slower. */
  readonly time: Ratio;
}

/** One system against another, from visits that were interleaved. */
export interface Comparison {
  readonly system: SystemName;
  readonly baseline: SystemName;
  /** Every size that both visited, ascending. */
  readonly sizes: readonly SizeRatio[];
  /** Time ratio at `Analysis.smallBlockBytes`. */
  readonly smallBlockTime: Ratio | undefined;
  /** System's time less the baseline's at `Analysis.smallBlockBytes`: the median of the rounds' differences. */
  readonly smallBlockAddedNs: Estimate | undefined;
  /** Throughput ratio at `Analysis.largestBlockBytes`: above 1 is faster. */
  readonly largestBlockThroughput: Ratio | undefined;
}

/** One-way times of single exchanges, all rounds together. */
export interface Tail {
  readonly exchanges: number;
  readonly minNs: number;
  readonly p50Ns: number;
  readonly p90Ns: number;
  readonly p99Ns: number;
  readonly p999Ns: number;
  readonly maxNs: number;
}

/** CPU time of all visits at one size, divided by their exchanges. */
export interface CpuPerExchange {
  readonly sizeBytes: number;
  readonly exchanges: number;
  readonly use: CpuUse;
}

export interface SystemAnalysis {
  readonly system: SystemName;
  /** Ascending by size. */
  readonly points: readonly SizePoint[];
  readonly smallBlock: SizePoint | undefined;
  readonly largestBlock: SizePoint | undefined;
  readonly fit: HockneyFit | undefined;
  /** Against {@link baselineOf}; undefined when that was not run. */
  readonly comparison: Comparison | undefined;
  readonly smallBlockTail: Tail | undefined;
  readonly smallBlockCpu: CpuPerExchange | undefined;
  readonly largestBlockCpu: CpuPerExchange | undefined;
  readonly proof: PathProof | undefined;
}

/** `warning`: distrust something; `finding`: what the numbers say; `context`: what they can and cannot mean. */
export interface Note {
  readonly kind: 'warning' | 'finding' | 'context';
  /** Stable name of what is said: `ratio-small-block`, `pole-and-mtu`. */
  readonly topic: string;
  readonly text: string;
}

export interface Analysis {
  /** 64 bytes where they were measured, else the smallest block. */
  readonly smallBlockBytes: number;
  readonly largestBlockBytes: number;
  /** In the run's order; systems without a sample are left out. */
  readonly systems: readonly SystemAnalysis[];
  /** Between systems that a reader chooses between. */
  readonly rivals: readonly Comparison[];
  /** The result in a sentence or two. */
  readonly headline: string;
  readonly notes: readonly Note[];
  /** Of services; none unless the run measured some. */
  readonly transfers: readonly TransferAnalysis[];
}

/** What headline and notes are written from. */
export type AnalysisFacts = Omit<Analysis, 'headline' | 'notes' | 'transfers'>;

/** Transfers of a system that failed, or what else was counted of them, by its name. */
export interface TransferCount {
  readonly system: SystemName;
  readonly what: string;
  readonly count: number;
}

export interface TransferAnalysis {
  readonly transfer: TransferName;
  readonly smallBytes: number;
  readonly largestBytes: number;
  /** In the run's order; systems of which no transfer came to its end are left out. */
  readonly systems: readonly SystemAnalysis[];
  /** By cause. */
  readonly failures: readonly TransferCount[];
  /** Retransmissions and the like, where there were any. */
  readonly counts: readonly TransferCount[];
}
