// What `lvskit scale` leaves behind: the types of `scale.json` and of the lines of `windows.ndjson`. A window is a time that
// all clients share: only what falls into it counts. Beside it there are windows that are not shared, each client's its own.

import {
  type Environment,
  type MachineEnvironment,
  type SystemName,
  type TimeSummary,
  TRANSFER_NAMES,
} from './results.ts';

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
  readonly timeNs: Omit<TimeSummary, 'p5'>;
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
  /** Between the two readings of its counters, where they were not everybody's. */
  readonly seconds?: number;
}

/** What one host did in the window, where the machines are hosts. */
export interface HostLoad {
  /** `Machine.name` */
  readonly machine: string;
  readonly cpuCount: number;
  /** Of all its CPUs, and of that the part in which packets were processed: softirq. */
  readonly cpuShare: number;
  readonly softirqCpuShare: number;
  /** Of the IPv4 packets that came in, those that its kernel passed on to other hosts. */
  readonly forwardedShare: number;
}

/** A host's clock in the window. A client has one, and so has a machine whose counters are read. */
export interface HostClock {
  readonly machine: string;
  /** Its CLOCK_MONOTONIC less the controller's, as the window took it to be. */
  readonly offsetNs: number;
  /** That was right to this, from the window's preparation to its end. */
  readonly boundNs: number;
}

/** A machine whose counters, or some of them, are not in the window. */
export interface UnreadMachine {
  readonly machine: string;
  readonly why: string;
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
  /** Connections that the realservers accepted in the window, by their own TCP's count. Undefined where not all were read. */
  readonly newConnections: number | undefined;
  /** Packets that the director dropped meanwhile. Undefined where nobody could tell. */
  readonly drops: number | undefined;
  /** Share of all CPUs of the machine that was in use; of hosts, of the busiest one that was read. */
  readonly machineCpuShare: number | undefined;
  /** Of it the part in which packets were processed, the director's among them: softirq. */
  readonly softirqCpuShare: number | undefined;
  /** What the processes of the busiest realserver used, of one CPU; of hosts, of those that were read. */
  readonly serverCpuShare: number | undefined;
  /** Largest difference between the clients' clocks and the controller's, and how exactly that is known, ns. */
  readonly clockOffsetNs: number;
  readonly clockBoundNs: number;
  /** The next three only where the machines are hosts. */
  readonly clocks?: readonly HostClock[];
  readonly hosts?: readonly HostLoad[];
  readonly unread?: readonly UnreadMachine[];
}

/** A host that takes part, as it was found at the beginning. */
export interface ScaleHost {
  /** `Machine.name`; those of further clients follow the conf's: `client2`, … */
  readonly machine: string;
  /** Its own name, or what it was called for the run. */
  readonly host: string;
  /** Undefined where it was not reached. */
  readonly found:
    | {
        readonly kernel: string;
        readonly cpuModel: string;
        readonly cpuCount: number;
        readonly memoryBytes: number;
        readonly congestionControl: string;
        readonly nics: readonly HostNic[];
      }
    | undefined;
}

export interface HostNic {
  readonly device: string;
  /** Undefined where the host does not know. */
  readonly mtu: number | undefined;
  readonly rateMbps: number | undefined;
}

/** Of hosts, the machine is the one that lvskit ran on, and what links are like is each host's own. */
export type ScaleEnvironment = MachineEnvironment & Partial<Omit<Environment, keyof MachineEnvironment>>;

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
  readonly environment: ScaleEnvironment;
  /** Where the cluster stood on hosts, these; otherwise it was a lab on one machine. */
  readonly hosts?: readonly ScaleHost[];
}
