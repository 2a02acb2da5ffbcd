// Two runs of one kind laid beside each other: what differed when they were measured, what to be wary of, and which
// numbers have changed. Pure.

import type { Run, ScaleRun } from '../../model/mod.ts';
import { MINIMUM_ROUNDS } from '../bootstrap.ts';
import { systemLabel } from '../systems.ts';
import { transferLabel } from '../transfer-names.ts';
import { formatList } from '../wording.ts';
import { type Change, FALSE_ALARM_RATE, findChanges } from './changes.ts';
import { type CompareContents, compareQuantities } from './compare-quantities.ts';
import { kindsDiffer, nothingShared } from './errors.ts';
import type { RunQuantity } from './run-quantity.ts';
import { type ScaleContents, scaleQuantities } from './scale-quantities.ts';
import { differingSettings, type SettingDifference, settingWarnings } from './settings.ts';

/** What the folder of a run holds. */
export type RunContents = CompareContents | ScaleContents;

/** Failures and the like, where the runs have not the same number of them. */
export interface CountDifference {
  readonly what: string;
  readonly a: number;
  readonly b: number;
}

export interface RunDiff {
  readonly kind: 'compare' | 'scale';
  readonly startedAt: { readonly a: string; readonly b: string };
  readonly settings: readonly SettingDifference[];
  readonly warnings: readonly string[];
  /** Within a run, over another system of it: the host cancels out. */
  readonly ratios: readonly Change[];
  readonly absolutes: readonly Change[];
  readonly counts: readonly CountDifference[];
  /** Of `ratios`, and of `absolutes`, each: how often runs of the same thing would have anything changed there. */
  readonly falseAlarmRate: number;
  /** Up to this a change does not matter: 0.05 is 5 %. */
  readonly margin: number;
}

export interface DiffOptions {
  readonly margin: number;
  /** Warnings of whoever has read the files. */
  readonly warnings?: readonly string[];
}

/** Throws DIFF_KINDS_DIFFER and DIFF_NOTHING_SHARED. */
export function diffRuns(a: RunContents, b: RunContents, { margin, warnings = [] }: DiffOptions): RunDiff {
  const [quantitiesA, quantitiesB] = quantitiesOf(a, b);
  const changesOf = (group: RunQuantity['group']) =>
    findChanges(
      quantitiesA.filter((one) => one.group === group),
      quantitiesB.filter((one) => one.group === group),
      margin,
    );
  const [ratios, absolutes] = [changesOf('ratio'), changesOf('absolute')];
  if (absolutes.length === 0) throw nothingShared();
  const settings = differingSettings(a.run, b.run);
  return {
    kind: a.run.kind,
    startedAt: { a: a.run.startedAt, b: b.run.startedAt },
    settings,
    warnings: [
      ...settingWarnings(settings),
      ...warnings,
      ...stateWarnings('A', a.run),
      ...stateWarnings('B', b.run),
      ...roundWarnings([...ratios, ...absolutes]),
      ...hostWarnings(absolutes, settings),
    ],
    ratios,
    absolutes,
    counts: countDifferences(a, b),
    falseAlarmRate: FALSE_ALARM_RATE,
    margin,
  };
}

function quantitiesOf(a: RunContents, b: RunContents): readonly [readonly RunQuantity[], readonly RunQuantity[]] {
  if ('samples' in a && 'samples' in b) return compareQuantities(a, b);
  if ('windows' in a && 'windows' in b) return scaleQuantities(a, b);
  throw kindsDiffer(a.run.kind, b.run.kind);
}

function stateWarnings(name: string, run: Run | ScaleRun): string[] {
  const unproven = run.kind === 'compare' ? run.proofs.filter(({ proven }) => !proven) : [];
  return [
    ...(run.finishedAt === undefined ? [`Run ${name} was interrupted: it has fewer rounds than planned.`] : []),
    ...(unproven.length === 0
      ? []
      : [`In run ${name} the path of ${formatList(unproven.map(({ system }) => systemLabel(system)))} is not proven.`]),
  ];
}

function roundWarnings(changes: readonly Change[]): string[] {
  const few = changes.filter(({ rounds }) => Math.min(rounds.a, rounds.b) < MINIMUM_ROUNDS).length;
  if (few === 0) return [];
  return [
    `${few} of ${changes.length} numbers rest on fewer than ${MINIMUM_ROUNDS} rounds, which resolve nothing: ` +
      `measure with --pairs ${MINIMUM_ROUNDS} or more.`,
  ];
}

/** Ways that lvskit has no part in. Where kernel and machine are the same, they have no reason to change. */
const WITHOUT_DIRECTOR = ['direct', 'forward', 'forward-oneway'] as const;

function hostWarnings(absolutes: readonly Change[], settings: readonly SettingDifference[]): string[] {
  const isExpected = settings.some(({ kind, name }) => kind === 'machine' || kind === 'setup' || name === 'kernel');
  const changed = new Set(absolutes.filter(({ verdict }) => verdict === 'changed').map(({ system }) => system));
  const unexpected = WITHOUT_DIRECTOR.filter((system) => changed.has(system));
  if (isExpected || unexpected.length === 0) return [];
  return [
    `What lvskit has no part in has changed, too (${formatList(unexpected.map(systemLabel))}): the host was not as fast in both runs, and all ` +
      'absolute values have that in them. Go by the ratios.',
  ];
}

function countDifferences(a: RunContents, b: RunContents): readonly CountDifference[] {
  const [ofA, ofB] = [countsOf(a), countsOf(b)];
  return [...new Set([...ofA.keys(), ...ofB.keys()])]
    .map((what) => ({ what, a: ofA.get(what) ?? 0, b: ofB.get(what) ?? 0 }))
    .filter((count) => count.a !== count.b);
}

function countsOf(contents: RunContents): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  const add = (what: string, count: number) => {
    if (count > 0) counts.set(what, (counts.get(what) ?? 0) + count);
  };
  const total = (failures: Readonly<Record<string, number>>) =>
    Object.values(failures).reduce((sum, one) => sum + one, 0);
  if ('samples' in contents) {
    for (const { transfer, system, failures } of contents.transfers) {
      add(`${systemLabel(system)}, ${transferLabel(transfer)}: failed`, total(failures));
    }
  } else {
    for (const { system, shares, drops = 0, lost } of contents.windows) {
      for (const { failures } of shares) add(`${systemLabel(system)}: transfers that failed`, total(failures));
      add(`${systemLabel(system)}: packets that the director dropped`, drops);
      add(`${systemLabel(system)}: clients lost`, lost.length);
    }
  }
  return counts;
}
