// A VM for one program: qemu's software emulation with Debian's kernel and the host's own files, which the guest sees
// under a cover of its own and so cannot change. There is no network device; what the program does stays inside.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants as osConstants, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { findProgram, requireRoot } from '../../../src/system/mod.ts';
import { VmError } from './errors.ts';
import { buildInitramfs } from './initramfs.ts';
import { type Kernel, provideKernel } from './kernel.ts';
import { shareRoot } from './shared-root.ts';

export interface VmOptions {
  /** A program by its path and its arguments. */
  readonly argv: readonly string[];
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** Real time until the guest is stopped. */
  readonly timeoutSeconds?: number | undefined;
  /** Each instruction takes 1 ns of the guest's time, and time without work is skipped: runs repeat, sleep is short. */
  readonly countInstructions?: boolean | undefined;
  readonly cpus?: number | undefined;
  readonly memoryMb?: number | undefined;
}

const QEMU = 'qemu-system-x86_64';
const PROJECT = join(import.meta.dirname, '../../..');
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const TIMEOUT_SECONDS = 120;
const MEMORY_MB = 2048;
const SAID_AT_MOST_CHARACTERS = 3000;

/** Returns the program's exit status. Throws {@link VmError}, {@link VmTimeoutError}. */
export async function runInVm(options: VmOptions): Promise<number> {
  requireRoot('sharing / with a VM');
  if (process.arch !== 'x64')
    throw new VmError(`the VM is an x86-64 one, this machine is ${process.arch}`, 'use x86-64');
  requireQemu();
  const kernel = provideKernel();
  const scratch = mkdtempSync(join(tmpdir(), 'lvskit-vm-'));
  const children: ChildProcess[] = [];
  const cleanUp = () => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(scratch, { recursive: true, force: true });
  };
  process.once('exit', cleanUp);
  for (const signal of SIGNALS) process.once(signal, endProcess);
  try {
    const initramfs = join(scratch, 'initramfs');
    writeFileSync(initramfs, buildInitramfs(kernel, guestFiles(kernel, options.argv)));
    const program = resolve(options.argv[0] ?? '');
    const root = await shareRoot(scratch, [process.cwd(), program, PROJECT, kernel.modules]);
    children.push(root.server);
    return await boot({ ...options, kernel, initramfs, socketPath: root.socketPath, scratch, children });
  } finally {
    cleanUp();
    process.off('exit', cleanUp);
    for (const signal of SIGNALS) process.off(signal, endProcess);
  }
}

/** So that what is to be put away at exit is. */
function endProcess(signal: NodeJS.Signals): never {
  process.exit(128 + osConstants.signals[signal]);
}

function requireQemu(): void {
  try {
    findProgram(QEMU);
  } catch (cause) {
    throw new VmError(`there is no ${QEMU}`, 'apt-get install qemu-system-x86', cause);
  }
}

function guestFiles(kernel: Kernel, [program = '', ...words]: readonly string[]): Record<string, string | Uint8Array> {
  const job = [
    `modules=${shellWord(kernel.modules)}`,
    `folder=${shellWord(process.cwd())}`,
    `argv=(${[resolve(program), ...words].map(shellWord).join(' ')})`,
  ];
  const script = (name: string) => readFileSync(join(import.meta.dirname, 'guest', name));
  return { init: script('init'), main: script('main'), job: `${job.join('\n')}\n` };
}

/** A file that the guest's busybox and bash read. */
function shellWord(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

interface Boot extends VmOptions {
  readonly kernel: Kernel;
  readonly initramfs: string;
  readonly socketPath: string;
  readonly scratch: string;
  /** To be ended with this process. */
  readonly children: ChildProcess[];
}

async function boot(options: Boot): Promise<number> {
  const { stdout, stderr, scratch, timeoutSeconds = TIMEOUT_SECONDS } = options;
  const qemu = spawn(QEMU, machineArguments(options), {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  options.children.push(qemu);
  const [, , complaints, out, err, statusPort] = qemu.stdio as unknown as (Readable & Writable)[];
  if (!complaints || !out || !err || !statusPort) throw new Error('qemu has no pipes');
  let isLate = false;
  const timer = setTimeout(() => {
    isLate = true;
    qemu.kill('SIGKILL');
  }, timeoutSeconds * 1000);
  try {
    out.pipe(stdout, { end: false });
    err.pipe(stderr, { end: false });
    const [said, status] = await Promise.all([text(complaints), text(statusPort), ended(qemu), ended(out), ended(err)]);
    if (/^\d+\n$/.test(status)) return Number(status);
    if (isLate) throw new VmTimeoutError(`the guest was stopped after ${timeoutSeconds} s`, 'give it more time');
    const console = readFileSync(join(scratch, 'console'), 'utf8');
    const last = `${said}${console}`.slice(-SAID_AT_MOST_CHARACTERS);
    throw new VmError(`the guest ended without a status; its last words: ${last}`, 'see what it says there');
  } finally {
    clearTimeout(timer);
  }
}

export class VmTimeoutError extends VmError {}

function ended(stream: ChildProcess | Readable): Promise<unknown> {
  return new Promise((resolve) => stream.once('close', resolve));
}

/** Output and status leave by serial ports on the sockets that this process holds, descriptors 3, 4 and 5. */
function machineArguments(options: Boot): readonly string[] {
  const { kernel, initramfs, socketPath, scratch, cpus = 1, memoryMb = MEMORY_MB } = options;
  const ports = [3, 4, 5].flatMap((fd) => [
    ...['-chardev', `socket,id=port${fd},fd=${fd}`],
    ...['-device', `virtserialport,nr=${fd - 2},chardev=port${fd}`],
  ]);
  const commandLine =
    'console=ttyS0 loglevel=4 panic=-1 mitigations=off cryptomgr.notests audit=0 tsc=reliable random.trust_cpu=on';
  return [
    ...['-machine', 'q35,memory-backend=memory', '-accel', 'tcg', '-cpu', 'max'],
    ...(options.countInstructions ? ['-icount', 'shift=0,sleep=off'] : []),
    ...['-m', `${memoryMb}`, '-smp', `${cpus}`],
    ...['-object', `memory-backend-memfd,id=memory,size=${memoryMb}M,share=on`],
    ...['-nodefaults', '-no-user-config', '-nic', 'none', '-display', 'none', '-no-reboot'],
    ...['-kernel', kernel.image, '-initrd', initramfs, '-append', commandLine],
    ...['-chardev', `socket,id=files,path=${socketPath}`],
    ...['-device', 'vhost-user-fs-pci,chardev=files,tag=host,queue-size=1024'],
    ...['-device', 'virtio-serial-pci', ...ports],
    ...['-serial', `file:${join(scratch, 'console')}`],
  ];
}
