// The rules by which a packet that has been given a service's firewall mark gets to the mark port: as values, and the
// commands between what is there and what is wanted. At every step there is a rule for the local table.

import type { AddressFamily } from '../model/mod.ts';

/** A pair of devices: what is sent into the first comes out of the second. */
export const MARK_DEVICES = { into: 'lvsmark0', outOf: 'lvsmark1' } as const;

/** Priorities, all before the table of local addresses: a marked packet may be for one of them. */
const RETURN = 1;
const MARKED = 2;
const LOCAL = 3;

/** Number of the table whose only route leads into the pair: "LV" in ASCII. */
export const MARK_TABLE = 0x4c56;

/** `ip -json rule`, as far as it is used. */
export interface Rule {
  readonly priority: number;
  readonly table?: string;
  readonly fwmark?: string;
  readonly iif?: string;
  readonly goto?: number;
}

const FAMILY_OPTION: Readonly<Record<AddressFamily, string>> = { inet: '-4', inet6: '-6' };

export function familyOption(family: AddressFamily): string {
  return FAMILY_OPTION[family];
}

/** Out of the first comes what the data plane answers itself. */
const RETURNING = [MARK_DEVICES.outOf, MARK_DEVICES.into] as const;

function isReturn(rule: Rule): boolean {
  return rule.priority === RETURN && RETURNING.some((device) => device === rule.iif);
}

function isMarked(rule: Rule): boolean {
  return rule.priority === MARKED && rule.table === `${MARK_TABLE}`;
}

function isLocal(rule: Rule): boolean {
  return rule.table === 'local' && rule.iif === undefined && rule.fwmark === undefined;
}

/** Whether any rule of ours is among them. */
export function hasMarkRules(rules: readonly Rule[]): boolean {
  return rules.some((rule) => isReturn(rule) || isMarked(rule));
}

/**
 * Commands of `ip -batch` after which packets with one of `marks`, and no others, are routed into the pair. What comes
 * out of it and is not taken goes on as if it had not been there: its rules are those behind ours.
 */
export function planMarkRules(rules: readonly Rule[], marks: readonly number[]): readonly string[] {
  return marks.length > 0 ? planSet(rules, marks) : planRemoval(rules);
}

function planSet(rules: readonly Rule[], marks: readonly number[]): readonly string[] {
  const commands: string[] = [];
  const has = (isIt: (rule: Rule) => boolean) => rules.some(isIt);
  if (!has((rule) => isLocal(rule) && rule.priority === LOCAL)) commands.push(`rule add pref ${LOCAL} lookup local`);
  for (const device of RETURNING) {
    if (!has((rule) => isReturn(rule) && rule.iif === device)) commands.push(returnRule('add', device));
  }
  const present = new Set(rules.filter(isMarked).map(({ fwmark }) => Number(fwmark)));
  for (const mark of marks) if (!present.has(mark)) commands.push(ruleOf('add', mark));
  for (const mark of present) if (!marks.includes(mark)) commands.push(ruleOf('del', mark));
  if (has((rule) => isLocal(rule) && rule.priority === 0)) commands.push('rule del pref 0 lookup local');
  return commands;
}

function planRemoval(rules: readonly Rule[]): readonly string[] {
  const others = rules.filter((rule) => isLocal(rule) && rule.priority !== LOCAL);
  const ours = rules.some((rule) => isLocal(rule) && rule.priority === LOCAL);
  return [
    ...(ours && others.length === 0 ? ['rule add pref 0 lookup local'] : []),
    ...rules.filter(isMarked).map(({ fwmark }) => ruleOf('del', Number(fwmark))),
    ...rules.filter(isReturn).map(({ iif }) => returnRule('del', iif ?? '')),
    ...(ours ? [`rule del pref ${LOCAL} lookup local`] : []),
  ];
}

function returnRule(verb: 'add' | 'del', device: string): string {
  return `rule ${verb} pref ${RETURN} iif ${device} goto ${LOCAL}`;
}

function ruleOf(verb: 'add' | 'del', mark: number): string {
  return `rule ${verb} pref ${MARKED} fwmark ${mark} lookup ${MARK_TABLE}`;
}
