// Loading a compiled BPF object by libbpf. Maps that are pinned already are taken over, so loading again keeps every
// connection.

import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import koffi from 'koffi';
import { pauseThread } from '../system/mod.ts';
import { loadFailed, objectMissing } from './errors.ts';
import { lastErrno, libbpf, OPEN_OPTS_BYTES, RUN_OPTS_BYTES } from './libbpf.ts';

const VERIFIER_LOG_BYTES = 1 << 20;

const { EEXIST, ENOENT, ENOMEM } = constants.errno;

/** In a checkout and in a package alike, two folders up from here lies build/. */
export function objectPath(name: string): string {
  return fileURLToPath(new URL(`../../build/${name}.bpf.o`, import.meta.url));
}

export interface OpenObject {
  /** null when libbpf could not open it, which `lastErrno` explains. */
  readonly handle: unknown;
  /** What the verifier says while it is loaded, as {@link readLog} reads it. */
  readonly log: Buffer;
}

/** Opens a compiled object whose maps are those pinned in `directory`. Throws BPF_OBJECT_MISSING. */
export function openObject(path: string, directory: string): OpenObject {
  if (!existsSync(path)) throw objectMissing(path);
  const log = Buffer.alloc(VERIFIER_LOG_BYTES);
  const handle = libbpf().objectOpen(path, {
    sz: OPEN_OPTS_BYTES,
    object_name: null,
    relaxed_maps: false,
    pin_root_path: directory,
    removed: 0,
    kconfig: null,
    btf_custom_path: null,
    kernel_log_buf: koffi.as(log, 'uint8_t *'),
    kernel_log_size: log.length,
    kernel_log_level: 0,
  });
  return { handle, log };
}

export function readLog(log: Buffer): string {
  return log.toString('latin1', 0, log.indexOf(0));
}

/** The kernel may be out of memory of the kind that a timer takes, for some milliseconds. */
const PREPARE_TRIES = 200;
const PREPARE_PAUSE_MS = 5;

/** An Ethernet frame of nothing: what the kernel wants to see before it runs a TC program by itself. */
const EMPTY_FRAME = new Uint8Array(64);

/** Runs a program once on an empty frame and returns its result; undefined when the kernel does not run it. */
function runOnce(fd: number): number | undefined {
  const options = { sz: RUN_OPTS_BYTES, data_in: EMPTY_FRAME, data_size_in: EMPTY_FRAME.length, retval: 0 };
  return libbpf().programRun(fd, options) === 0 ? options.retval : undefined;
}

/** Runs a program until it returns 0. Says whether it did. */
function runUntilDone(fd: number): boolean {
  for (let tries = 0; tries < PREPARE_TRIES; tries++) {
    if (runOnce(fd) === 0) return true;
    pauseThread(PREPARE_PAUSE_MS);
  }
  return false;
}

export interface ProgramNames {
  /** build/OBJECT.bpf.o */
  readonly object: string;
  /** What is to be attached; pinned under its own name. */
  readonly program: string;
  /** A program of the same object that is run until it returns 0, before anything is attached. */
  readonly prepare?: string;
  /** Further programs that are pinned, for user space to run. */
  readonly others?: readonly string[];
}

/**
 * Loads build/NAME.bpf.o, pins its maps in `directory` (or uses those pinned there) and pins the program beside
 * them under its own name. Throws BPF_OBJECT_MISSING, BPF_LOAD_FAILED.
 */
export function loadProgram({ object, program, prepare, others = [] }: ProgramNames, directory: string): void {
  const bpf = libbpf();
  const path = objectPath(object);
  const { handle, log } = openObject(path, directory);
  if (handle === null) throw loadFailed(path, lastErrno(), '');
  try {
    if (bpf.objectLoad(handle) !== 0) {
      const errno = lastErrno();
      throw loadFailed(path, errno, readLog(log));
    }
    if (prepare !== undefined && !runUntilDone(bpf.programFd(bpf.findProgram(handle, prepare)))) {
      throw loadFailed(path, ENOMEM, '');
    }
    // The attached one last: where it is pinned, the others are.
    for (const name of [...others, program]) {
      const found = bpf.findProgram(handle, name);
      // The object is older or newer than what runs it.
      if (found === null) throw loadFailed(path, ENOENT, `it has no program ${name}`);
      const fd = bpf.programFd(found);
      if (bpf.objPin(fd, join(directory, name)) !== 0 && lastErrno() !== EEXIST) {
        throw loadFailed(path, lastErrno(), '');
      }
    }
  } finally {
    bpf.objectClose(handle);
  }
}
