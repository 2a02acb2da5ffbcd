// LocalNode under VS-NAT: while the director is a server itself, its own answers are made the virtual service's by a
// program on the NICs' egress. It costs every packet that leaves, so it is there only then.

import { join } from 'node:path';
import { attachToEgress, detachFromEgress } from './attach.ts';
import { listNics } from './devices.ts';
import type { StateDirectory } from './state-directory.ts';

/** Pinned beside the maps. */
export const LOCAL_ANSWERS_PROGRAM = 'lvs_egress';

/** Puts the program on every NIC, or takes it off. Again is harmless. Throws BPF_ATTACH_FAILED. */
export function settleLocalAnswers(directory: StateDirectory, needed: boolean): void {
  for (const nic of listNics()) {
    if (needed) attachToEgress(join(directory.path, LOCAL_ANSWERS_PROGRAM), nic);
    else detachFromEgress(nic);
  }
}
