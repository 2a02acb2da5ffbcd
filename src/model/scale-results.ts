// What `lvskit scale` leaves behind: the types of `scale.json` and of the lines of `windows.ndjson`. A window is a time that
// all clients share: only what falls into it counts. Beside it there are windows that are not shared, each client's its own.

import { type Environment, type SystemName, TRANSFER_NAMES } from './results.ts';

/** What clients can do in a window: netpipe's blocks to and fro or one way, too. */
export const WINDOW_TRANSFER_NAMES = [...TRANSFER_NAMES, 'netpipe', 'netpipe-stream'] as const;
export type WindowTransferName = (typeof WINDOW_TRANSFER_NAMES)[number];

/** Of one client in one window. */
export interface ClientShare {
  /** `Machine.name` */
  readonly client: string;
  /** In the window. A transfer that was partly in it counts with the share of its time. */
  readonly payloadBytes: number;
  /** That ended in the window. */
  readonly transfers: number;
  /** Of these, ns. */
  readonly timeNs: {
    readonly min: number;
    readonly p50: number;
    readonly p99: number;
    readonly max: number;
    readonly mean: number;
  };
  /** All that it moved, before the window and after it, too, by its own clock. */
  readonly own: { readonly payloadBytes: number; readonly seconds: number };
  readonly failures: Readonly<Record<string, number>>;
  /** Share of the window that its transfers covered. */
  readonly covered: number;
  /** Of one CPU. */
  readonly cpuShare: number;
}

/** A client whose agent is gone. */
export interface LostClient {
  readonly client: string;
  readonly why: string;
}

/** Bytes that went over a link in the window, by the interface's own counters, headers included. */
export interface LinkLoad {
  /** `director:eth0` */
  readonly link: string;
  readonly inBytes: number;
  readonly outBytes: number;
}

export interface WindowSample {
  readonly system: SystemName;
  readonly realservers: number;
  readonly clients: number;
  readonly round: number;
  /** Of a transfer, or a block of netpipe. */
  readonly sizeBytes: number;
  /** Whether all clients had one window; otherwise every second one had its own half a window later. */
  readonly synchronised: boolean;
  /** Of the window, as the controller has seen it. */
  readonly seconds: number;
  readonly shares: readonly ClientShare[];
  readonly lost: readonly LostClient[];
  readonly links: readonly LinkLoad[];
  /** Address of a realserver → connections that it was given for the window, where the director is lvskit's. */
  readonly connections: Readonly<Record<string, number>>;
  /** Connections that the realservers accepted in the window, by their own TCP's count. */
  readonly newConnections: number;
  /** Packets that the director dropped meanwhile. */
  readonly drops: number;
  /** Share of all CPUs of the machine that was in use. */
  readonly machineCpuShare: number;
  /** Of it the part in which packets were processed, the director's among them: softirq. */
  readonly softirqCpuShare: number;
  /** What the processes of the busiest realserver used, of one CPU. */
  readonly serverCpuShare: number;
  /** Largest difference between the clients' clocks and the controller's, and how exactly that is known, ns. */
  readonly clockOffsetNs: number;
  readonly clockBoundNs: number;
}

/** `scale.json` */
export interface ScaleRun {
  readonly format: 2;
  readonly kind: 'scale';
  readonly startedAt: string;
  readonly finishedAt: string | undefined;
  readonly command: readonly string[];
  readonly systems: readonly SystemName[];
  readonly realservers: readonly number[];
  readonly clients: readonly number[];
  readonly transfer: WindowTransferName;
  /** A window for each. */
  readonly sizesBytes: readonly number[];
  readonly windowSeconds: number;
  readonly rounds: number;
  /** Of every link, bit/s; without it, what the machine can do. */
  readonly rateBitsPerSecond: number | undefined;
  readonly environment: Environment;
}
