// The loopback device of one machine of a lab, with the MTU of a network and without offloads: what a host's traffic to itself
// is like when it is cut into packets as on a wire. Of a new namespace lo has 64 KiB and every offload.

import { requireRoot, runCommandAsync } from '../system/mod.ts';
import { mtuInvalidError } from './errors.ts';
import { enterNamespace } from './limits.ts';
import { findMachine } from './lookup.ts';
import type { LabPlan } from './plan.ts';

export interface LoopbackSettings {
  /** Bytes; 65536 unless set. */
  readonly mtu?: number;
  /** Segments of TCP longer than the MTU; true unless set. Checksums are never computed on lo. */
  readonly offload?: boolean;
}

/** RFC 791's least, and what lo has by itself. */
const MTU_LIMITS_BYTES = { min: 68, max: 65_536 };
const OFFLOADS = ['tso', 'gso', 'gro'] as const;

/** Holds until the next call, or the lab's end. Throws NOT_ROOT, LAB_MACHINE_UNKNOWN, LAB_MTU_INVALID, COMMAND_NOT_FOUND. */
export async function setLoopback(plan: LabPlan, machine: string, settings: LoopbackSettings): Promise<void> {
  requireRoot('changing a lab');
  const { mtu = MTU_LIMITS_BYTES.max, offload = true } = settings;
  if (!(mtu >= MTU_LIMITS_BYTES.min && mtu <= MTU_LIMITS_BYTES.max)) throw mtuInvalidError(mtu);
  const enter = enterNamespace(findMachine(plan, machine).namespace);
  const features = OFFLOADS.flatMap((feature) => [feature, offload ? 'on' : 'off']);
  await runCommandAsync([...enter, 'ip', 'link', 'set', 'lo', 'mtu', String(mtu)]);
  await runCommandAsync([...enter, 'ethtool', '-K', 'lo', ...features]);
}
