// A program that is talked to in lines over its stdio while it runs. What the lines mean is the caller's business.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Ending {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not be started at all. */
  readonly startError: Error | undefined;
  /** The last lines that it wrote on stderr. */
  readonly stderrLines: readonly string[];
}

export interface LineProcess {
  writeLine(line: string): void;
  /** Ends its standard input. */
  endInput(): void;
  kill(signal: NodeJS.Signals): void;
  /** Never rejects. */
  readonly ended: Promise<Ending>;
}

export interface LineProcessOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine: (line: string) => void;
}

const KEPT_STDERR_LINES = 10;

export function startLineProcess(argv: readonly string[], options: LineProcessOptions): LineProcess {
  const [program, ...rest] = argv as [string, ...string[]];
  const child = spawn(program, rest, { stdio: 'pipe', env: { ...process.env, ...options.env } });
  const stderrLines: string[] = [];
  createInterface({ input: child.stdout }).on('line', options.onLine);
  createInterface({ input: child.stderr }).on('line', (line) => {
    stderrLines.push(line);
    if (stderrLines.length > KEPT_STDERR_LINES) stderrLines.shift();
  });
  // A program that has ended is told of by `ended`, not by the broken pipe.
  child.stdin.on('error', () => {});
  const ended = new Promise<Ending>((resolve) => {
    child.on('error', (startError) => resolve({ status: null, signal: null, startError, stderrLines }));
    child.on('close', (status, signal) => resolve({ status, signal, startError: undefined, stderrLines }));
  });
  return {
    writeLine: (line) => child.stdin.write(`${line}\n`),
    endInput: () => child.stdin.end(),
    kill: (signal) => child.kill(signal),
    ended,
  };
}
