// The progress of a comparison: on a terminal as tasks that are ticked off, in a log as a line now and then.

import { Listr } from 'listr2';
import type { CompareProgress } from '../suite/mod.ts';

export interface ProgressView {
  show(progress: CompareProgress): void;
  /** Does the work and shows how it ends. Throws what it throws. */
  run(work: () => Promise<unknown>): Promise<void>;
}

const STAGES = ['Build a lab for each system', 'Prove that packets go its way', 'Measure, interleaved'] as const;
const STAGE_OF = { building: 0, proving: 1, proven: 1, measuring: 2 } as const satisfies Record<
  CompareProgress['stage'],
  number
>;

/** A log gets this many lines of the measuring. */
const LOG_LINES = 10;

export function createCompareProgress(options: { readonly silent: boolean; readonly terminal: boolean }): ProgressView {
  if (options.silent) return { show: () => {}, run: async (work) => void (await work()) };
  return options.terminal ? new TaskView() : new LogView();
}

function describe(progress: CompareProgress, secondsLeft: number): string {
  switch (progress.stage) {
    case 'building':
      return `${progress.system} stands, ${progress.ready} of ${progress.total}`;
    case 'proving':
      return progress.system;
    case 'proven':
      return `${progress.proof.system}: ${progress.proof.hostnames.slice(0, 4).join(' ')} …`;
    case 'measuring': {
      const { done, total, sample } = progress;
      const what = 'transfer' in sample ? `${sample.transfer}, ` : '';
      const { p5 } = 'transfer' in sample ? sample.timeNs : sample.oneWayNs;
      const us = (p5 / 1000).toFixed(2);
      return `${done} of ${total}, ${secondsLeft} s left: ${what}${sample.system}, ${sample.sizeBytes} B, ${us} µs`;
    }
  }
}

/** How long the visits to come will take, if they take as long as those done. */
class Stopwatch {
  #startedMs: number | undefined;

  secondsLeft(progress: CompareProgress): number {
    if (progress.stage !== 'measuring') return 0;
    this.#startedMs ??= performance.now();
    const { done, total } = progress;
    return Math.ceil(((performance.now() - this.#startedMs) / done) * ((total - done) / 1000));
  }
}

class LogView implements ProgressView {
  readonly #watch = new Stopwatch();
  #stage = -1;

  show(progress: CompareProgress): void {
    const stage = STAGE_OF[progress.stage];
    if (stage > this.#stage) console.log(STAGES[stage]);
    this.#stage = stage;
    const left = this.#watch.secondsLeft(progress);
    if (progress.stage === 'proving') return;
    if (progress.stage === 'measuring' && progress.done % Math.ceil(progress.total / LOG_LINES) !== 0) return;
    console.log(`  ${describe(progress, left)}`);
  }

  async run(work: () => Promise<unknown>): Promise<void> {
    await work();
  }
}

/** Three tasks, each ending when the comparison has gone on to the next. */
class TaskView implements ProgressView {
  readonly #watch = new Stopwatch();
  readonly #ends = STAGES.map(() => Promise.withResolvers<void>());
  #write: (text: string) => void = () => {};
  #stage = 0;

  show(progress: CompareProgress): void {
    for (; this.#stage < STAGE_OF[progress.stage]; this.#stage++) this.#ends[this.#stage]?.resolve();
    this.#write(describe(progress, this.#watch.secondsLeft(progress)));
  }

  async run(work: () => Promise<unknown>): Promise<void> {
    const tasks = new Listr(
      STAGES.map((title, stage) => ({
        title,
        task: (_, task) => {
          this.#write = (text) => {
            task.output = text;
          };
          return this.#ends[stage]?.promise;
        },
      })),
      { registerSignalListeners: false },
    );
    const shown = tasks.run();
    try {
      await work();
      for (const end of this.#ends) end.resolve();
      await shown;
    } catch (error) {
      // The error itself is printed by main; here the task only shows a cross.
      this.#ends[this.#stage]?.reject(new Error('stopped'));
      await shown.catch(() => {});
      throw error;
    }
  }
}
