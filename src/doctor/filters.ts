// Rules of packet filters: which ones drop, what they say, and what lets packets pass before them. Pure.

import type { FilterRule, MachineFacts } from './facts.ts';

export function dropRules({ filterRules }: MachineFacts): readonly FilterRule[] {
  return filterRules.filter(({ verdict }) => verdict === 'drop');
}

/** `ip filter input: icmp type destination-unreachable drop` */
export function describeRule({ family, table, chain, conditions, verdict }: FilterRule): string {
  const words = conditions.map(({ field, values }) => `${field} ${values.join(',')}`);
  return `${family} ${table} ${chain}: ${[...words, verdict].join(' ')}`;
}

/** Whether a rule before this one, in its chain, lets pass all that comes from the address. */
export function isSpared({ filterRules }: MachineFacts, rule: FilterRule, source: string): boolean {
  const before = filterRules.slice(0, filterRules.indexOf(rule)).filter(({ family, table, chain, verdict }) => {
    return verdict === 'accept' && family === rule.family && table === rule.table && chain === rule.chain;
  });
  return before.some(({ conditions }) =>
    conditions.every(({ field, values }) => field === 'ip saddr' && values.includes(source)),
  );
}
