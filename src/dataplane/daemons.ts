// Processes of lvskit that stay with a director: starting them, finding them and ending them. Each writes a record of
// itself when it is ready; a record whose process has died counts for nothing.

import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { ownLauncher, pauseThread, startDaemon } from '../system/mod.ts';

const PATIENCE_MS = 30_000;
const PAUSE_MS = 10;

interface DaemonRecord<T> {
  readonly pid: number;
  /** Of the process, in clock ticks since boot: tells it from a later one with its number. */
  readonly startTime: string;
  /** What it says of itself. */
  readonly daemon: T;
}

export interface DaemonFiles {
  readonly record: string;
  /** What the daemon says, which is nothing while all goes well. */
  readonly log: string;
}

/** Start time of a process that lives; undefined for one that has ended. */
function startTimeOf(pid: number): string | undefined {
  try {
    // Behind the name, which may hold anything but ends with the last bracket: state, …, start time as the 20th.
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
      .replace(/^.*\) /s, '')
      .split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Undefined when it does not run. */
export function readDaemon<T>({ record: path }: DaemonFiles): DaemonRecord<T> | undefined {
  let record: DaemonRecord<T>;
  try {
    record = JSON.parse(readFileSync(path, 'utf8')) as DaemonRecord<T>;
  } catch {
    return undefined;
  }
  return startTimeOf(record.pid) === record.startTime ? record : undefined;
}

/** Said by the daemon itself, of its own process, when it is ready. */
export function recordDaemon<T>({ record }: DaemonFiles, daemon: T): void {
  const content: DaemonRecord<T> = { pid: process.pid, startTime: startTimeOf(process.pid) ?? '', daemon };
  mkdirSync(dirname(record), { recursive: true, mode: 0o700 });
  writeFileSync(`${record}.new`, JSON.stringify(content), { mode: 0o600 });
  renameSync(`${record}.new`, record);
}

/**
 * Runs lvskit with these words in the background and waits until it has recorded itself. Otherwise throws what `failed`
 * makes of its last words.
 */
export function startRecorded(files: DaemonFiles, words: readonly string[], failed: (log: string) => Error): void {
  const { record, log } = files;
  mkdirSync(dirname(record), { recursive: true, mode: 0o700 });
  rmSync(record, { force: true });
  rmSync(log, { force: true });
  const pid = startDaemon([...ownLauncher(), ...words], log);
  const deadline = Date.now() + PATIENCE_MS;
  while (readDaemon(files) === undefined) {
    const hasEnded = pid === undefined || startTimeOf(pid) === undefined;
    if (hasEnded || Date.now() > deadline) throw failed(readFileSync(log, 'utf8'));
    pauseThread(PAUSE_MS);
  }
}

/** Ends the daemon, waits until it is gone, and removes what is recorded of it. Says whether there was one. */
export function endDaemon(files: DaemonFiles): boolean {
  const record = readDaemon(files);
  // It holds nothing that a signal could spoil.
  if (record !== undefined && record.pid !== process.pid) {
    killIfThere(record.pid);
    while (startTimeOf(record.pid) === record.startTime) pauseThread(PAUSE_MS);
  }
  for (const file of Object.values<string>({ ...files })) rmSync(file, { force: true });
  return record !== undefined;
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
