// Names of scheduler flags (-b). sh and mh have names of their own for two of the three that every scheduler has.

import type { SchedulerFlag } from '../data-plane.ts';
import { flagOfOtherScheduler, unknownSchedulerFlag } from './errors.ts';

const FLAGS: readonly SchedulerFlag[] = [1, 2, 3];
const OWN_NAMES: Readonly<Record<string, Readonly<Partial<Record<SchedulerFlag, string>>>>> = {
  sh: { 1: 'sh-fallback', 2: 'sh-port' },
  mh: { 1: 'mh-fallback', 2: 'mh-port' },
};

/**
 * Names between commas, in any order, each once or more often; empty ones are passed over. Raises
 * IPVSADM_UNKNOWN_SCHEDULER_FLAG, IPVSADM_FLAG_OF_OTHER_SCHEDULER.
 */
export function parseSchedulerFlags(written: string, scheduler: string): readonly SchedulerFlag[] {
  const names = written.split(',').filter((name) => name !== '');
  if (names.length === 0) throw unknownSchedulerFlag(written);
  const given = new Set(names.map((name) => parseFlag(name, scheduler)));
  return FLAGS.filter((flag) => given.has(flag));
}

function parseFlag(name: string, scheduler: string): SchedulerFlag {
  const general = FLAGS.find((flag) => name === `flag-${flag}`);
  if (general !== undefined) return general;
  for (const [owner, names] of Object.entries(OWN_NAMES)) {
    const own = FLAGS.find((flag) => names[flag] === name);
    if (own === undefined) continue;
    if (owner !== scheduler) throw flagOfOtherScheduler(name, owner, scheduler);
    return own;
  }
  throw unknownSchedulerFlag(name);
}

/** `sh-fallback,sh-port`. Of sh and mh those without a name are left out: they mean nothing to them. */
export function formatSchedulerFlags(flags: readonly SchedulerFlag[], scheduler: string): string {
  return namesOfFlags(flags, scheduler).join(',');
}

export function namesOfFlags(flags: readonly SchedulerFlag[], scheduler: string): readonly string[] {
  const own = OWN_NAMES[scheduler];
  return flags.flatMap((flag) => (own === undefined ? `flag-${flag}` : (own[flag] ?? [])));
}
