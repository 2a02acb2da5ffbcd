// What a run leaves behind: the types of `run.json` and of the lines of `samples.ndjson` and `transfers.ndjson`. suite
// writes them; analysis and report read them and nothing else, so that an old run can be drawn again without a lab.

import type { Cluster } from './cluster.ts';

/** The ways from client to realserver that one comparison lays side by side. */
export const SYSTEM_NAMES = [
  'direct',
  'forward',
  'forward-oneway',
  'nat',
  'dr',
  'dr-martian',
  'tun',
  'nftables',
] as const;
export type SystemName = (typeof SYSTEM_NAMES)[number];

export type NetpipeMode = 'twoway' | 'stream' | 'bidirectional';

/** CPU time spent during one visit. Process time is charged per machine; softirq time only system-wide. */
export interface CpuUse {
  /** Machine name → user and system time of the processes in its namespace, ns. */
  readonly processNs: Readonly<Record<string, number>>;
  /** Time that all CPUs of the host spent in softirq, ns (10 ms granularity of /proc/stat). */
  readonly softirqNs: number;
  readonly elapsedNs: number;
}

/** Of the exchanges of one visit, ns. */
export interface TimeSummary {
  readonly min: number;
  /** 5th percentile, and so on. */
  readonly p5: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly mean: number;
}

/** Which of a visit's times stands for it. */
export const VISIT_TIMES = {
  /** The quickest twentieth: what the path takes when nothing else has the machine, as NetPIPE keeps the best of its trials. */
  undisturbed: 'p5',
  /** Where a link has a rate: its wire makes up for a late timer by letting the next blocks pass early. */
  median: 'p50',
  /** Where blocks do not wait for each other, or a share of a CPU is counted out: two may be read at once after a pause. */
  mean: 'mean',
} as const satisfies Record<string, keyof TimeSummary>;
export type VisitTime = keyof typeof VISIT_TIMES;

/** One visit: one block size on one system in one round. A line of `samples.ndjson`. */
export interface BlockSample {
  readonly system: SystemName;
  readonly mode: NetpipeMode;
  /** Visits with the same round and size were interleaved next to each other; 0-based. */
  readonly round: number;
  readonly sizeBytes: number;
  /** Exchanges that were timed. */
  readonly exchanges: number;
  /** Time per block one way (two-way: half of a round trip), over the exchanges, ns. */
  readonly oneWayNs: TimeSummary;
  /** HdrHistogram of one-way times in ns, V2 compressed, base64. */
  readonly histogram: string;
  readonly cpu: CpuUse;
}

/** What real services transfer, beside netpipe's blocks: files fetched or sent, copies, print jobs. */
export const TRANSFER_NAMES = ['http', 'http-new', 'ftp', 'ftp-put', 'rsh', 'lpd', 'nfs', 'nfs-write'] as const;
export type TransferName = (typeof TRANSFER_NAMES)[number];

/** What a comparison measures of services. */
export interface MeasuredTransfers {
  readonly names: readonly TransferName[];
  /** Powers of 2, up to 2^26. */
  readonly sizesBytes: readonly number[];
}

/** One visit: transfers of one size, one after the other, on one system in one round. A line of `transfers.ndjson`. */
export interface TransferSample {
  readonly transfer: TransferName;
  readonly system: SystemName;
  /** As a BlockSample's. */
  readonly round: number;
  readonly sizeBytes: number;
  /** That came to their end as they should; may be none. */
  readonly transfers: number;
  /** Time per transfer, ns; all 0 without any. */
  readonly timeNs: TimeSummary;
  /** HdrHistogram of the times in ns, V2 compressed, base64. */
  readonly histogram: string;
  /** Cause → how many failed. */
  readonly failures: Readonly<Record<string, number>>;
  /** What else the protocol counts: retransmissions. */
  readonly counts: Readonly<Record<string, number>>;
  readonly payloadBytes: number;
  readonly wireBytes: number;
  readonly cpu: CpuUse;
}

/** A counter along the path, and what the packets of a system must have done to it. */
export interface PathCounter {
  readonly name: string;
  /** Difference between before and after the connections. */
  readonly packets: number;
  readonly expected: 'some' | 'none';
}

/** What showed that a system, and nothing else, carried the packets. */
export interface PathProof {
  readonly system: SystemName;
  /** Hostnames answered by successive connections to the line service. */
  readonly hostnames: readonly string[];
  /** Whether they are as this system must give them: strict alternation, or always the one server. */
  readonly hostnamesAsExpected: boolean;
  readonly counters: readonly PathCounter[];
  readonly proven: boolean;
}

/**
 * Whether a counter is as it must be. A connection is several packets: where some are expected there is at least one
 * a connection, and fewer than that are somebody else's (ARP, stragglers).
 */
export function isCounterAsExpected({ packets, expected }: PathCounter, connections: number): boolean {
  return packets >= connections === (expected === 'some');
}

/** Of the machine: what holds for all that is measured on it. */
export interface MachineEnvironment {
  readonly kernel: string;
  readonly cpuModel: string;
  readonly cpuCount: number;
  readonly memoryBytes: number;
  readonly node: string;
  readonly lvskit: string;
  /** Commit of the checkout, when run from one. */
  readonly commit: string | undefined;
}

export interface Environment extends MachineEnvironment {
  readonly congestionControl: string;
  readonly offloads: boolean;
  readonly mtu: number;
  readonly rate: string | undefined;
  /**
   * `one`: all on one CPU, the cost of the path; `two`: client and realserver apart, what users see; `none`: wherever the
   * kernel puts them.
   */
  readonly pinning: 'one' | 'two' | 'none';
}

/** `run.json` */
export interface Run {
  readonly format: 1;
  readonly kind: 'compare';
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly finishedAt: string | undefined;
  readonly command: readonly string[];
  readonly cluster: Cluster;
  readonly systems: readonly SystemName[];
  readonly mode: NetpipeMode;
  readonly sizesBytes: readonly number[];
  readonly rounds: number;
  /** Measured in the same rounds. */
  readonly transfers: MeasuredTransfers | undefined;
  readonly environment: Environment;
  readonly proofs: readonly PathProof[];
}
