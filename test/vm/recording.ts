// Recordings of scenarios: made in VMs, one for each of the host's CPUs unless LVSKIT_VMS says how many, and compared
// outside.

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { runInVm } from './machine/machine.ts';

/** What one scenario has shown on each director, line by line. */
export interface Recording {
  readonly name: string;
  readonly ipvs: readonly string[];
  readonly lvskit: readonly string[];
}

type OnRecording = (recording: Recording) => void;

const TIMEOUT_SECONDS = 3600;
const MEMORY_MB = 4096;
const VMS_AT_MOST = 4;

/**
 * Plays the scenarios whose names match, and hands each recording on when it is there. With `only`, what is recorded for
 * lvskit is what IPVS has done. Throws VmError.
 */
export async function recordScenarios(pattern: string, onRecording: OnRecording, only?: 'ipvs'): Promise<void> {
  const vms = Number(process.env.LVSKIT_VMS) || Math.min(availableParallelism(), VMS_AT_MOST);
  const words = (part: number) => [pattern, `${part}`, `${vms}`, only ?? ''];
  await Promise.all(Array.from({ length: vms }, (_, part) => recordPart(words(part), onRecording)));
}

async function recordPart(words: readonly string[], onRecording: OnRecording): Promise<void> {
  let rest = '';
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      const lines = `${rest}${chunk.toString('latin1')}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onRecording(JSON.parse(line) as Recording);
      done();
    },
  });
  const status = await runInVm({
    argv: [process.execPath, join(import.meta.dirname, 'player/main.ts'), ...words],
    stdout,
    stderr: process.stderr,
    countInstructions: true,
    timeoutSeconds: TIMEOUT_SECONDS,
    memoryMb: MEMORY_MB,
  });
  if (status !== 0) throw new Error(`the player ended with status ${status}: ${rest}`);
}
