// What an experiment measures with: it builds systems that the bench takes down again, and lets visits go round: stop after
// stop of each size, in turn, round after round. Every visit becomes an observation, written as soon as it is there.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { loadCluster } from '../../conf/mod.ts';
import type { Cluster, Depth, Observation } from '../../model/mod.ts';
import { inTurn } from '../in-turn.ts';
import type { SystemPlan } from '../systems.ts';
import { Testbed, type TestbedOptions } from '../testbed.ts';

/** Something that can be visited again and again at one size. */
export interface Stop extends Pick<Observation, 'cell' | 'measure' | 'sizeBytes'> {
  visit(): Promise<Visit>;
}

export type Visit = Pick<Observation, 'values' | 'words' | 'histogram'>;

export interface BenchOptions {
  readonly depth: Depth;
  readonly signal: AbortSignal;
  record(observation: Observation): void;
  /** Ids of claims that what is recorded leaves open, and more of the same might decide. */
  openClaims(): ReadonlySet<string>;
  onProgress(text: string): void;
}

/** Unless an experiment says otherwise: the cost of the path, without wake-ups of another CPU. */
const ONE_CPU = { client: 0, realserver: 0 };

/** Labs that are built at the same time; more would only wait for a CPU, and their agents' patience ends. */
const BUILT_AT_ONCE = 3;

/** Times the rounds at which it is looked whether they are enough. */
const LOOKS = [1, 1.5, 2, 3, 4, 6];

/** That rounds may go on for claims that are open, in all of an experiment. */
const EXTRA_SECONDS = { quick: 5, full: 60 };

export class Bench {
  readonly depth: Depth;
  readonly signal: AbortSignal;
  readonly #options: BenchOptions;
  readonly #cleanups: (() => Promise<void> | void)[] = [];
  readonly #building = new Set<Promise<void>>();
  #standing = 0;
  #hasEnded = false;
  #extraSeconds: number;

  constructor(options: BenchOptions) {
    this.depth = options.depth;
    this.signal = options.signal;
    this.#options = options;
    this.#extraSeconds = EXTRA_SECONDS[options.depth];
  }

  choose<T>(quick: T, full: T): T {
    return this.depth === 'quick' ? quick : full;
  }

  /** @param conf of examples/, without its ending */
  cluster(conf: string): Cluster {
    const confFile = fileURLToPath(new URL(`../../../examples/${conf}.conf`, import.meta.url));
    return loadCluster({ confFile, hostsFile: undefined });
  }

  /** A lab's name that nobody else has. */
  labName(): string {
    return `rep${process.pid}-${++this.#standing}`;
  }

  /** Stands until the experiment ends. */
  async stand(plan: SystemPlan, options: Partial<TestbedOptions> = {}): Promise<Testbed> {
    while (this.#building.size >= BUILT_AT_ONCE) await Promise.race(this.#building);
    this.signal.throwIfAborted();
    if (this.#hasEnded) throw new Error('the experiment has ended while this was waiting for its turn');
    const starting = Testbed.start(plan, { labName: this.labName(), cpus: ONE_CPU, signal: this.signal, ...options });
    const built = starting.then(
      () => {},
      () => {},
    );
    this.#building.add(built);
    void built.then(() => this.#building.delete(built));
    // Before it stands: where several start at once and one fails, the others are still on their way.
    this.onEnd(() =>
      starting.then(
        (testbed) => testbed.stop(),
        () => {}, // has cleaned up after itself
      ),
    );
    return await starting;
  }

  /** A folder of its own, in another one; removed with all that is in it when the experiment has ended. */
  makeFolder(name: string, parent = tmpdir()): string {
    const folder = mkdtempSync(join(parent, `lvskit-${name}-`));
    this.onEnd(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  }

  /** Done when the experiment has ended, however it ends; the last one first. */
  onEnd(cleanup: () => Promise<void> | void): void {
    this.#cleanups.push(cleanup);
  }

  record(observation: Observation): void {
    this.#options.record(observation);
  }

  /**
   * Each round visits every stop once; stops of the same measure and size follow each other, in turn. A single round is
   * one; more go on beyond what is asked for while they leave a claim open and there is time.
   */
  async goRound(rounds: number, stops: readonly Stop[]): Promise<void> {
    const groups = [...Map.groupBy(stops, ({ measure, sizeBytes }) => `${measure} ${sizeBytes}`).values()];
    // What other stops have left open is not decided by these.
    const openBefore = this.#options.openClaims();
    let done = 0;
    for (const look of rounds === 1 ? [1] : LOOKS) {
      const startedAt = performance.now();
      for (const goal = Math.ceil(look * rounds); done < goal; done++) {
        if (look > 1 && performance.now() - startedAt > 1000 * this.#extraSeconds) break;
        this.#options.onProgress(`round ${done + 1} of ${goal}`);
        await this.#visitAll(groups, done);
      }
      if (look > 1) this.#extraSeconds -= (performance.now() - startedAt) / 1000;
      if (this.#extraSeconds <= 0 || [...this.#options.openClaims()].every((id) => openBefore.has(id))) return;
    }
  }

  async #visitAll(groups: readonly (readonly Stop[])[], round: number): Promise<void> {
    for (const group of groups) {
      for (const { visit, ...stop } of inTurn(group, round)) {
        this.signal.throwIfAborted();
        this.record({ ...stop, round, ...(await visit()) });
      }
    }
  }

  /** Everything that stands goes; the first failure is thrown when all has been tried. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    const failures: unknown[] = [];
    for (const cleanup of this.#cleanups.splice(0).toReversed()) {
      try {
        await cleanup();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
