// The rules of firewall marks, as plans: what is added and removed, and that the local table is never without one.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { planMarkRules, type Rule } from '../../src/dataplane/mark-rules.ts';

const LOCAL: Rule = { priority: 0, table: 'local' };
const MAIN: Rule = { priority: 32766, table: 'main' };
const OURS: readonly Rule[] = [
  { priority: 1, iif: 'lvsmark1', goto: 3 },
  { priority: 1, iif: 'lvsmark0', goto: 3 },
  { priority: 2, fwmark: '0x7', table: '19542' },
  { priority: 3, table: 'local' },
];

test('the first mark moves the local table behind the marks, and removes its old rule last', () => {
  assert.deepEqual(planMarkRules([LOCAL, MAIN], [7]), [
    'rule add pref 3 lookup local',
    'rule add pref 1 iif lvsmark1 goto 3',
    'rule add pref 1 iif lvsmark0 goto 3',
    'rule add pref 2 fwmark 7 lookup 19542',
    'rule del pref 0 lookup local',
  ]);
});

test('what is there already is left alone', () => {
  assert.deepEqual(planMarkRules([...OURS, MAIN], [7]), []);
});

test('marks come and go by themselves', () => {
  assert.deepEqual(planMarkRules([...OURS, MAIN], [8]), [
    'rule add pref 2 fwmark 8 lookup 19542',
    'rule del pref 2 fwmark 7 lookup 19542',
  ]);
});

test('without marks the old rule of the local table is back before ours goes', () => {
  assert.deepEqual(planMarkRules([...OURS, MAIN], []), [
    'rule add pref 0 lookup local',
    'rule del pref 2 fwmark 7 lookup 19542',
    'rule del pref 1 iif lvsmark1 goto 3',
    'rule del pref 1 iif lvsmark0 goto 3',
    'rule del pref 3 lookup local',
  ]);
});

test('a local table that somebody has moved stays where it is', () => {
  const moved: Rule = { priority: 1000, table: 'local' };
  assert.ok(!planMarkRules([moved, MAIN], [7]).some((command) => command.includes('del')));
  assert.ok(!planMarkRules([...OURS, moved, MAIN], []).includes('rule add pref 0 lookup local'));
});

test('rules of others are not ours', () => {
  const others: readonly Rule[] = [LOCAL, { priority: 2, fwmark: '0x7', table: '100' }, MAIN];
  assert.deepEqual(planMarkRules(others, []), []);
});

test('a plan that was cut off anywhere is completed, or undone', () => {
  const whole = planMarkRules([LOCAL, MAIN], [7]);
  for (let done = 0; done <= whole.length; done++) {
    const present = whole.slice(0, done).reduce(applied, [LOCAL, MAIN]);
    assert.ok(present.some(({ table }) => table === 'local'));
    const completed = planMarkRules(present, [7]).reduce(applied, present);
    assert.deepEqual(sorted(completed), sorted([...OURS, MAIN]));
    const undone = planMarkRules(present, []).reduce(applied, present);
    assert.deepEqual(sorted(undone), sorted([LOCAL, MAIN]));
  }
});

/** What the kernel would make of one command. */
function applied(rules: readonly Rule[], command: string): readonly Rule[] {
  const [, verb, , pref, ...words] = command.split(' ');
  const value = (word: string) => words[words.indexOf(word) + 1] ?? '';
  const rule: Rule = {
    priority: Number(pref),
    ...(words.includes('lookup') ? { table: value('lookup') } : {}),
    ...(words.includes('fwmark') ? { fwmark: `0x${Number(value('fwmark')).toString(16)}` } : {}),
    ...(words.includes('iif') ? { iif: value('iif'), goto: Number(value('goto')) } : {}),
  };
  const same = (other: Rule) => JSON.stringify(sorted([other])) === JSON.stringify(sorted([rule]));
  return verb === 'add' ? [...rules, rule] : rules.filter((other) => !same(other));
}

function sorted(rules: readonly Rule[]): readonly string[] {
  return rules.map(({ priority, table, fwmark, iif }) => [priority, table, fwmark, iif].join(' ')).sort();
}
