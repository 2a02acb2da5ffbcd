// A service that blocks in what it serves, for several clients at once: processes of the same program that all accept at one
// listening socket. One more waits than is at work, so that whoever comes next is served at once; those that have done their
// work wait again.

import { type ChildProcess, spawn } from 'node:child_process';
import { writeSync } from 'node:fs';
import { LvskitError } from '../model/mod.ts';
import { ownLauncher } from './daemon.ts';

/** In a worker: the listening socket, and where it says whether it waits. */
export const WORKER_LISTENER = 3;
const WORKER_REPORT = 4;
/** Not a word of the command line: that of every process is the one by which the whole service is started. */
const WORKER_MARK = 'LVSKIT_WORKER';
const IDLE = 'i';
const BUSY = 'b';

/** Whether this process is one of a pool. */
export function isWorker(): boolean {
  return process.env[WORKER_MARK] !== undefined;
}

/** A worker says that it waits for a connection, and that it has one. False when there is nobody to tell: it is to end. */
export function sayIdle(): boolean {
  return report(IDLE);
}

export function sayBusy(): boolean {
  return report(BUSY);
}

function report(state: string): boolean {
  try {
    writeSync(WORKER_REPORT, state);
    return true;
  } catch {
    return false;
  }
}

export interface WorkerPoolOptions {
  /** A socket that listens; it stays ours. */
  readonly listener: number;
  /** So many wait, as long as there may be more. */
  readonly spare: number;
  /** So many there are at most; further connections wait in the kernel. */
  readonly most: number;
}

/** Runs for as long as this process; rejects with WORKER_ENDED when a worker has ended by itself before it was ready. */
export async function keepWorkers({ listener, spare, most }: WorkerPoolOptions): Promise<never> {
  const workers = new Map<ChildProcess, 'starting' | 'idle' | 'busy'>();
  endWorkersOnSignals(workers);
  const { promise, reject } = Promise.withResolvers<never>();
  const fill = () => {
    const waiting = [...workers.values()].filter((state) => state !== 'busy').length;
    for (let count = waiting; count < spare && workers.size < most; count++) start();
  };
  const start = () => {
    const [program = '', ...words] = [...ownLauncher(), ...process.argv.slice(2)];
    const env = { ...process.env, [WORKER_MARK]: '1' };
    const worker = spawn(program, words, { stdio: ['ignore', 'inherit', 'inherit', listener, 'pipe'], env });
    workers.set(worker, 'starting');
    const reports = worker.stdio[WORKER_REPORT] as NodeJS.ReadableStream;
    reports.on('data', (states: Buffer) => {
      workers.set(worker, states.toString().endsWith(IDLE) ? 'idle' : 'busy');
      fill();
    });
    worker.on('error', (error) => reject(workerEnded(error.message, error)));
    worker.on('exit', (status, signal) => {
      const wasReady = workers.get(worker) !== 'starting';
      workers.delete(worker);
      if (wasReady) fill();
      else reject(workerEnded(signal === null ? `with status ${status}` : `by ${signal}`));
    });
  };
  fill();
  return await promise;
}

function endWorkersOnSignals(workers: ReadonlyMap<ChildProcess, unknown>): void {
  const end = (signal: NodeJS.Signals) => {
    for (const worker of workers.keys()) worker.kill('SIGTERM');
    process.kill(process.pid, signal);
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.removeAllListeners(signal).once(signal, end);
}

function workerEnded(how: string, cause?: Error): LvskitError {
  return new LvskitError('WORKER_ENDED', `a process that was to serve connections ended ${how}`, {
    cause,
    remedy: 'see what it has said above; there may be too little memory, or too many processes',
  });
}
