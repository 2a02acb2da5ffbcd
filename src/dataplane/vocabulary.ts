// The names of the numbers in a director's tables (bpf/vocabulary.h), held against this version's: what may differ
// between two versions, and how the numbers of the one are the other's. Pure.

import * as abi from './abi.ts';

export type Enums = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** Directors that do not say theirs are older than the saying. */
const FIRST_GENERATION = 1;
const FIRST_DROPS = ['NO_SERVER', 'SERVER_REMOVED', 'TABLE_FULL', 'NO_TIMER', 'NO_ROUTE', 'FORWARDING_DISABLED'].concat(
  ['TTL_EXPIRED', 'TOO_BIG', 'REWRITE_FAILED', 'FRAGMENT_LOST', 'INTERNAL'],
);
const FIRST: Enums = new Map([
  ['lvs_drop', new Map(FIRST_DROPS.map((name, number) => [`LVS_DROP_${name}`, number]))],
  ['lvs_setting', new Map()],
]);

/** May have other numbers: they are translated. */
const TRANSLATED = ['lvs_state', 'lvs_drop', 'lvs_setting'] as const;
type Translated = (typeof TRANSLATED)[number];

/** The length of a list, which no table holds. */
const LENGTH = /(_COUNT|COUNTERS|SETTINGS)$/;

function enumOfThisVersion(name: string): Readonly<Record<string, number>> {
  const camelCase = name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return (abi as unknown as Readonly<Record<string, Readonly<Record<string, number>>>>)[camelCase] ?? {};
}

/** Why numbers of the two versions can't be told from each other; undefined when they can. */
export function findContradiction(enums: Enums): string | undefined {
  const generation = enums.get('lvs_abi')?.get('LVS_ABI_GENERATION') ?? FIRST_GENERATION;
  if (generation !== abi.lvsAbi.LVS_ABI_GENERATION) {
    return `they are of generation ${generation}, and this version's of ${abi.lvsAbi.LVS_ABI_GENERATION}`;
  }
  for (const [name, values] of enums) {
    if ((TRANSLATED as readonly string[]).includes(name)) continue;
    const own = enumOfThisVersion(name);
    for (const [word, value] of values) {
      if (own[word] !== undefined && !LENGTH.test(word) && own[word] !== value)
        return `${word} is ${value} there and ${own[word]} here`;
    }
  }
  return undefined;
}

/** Their number → this version's. One without a name of this version has none. */
export function translate(enums: Enums, name: Translated): ReadonlyMap<number, number> {
  const own = enumOfThisVersion(name);
  const theirs = enums.get(name) ?? FIRST.get(name) ?? new Map(Object.entries(own));
  return new Map(
    [...theirs].flatMap(([word, value]) => {
      const here = LENGTH.test(word) ? undefined : own[word];
      return here === undefined ? [] : [[value, here] as const];
    }),
  );
}
