// The one place that runs programs, and the one home of what is said when they are missing or fail.
// It knows nothing of what the programs do.

import { type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { constants as osConstants } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';
import { CommandError, notRootError } from './errors.ts';

export interface CommandOptions {
  /** Given to the program on its standard input; without it that is empty. */
  readonly input?: string;
  /** Return a status other than 0 instead of throwing. A missing program always throws. */
  readonly allowFailure?: boolean;
  /** After this the program is killed and the call throws. */
  readonly timeoutMs?: number;
}

export interface CommandResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit status; 128 + n for a program ended by signal n, as in a shell. */
  readonly status: number;
}

/** Debian's and Ubuntu's package of each program that lvskit runs. */
const PACKAGE_OF_PROGRAM: Readonly<Record<string, string>> = {
  NPtcp: 'netpipe-tcp',
  bridge: 'iproute2',
  ethtool: 'ethtool',
  'ganesha.nfsd': 'nfs-ganesha-vfs',
  'in.rshd': 'rsh-redone-server',
  inetd: 'openbsd-inetd',
  ip: 'iproute2',
  iperf3: 'iperf3',
  lpd: 'lpr',
  modprobe: 'kmod',
  mount: 'mount',
  nft: 'nftables',
  nginx: 'nginx-light',
  nsenter: 'util-linux',
  rpcbind: 'rpcbind',
  setpriv: 'util-linux',
  sysctl: 'procps',
  tc: 'iproute2',
  tcpdump: 'tcpdump',
  unshare: 'util-linux',
  vsftpd: 'vsftpd',
};

/** Programs of administration live in sbin, which sudo and cron may leave off the PATH. */
const SYSTEM_DIRECTORIES = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/** Output of one program that is kept, bytes; `ip -j` of a big lab prints some hundreds of kilobytes. */
const OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024;

/** Runs a program to its end. Throws {@link CommandError}. */
export function runCommand(argv: readonly string[], options: CommandOptions = {}): CommandResult {
  const [program, ...rest] = argv as [string, ...string[]];
  const child: SpawnSyncReturns<string> = spawnSync(program, rest, {
    encoding: 'utf8',
    input: options.input ?? '',
    env: environment(),
    maxBuffer: OUTPUT_LIMIT_BYTES,
    killSignal: 'SIGKILL',
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
  });
  // A program that ends without reading its input (EPIPE) is judged by its status.
  if (child.error !== undefined && codeOf(child.error) !== 'EPIPE') throw startError(argv, child.error, options);
  return judge(argv, options, {
    stdout: child.stdout,
    stderr: child.stderr,
    status: statusOf(child.status, child.signal),
  });
}

/** {@link runCommand} without blocking the event loop, so that several can run at a time. */
export function runCommandAsync(argv: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  const [program, ...rest] = argv as [string, ...string[]];
  return new Promise((resolve, reject) => {
    const child = spawn(program, rest, {
      stdio: 'pipe',
      env: environment(),
      killSignal: 'SIGKILL',
      ...(options.timeoutMs === undefined ? {} : { signal: AbortSignal.timeout(options.timeoutMs) }),
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    // As above: EPIPE.
    child.stdin.on('error', () => {});
    child.stdin.end(options.input ?? '');
    child.on('error', (error) => reject(startError(argv, error, options)));
    child.on('close', (status, signal) => {
      try {
        resolve(judge(argv, options, { stdout, stderr, status: statusOf(status, signal) }));
      } catch (error) {
        reject(error);
      }
    });
  });
}

/** Path of a program on the PATH or in the system directories. Throws COMMAND_NOT_FOUND. */
export function findProgram(program: string): string {
  const path = pathOf(program);
  if (path === undefined) throw notFoundError([program]);
  return path;
}

export function hasProgram(program: string): boolean {
  return pathOf(program) !== undefined;
}

function pathOf(program: string): string | undefined {
  if (isAbsolute(program)) return isExecutable(program) ? program : undefined;
  return searchPath()
    .split(delimiter)
    .map((directory) => join(directory, program))
    .find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Throws NOT_ROOT unless this process is root. `purpose` says what for: "setting up a lab". */
export function requireRoot(purpose: string): void {
  if (process.geteuid?.() !== 0) throw notRootError(purpose);
}

/** The command as one could type it. */
export function quote(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
}

/** C locale, because messages and numbers are parsed. */
function environment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C', PATH: searchPath() };
}

/** PATH with the system directories behind it. */
export function searchPath(): string {
  return [process.env.PATH ?? '/usr/bin:/bin', ...SYSTEM_DIRECTORIES].join(delimiter);
}

export function statusOf(status: number | null, signal: NodeJS.Signals | null): number {
  return status ?? 128 + (signal === null ? 0 : osConstants.signals[signal]);
}

function judge(argv: readonly string[], options: CommandOptions, result: CommandResult): CommandResult {
  if (result.status === 0 || options.allowFailure) return result;
  const said = result.stderr.trim() || result.stdout.trim() || 'it said nothing';
  throw new CommandError('COMMAND_FAILED', `${quote(argv)} failed with status ${result.status}: ${said}`, {
    argv,
    status: result.status,
    stderr: result.stderr,
  });
}

function startError(argv: readonly string[], error: Error, options: CommandOptions): CommandError {
  const code = codeOf(error);
  if (code === 'ENOENT') return notFoundError(argv, error);
  if (code === 'ETIMEDOUT' || code === 'ABORT_ERR') {
    const message = `${quote(argv)} was killed because it took longer than ${options.timeoutMs} ms`;
    return new CommandError('COMMAND_TIMED_OUT', message, { argv, cause: error });
  }
  return new CommandError('COMMAND_FAILED', `cannot run ${quote(argv)}: ${error.message}`, { argv, cause: error });
}

function codeOf(error: NodeJS.ErrnoException): string | undefined {
  return error.code;
}

function notFoundError(argv: readonly string[], cause?: unknown): CommandError {
  const program = argv[0] ?? '';
  const packageName = PACKAGE_OF_PROGRAM[program];
  const remedy =
    packageName === undefined
      ? `install ${program}, or put it on the PATH`
      : `install it, on Debian and Ubuntu with: apt-get install ${packageName}`;
  return new CommandError('COMMAND_NOT_FOUND', `the program '${program}' is not installed`, { argv, remedy, cause });
}
