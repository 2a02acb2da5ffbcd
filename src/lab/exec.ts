// Running programs in a lab's machines from the command line. nsenter, not `ip netns exec`: that mounts a new /sys
// and would hide the data plane's pinned maps.

import { findProgram, replaceProcess, requireRoot } from '../system/mod.ts';
import { enterNamespace } from './limits.ts';
import { findLink, findMachine } from './lookup.ts';
import type { LabPlan } from './plan.ts';

/** This process becomes the program, in the machine's network. Throws LAB_MACHINE_UNKNOWN, NOT_ROOT. */
export function execInMachine(plan: LabPlan, machine: string, argv: readonly string[]): never {
  const { namespace } = findMachine(plan, machine);
  requireRoot('running a program in a lab');
  replaceProcess([...enterNamespace(namespace), ...argv]);
}

export interface CaptureOptions {
  /** Capture file instead of text on standard output. */
  readonly file?: string | undefined;
  /** Further words for tcpdump: options, filter. */
  readonly tcpdump: readonly string[];
}

/**
 * This process becomes tcpdump, at the machine's end of a link. Throws LAB_LINK_UNKNOWN, NOT_ROOT,
 * COMMAND_NOT_FOUND.
 */
export function captureLink(plan: LabPlan, link: string, options: CaptureOptions): never {
  const { namespace, device } = findLink(plan, link);
  requireRoot('capturing packets');
  findProgram('tcpdump');
  // Debian's tcpdump would write the file as the user tcpdump, who may not write here.
  const output = options.file === undefined ? [] : ['-Z', 'root', '-w', options.file];
  const tcpdump = ['tcpdump', '-n', '-i', device, ...output, ...options.tcpdump];
  replaceProcess([...enterNamespace(namespace), ...tcpdump]);
}
