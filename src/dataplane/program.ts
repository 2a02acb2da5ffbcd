// Loading a compiled BPF object and attaching its program to NICs, by libbpf. Maps that are pinned already are
// taken over, so loading again keeps every connection.

import { closeSync, existsSync } from 'node:fs';
import { constants, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import koffi from 'koffi';
import { interfaceIndex, runCommand } from '../system/mod.ts';
import { attachFailed, loadFailed, objectMissing } from './errors.ts';
import { lastErrno, libbpf, OPEN_OPTS_BYTES, RUN_OPTS_BYTES, TC_HOOK_BYTES, TC_OPTS_BYTES } from './libbpf.ts';
import { MARK_DEVICES } from './mark-rules.ts';

/** enum bpf_tc_attach_point, <bpf/libbpf.h> */
export const ATTACH_POINTS = { ingress: 1, egress: 2 } as const;
export type AttachPoint = keyof typeof ATTACH_POINTS;

const BPF_TC_F_REPLACE = 1;

/** Our filter on a NIC's ingress or egress: a fixed place, so that attaching twice replaces and detaching finds it. */
const FILTER_HANDLE = 0x4c56;
/** Not the first: a filter of the user's before it may give a packet the firewall mark of a service. */
const FILTER_PRIORITY = 100;
/** Before it, and before its tracer (trace-filters.ts): a director that is about to take its place. */
const FRONT_PRIORITY = 98;

const VERIFIER_LOG_BYTES = 1 << 20;

const { EEXIST, ENOENT, EINVAL, ENODEV, ENOMEM } = constants.errno;

/** In a checkout and in a package alike, two folders up from here lies build/. */
export function objectPath(name: string): string {
  return fileURLToPath(new URL(`../../build/${name}.bpf.o`, import.meta.url));
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
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PREPARE_PAUSE_MS);
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
  if (!existsSync(path)) throw objectMissing(path);
  const log = Buffer.alloc(VERIFIER_LOG_BYTES);
  const handle = bpf.objectOpen(path, {
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
  if (handle === null) throw loadFailed(path, lastErrno(), '');
  try {
    if (bpf.objectLoad(handle) !== 0) {
      const errno = lastErrno();
      throw loadFailed(path, errno, log.toString('latin1', 0, log.indexOf(0)));
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

function hookOf(ifindex: number, point: AttachPoint): object {
  return { sz: TC_HOOK_BYTES, ifindex, attach_point: ATTACH_POINTS[point], parent: 0 };
}

/** Attaches the pinned program to a device's ingress; again is harmless. Throws BPF_ATTACH_FAILED. */
export function attachToIngress(pinnedProgram: string, device: string): void {
  attach(pinnedProgram, device, 'ingress');
}

/** Attaches the pinned program before the one on the device's ingress, which sees what it leaves. Throws BPF_ATTACH_FAILED. */
export function attachInFront(pinnedProgram: string, device: string): void {
  attach(pinnedProgram, device, 'ingress', FRONT_PRIORITY);
}

/** Attaches the pinned program to a device's egress; again is harmless. Throws BPF_ATTACH_FAILED. */
export function attachToEgress(pinnedProgram: string, device: string): void {
  attach(pinnedProgram, device, 'egress');
}

function attach(pinnedProgram: string, device: string, point: AttachPoint, priority = FILTER_PRIORITY): void {
  const bpf = libbpf();
  const ifindex = interfaceIndex(device);
  if (ifindex === undefined) throw attachFailed(device, ENODEV);
  if (bpf.tcHookCreate(hookOf(ifindex, point)) !== 0 && lastErrno() !== EEXIST) throw attachFailed(device, lastErrno());
  const fd = bpf.objGet(pinnedProgram);
  if (fd < 0) throw attachFailed(device, lastErrno());
  try {
    const options = { ...filterOptions(priority), prog_fd: fd, flags: BPF_TC_F_REPLACE };
    if (bpf.tcAttach(hookOf(ifindex, point), options) !== 0) throw attachFailed(device, lastErrno());
  } finally {
    closeSync(fd);
  }
}

function filterOptions(priority = FILTER_PRIORITY): object {
  return { sz: TC_OPTS_BYTES, prog_fd: 0, flags: 0, prog_id: 0, handle: FILTER_HANDLE, priority };
}

/** Whether our filter is on the device's ingress. */
export function isAttached(device: string): boolean {
  return hasFilter(device, 'ingress');
}

/** Whether our filter is on the device's egress. */
export function isAttachedToEgress(device: string): boolean {
  return hasFilter(device, 'egress');
}

function hasFilter(device: string, point: AttachPoint): boolean {
  const ifindex = interfaceIndex(device);
  return ifindex !== undefined && libbpf().tcQuery(hookOf(ifindex, point), filterOptions()) === 0;
}

/** Takes our filter off the device's ingress; one that has none is left alone. */
export function detachFromIngress(device: string): void {
  detach(device, 'ingress');
}

/** Takes our filter off the device's egress; one that has none is left alone. */
export function detachFromEgress(device: string): void {
  detach(device, 'egress');
}

/** Takes away what {@link attachInFront} put there. */
export function detachFromFront(device: string): void {
  detach(device, 'ingress', FRONT_PRIORITY);
}

function detach(device: string, point: AttachPoint, priority = FILTER_PRIORITY): void {
  const ifindex = interfaceIndex(device);
  if (ifindex === undefined) return;
  if (libbpf().tcDetach(hookOf(ifindex, point), filterOptions(priority)) === 0) return;
  const errno = lastErrno();
  if (errno !== ENOENT && errno !== EINVAL) throw attachFailed(device, errno);
}

/** The devices of this network namespace that are up and have an address, but for loopback and our own. */
export function listNics(): string[] {
  const own: readonly string[] = Object.values(MARK_DEVICES);
  return Object.entries(networkInterfaces())
    .filter(([, addresses]) => addresses?.some((address) => !address.internal))
    .map(([device]) => device.replace(/:.*$/, ''))
    .filter((device, index, all) => all.indexOf(device) === index && !own.includes(device));
}

/** All devices, also those that are down, have no address or are our own. */
export function listDevices(): string[] {
  const { stdout } = runCommand(['ip', '-json', 'link', 'show']);
  return (JSON.parse(stdout || '[]') as { ifname?: string }[]).flatMap(({ ifname }) => ifname ?? []);
}
