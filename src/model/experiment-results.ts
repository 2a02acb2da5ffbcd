// What `lvskit reproduce` leaves behind: the types of `reproduce.json`, and, in a folder for each experiment, of
// `experiment.json` and of the lines of `observations.ndjson`.

import type { MachineEnvironment } from './results.ts';

/** How long an experiment may take: until a difference shows, or until its interval is narrow. */
export const DEPTHS = ['quick', 'full'] as const;
export type Depth = (typeof DEPTHS)[number];

/** One visit of an experiment, whatever it was of. */
export interface Observation {
  /** What was visited, in the experiment's words: `nat`, `MTU 400`. */
  readonly cell: string;
  /** What was done there: `netpipe`, `http-new`. */
  readonly measure: string;
  /** Of a block or a file; 0 where there is no size. */
  readonly sizeBytes: number;
  /** Observations of the same round were made next to each other; 0-based. */
  readonly round: number;
  /** Numbers by name; the name ends in the unit where there is one: `timeNs`, `wireBytes`. */
  readonly values: Readonly<Record<string, number>>;
  /** Whatever is no number: hostnames that answered, causes of failures. */
  readonly words?: readonly string[] | undefined;
  /** HdrHistogram of the times in ns, V2 compressed, base64. */
  readonly histogram?: string | undefined;
}

/** `experiment.json` */
export interface ExperimentRun {
  readonly format: 1;
  readonly kind: 'experiment';
  readonly experiment: string;
  readonly depth: Depth;
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
  /** Without it, the experiment was interrupted. */
  readonly finishedAt: string | undefined;
  /** What this machine lacks for it: a daemon, a module. Nothing was measured then. */
  readonly needs: string | undefined;
  /** Why it ended early, if it did: the message of an error, with its code. */
  readonly failure: string | undefined;
  readonly environment: MachineEnvironment;
}

/** `reproduce.json` */
export interface Reproduction {
  readonly format: 1;
  readonly kind: 'reproduce';
  readonly startedAt: string;
  readonly command: readonly string[];
  readonly depth: Depth;
  readonly environment: MachineEnvironment;
}
