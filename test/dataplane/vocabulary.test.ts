// What two versions may call differently, and that a loaded director tells all of its names.

import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { lvsDrop, lvsState } from '../../src/dataplane/abi.ts';
import { LEFT, TAKEN } from '../../src/dataplane/migration-tables.ts';
import { findContradiction, translate } from '../../src/dataplane/vocabulary.ts';

/** Their numbers stand in no table that another version takes over. */
const UNTOLD = [
  'lvs_limits',
  'lvs_shared_limits',
  'lvs_shared_flags',
  'lvs_adopted',
  'lvs_import_result',
  'lvs_carry_kind',
  'lvs_destination_limits',
  'lvs_datagram_limits',
  'lvs_datagram_flags',
];

function namesIn(path: string, pattern: RegExp): readonly string[] {
  return [...readFileSync(path, 'utf8').matchAll(pattern)].map((match) => match[1] as string);
}

test('every enumeration of abi.h is told by a loaded director, or stands in no table that is taken over', () => {
  const told = namesIn('bpf/vocabulary.h', /^\tenum (\w+) /gm);
  assert.deepEqual([...told, ...UNTOLD].toSorted(), namesIn('bpf/abi.h', /^enum (\w+) \{/gm).toSorted());
});

test('of every pinned table of the director it is settled what becomes of it', () => {
  const pinned = globSync('bpf/*.h').flatMap((path) => namesIn(path, /LIBBPF_PIN_BY_NAME\);\n\} (\w+) SEC/g));
  assert.deepEqual([...TAKEN, ...LEFT].toSorted(), pinned.toSorted());
});

test('states and reasons are found by their names', () => {
  const theirs = new Map([
    [
      'lvs_state',
      new Map([
        ['LVS_S_NONE', 0],
        ['LVS_S_NEVER_HEARD_OF', 1],
        ['LVS_S_UDP', 2],
      ]),
    ],
    [
      'lvs_drop',
      new Map([
        ['LVS_DROP_INTERNAL', 0],
        ['LVS_DROP_COUNT', 1],
      ]),
    ],
  ]);
  assert.equal(findContradiction(theirs), undefined);
  assert.deepEqual(
    [...translate(theirs, 'lvs_state')],
    [
      [0, 0],
      [2, lvsState.LVS_S_UDP],
    ],
  );
  assert.deepEqual([...translate(theirs, 'lvs_drop')], [[0, lvsDrop.LVS_DROP_INTERNAL]]);
});

test('versions of which one number means two things are told apart', () => {
  const methods = new Map([
    [
      'lvs_method',
      new Map([
        ['LVS_NAT', 0],
        ['LVS_DR', 2],
      ]),
    ],
  ]);
  assert.equal(findContradiction(methods), 'LVS_DR is 2 there and 1 here');
  const later = new Map([['lvs_abi', new Map([['LVS_ABI_GENERATION', 99]])]]);
  assert.match(findContradiction(later) ?? '', /^they are of generation 99/);
});
