// Lays the two recordings of a scenario side by side: lines that are the same, and places where they are not, each of
// which is either declared as a difference from IPVS or a fault.

import type { Recording } from '../recording.ts';
import { DECLARED, type DeclaredDifference } from './declared.ts';

type Declared = readonly DeclaredDifference[];

/** A line of both, or what the two have in one place. */
export type Passage =
  | { readonly kind: 'same'; readonly line: string }
  | {
      readonly kind: 'different';
      readonly ipvs: readonly string[];
      readonly lvskit: readonly string[];
      /** What explains it all. */
      readonly declared: Declared | undefined;
    };

/** Expiry times may be this far apart: commands take time, and the directors are served one after the other. */
const TOLERANCE_SECONDS = 3;
const TIME = /\b\d+:\d\d\b(?!:)/g;

export function compareRecording({ name, ipvs, lvskit }: Recording): readonly Passage[] {
  const [left, right] = [ipvs.filter(isCompared), lvskit.filter(isCompared)];
  const passages: Passage[] = [];
  for (const { kind, fromLeft, fromRight } of align(left, right)) {
    if (kind === 'same') passages.push(...fromLeft.map((line): Passage => ({ kind: 'same', line })));
    else {
      const declared = explain(name, fromLeft, fromRight);
      passages.push({ kind: 'different', ipvs: fromLeft, lvskit: fromRight, declared });
    }
  }
  return passages;
}

export function faultsOf(passages: readonly Passage[]): number {
  return passages.filter((passage) => passage.kind === 'different' && passage.declared === undefined).length;
}

/** Ids of the differences that have been seen in these recordings. */
export function declaredIn(passages: readonly Passage[]): readonly string[] {
  return passages
    .flatMap((passage) => (passage.kind === 'different' ? (passage.declared ?? []) : []))
    .map(({ id }) => id);
}

/** Messages about failures are in each program's own words. */
function isCompared(line: string): boolean {
  return !line.startsWith('! ');
}

/** The differences that explain this place together; undefined where they do not. */
function explain(scenario: string, ipvs: readonly string[], lvskit: readonly string[]): Declared | undefined {
  const used = new Set<DeclaredDifference>();
  const strip = (line: string): string | undefined => {
    let rest: string | undefined = line;
    for (const difference of DECLARED) {
      if (rest === undefined || !difference.scenarios.test(scenario)) continue;
      const without = difference.without(rest);
      if (without !== rest) used.add(difference);
      rest = without;
    }
    return rest;
  };
  const [left, right] = [ipvs, lvskit].map((lines) => lines.map(strip).filter((line) => line !== undefined));
  const isExplained =
    left?.length === right?.length && left?.every((line, index) => isSame(line, right?.[index] ?? ''));
  return isExplained ? [...used] : undefined;
}

function isSame(left: string, right: string): boolean {
  if (left === right) return true;
  if (left.replace(TIME, '') !== right.replace(TIME, '')) return false;
  const [times, others] = [secondsIn(left), secondsIn(right)];
  return times.every((seconds, index) => Math.abs(seconds - (others[index] ?? 0)) <= TOLERANCE_SECONDS);
}

function secondsIn(line: string): number[] {
  return (line.match(TIME) ?? []).map((time) => {
    const [minutes, seconds] = time.split(':').map(Number) as [number, number];
    return minutes * 60 + seconds;
  });
}

interface Block {
  readonly kind: 'same' | 'different';
  readonly fromLeft: string[];
  readonly fromRight: string[];
}

/** The longest common subsequence, by the textbook's table. */
function align(left: readonly string[], right: readonly string[]): readonly Block[] {
  const width = right.length + 1;
  const lengths = new Uint16Array((left.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      const same = isSame(left[i] ?? '', right[j] ?? '');
      lengths[i * width + j] = same ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const blocks: Block[] = [];
  const blockOf = (kind: Block['kind']): Block => {
    const last = blocks.at(-1);
    if (last?.kind === kind) return last;
    const next: Block = { kind, fromLeft: [], fromRight: [] };
    blocks.push(next);
    return next;
  };
  let [i, j] = [0, 0];
  while (i < left.length || j < right.length) {
    const [one, other] = [left[i], right[j]];
    if (one !== undefined && other !== undefined && isSame(one, other)) {
      const block = blockOf('same');
      block.fromLeft.push(one);
      block.fromRight.push(other);
      i++;
      j++;
    } else if (other === undefined || (one !== undefined && at(i + 1, j) >= at(i, j + 1))) {
      blockOf('different').fromLeft.push(one ?? '');
      i++;
    } else {
      blockOf('different').fromRight.push(other);
      j++;
    }
  }
  return blocks;
}

/** As a diff: - is IPVS, + is lvskit; declared differences have their name. */
export function formatComparison(passages: readonly Passage[]): string {
  return passages.flatMap(formatPassage).join('\n');
}

function formatPassage(passage: Passage): string[] {
  if (passage.kind === 'same') return [`    ${passage.line}`];
  const { ipvs, lvskit, declared } = passage;
  return [
    ...(declared === undefined ? [] : [`    [declared: ${declared.map(({ id }) => id).join(', ')}]`]),
    ...ipvs.map((line) => `  - ${line}`),
    ...lvskit.map((line) => `  + ${line}`),
  ];
}
