// A service that `lvskit serve` runs in a namespace, and what `lvskit bench` measures of it from another one.

import { readFileSync } from 'node:fs';
import { runCommand, runCommandAsync } from '../../../src/system/mod.ts';
import { inNamespace, LVSKIT, startInBackground, untilListening } from '../netpipe-namespaces.ts';

/** Runs `work` once something listens on the port; afterwards ends what has been started. */
export async function withServed(
  namespace: string,
  words: readonly string[],
  port: number,
  work: () => Promise<void>,
): Promise<void> {
  const service = startInBackground([...inNamespace(namespace), LVSKIT, 'serve', ...words, '--port', String(port)]);
  try {
    await Promise.race([
      untilListening(namespace, port),
      service.ended.then(() => Promise.reject(new Error(service.output()))),
    ]);
    await work();
  } finally {
    for (const { pid } of processesIn(namespace)) process.kill(pid, 'SIGKILL');
    await service.ended;
  }
}

/** All of a namespace, whatever has become of their parents. */
export function processesIn(namespace: string): readonly { readonly pid: number; readonly name: string }[] {
  const pids = runCommand(['ip', 'netns', 'pids', namespace]).stdout.split('\n').filter(Boolean).map(Number);
  return pids.flatMap((pid) => {
    try {
      return [{ pid, name: readFileSync(`/proc/${pid}/comm`, 'utf8').trim() }];
    } catch {
      return []; // it has ended
    }
  });
}

/** Sends a signal to the programs of these names. Returns how many there were. */
export function signal(namespace: string, names: readonly string[], which: NodeJS.Signals): number {
  const found = processesIn(namespace).filter(({ name }) => names.includes(name));
  return found.filter(({ pid }) => {
    try {
      return process.kill(pid, which);
    } catch {
      return false; // it has ended
    }
  }).length;
}

export interface Measured {
  readonly status: number;
  readonly stderr: string;
  readonly rows: readonly {
    readonly sizeBytes: number;
    readonly transfers: number;
    readonly payloadBytes: number;
    readonly wireBytes: number;
    readonly failures: Readonly<Record<string, number>>;
    readonly timeNs: { readonly min: number; readonly p50: number; readonly max: number };
  }[];
}

/** @param words of `lvskit bench`, without --json */
export async function bench(enter: readonly string[], words: string): Promise<Measured> {
  const argv = [...enter, LVSKIT, 'bench', ...words.split(' '), '--json'];
  const { status, stdout, stderr } = await runCommandAsync(argv, { allowFailure: true, timeoutMs: 60_000 });
  return {
    status,
    stderr,
    rows: stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
  };
}

/** Why a measurement did not even begin; undefined when it did. */
export function causeOf({ stderr }: Measured): string | undefined {
  return /^lvskit: cannot transfer \S+(?: \(.*\))?: (.*)$/m.exec(stderr)?.[1];
}
