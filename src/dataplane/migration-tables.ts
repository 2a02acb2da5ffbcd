// Taking over the configuration of a director of another version: every table that does not change while the writers'
// lock is held, row by row, in this version's layout. Which tables there are, and what becomes of each.

import { join } from 'node:path';
import {
  lvsAddressKey,
  lvsChild,
  lvsConfig,
  lvsDestination,
  lvsDestinationKey,
  lvsFlow,
  lvsMember,
  lvsServer,
  lvsServerKey,
  lvsService,
  lvsServiceKey,
  lvsTuple,
  lvsZero,
  lvsZeroKey,
} from './abi.ts';
import { BpfMap, U32, U64 } from './bpf-map.ts';
import { readConfig } from './config.ts';
import { notTransferable } from './errors.ts';
import type { ForeignMaps } from './foreign-maps.ts';
import { decode, type Layout } from './layout.ts';
import type { Maps } from './maps.ts';
import { applyMoves, type Move, planMoves, UnlikeFieldError } from './transcode.ts';
import { type Enums, translate } from './vocabulary.ts';

interface Table {
  readonly key: Layout;
  readonly value: Layout;
  /** Of the value: without them a row says nothing. */
  readonly fields?: readonly string[];
  /** Another version may have been without it. */
  readonly optional?: true;
}

/** Copied as they are. */
const COPIED: Readonly<Record<string, Table>> = {
  lvs_services: { key: lvsServiceKey, value: lvsService, fields: ['id', 'scheduler', 'members_base', 'slots_base'] },
  lvs_cursors: { key: U32, value: U64, optional: true },
  lvs_members: { key: U32, value: lvsMember, fields: ['server', 'weight', 'method'] },
  lvs_slots: { key: U32, value: U32 },
  lvs_servers: { key: U32, value: lvsServer, fields: ['addr', 'port', 'family', 'flags', 'service'] },
  lvs_server_index: { key: lvsServerKey, value: U32 },
  lvs_zeroes: { key: lvsZeroKey, value: lvsZero, optional: true },
  lvs_addresses: { key: lvsAddressKey, value: U32, optional: true },
  lvs_destinations: { key: lvsDestinationKey, value: lvsDestination, optional: true },
};

/** Taken over in other ways: config here, connections by migration-connections.ts, counters by migration-counters.ts. */
const OTHERS: Readonly<Record<string, Table>> = {
  lvs_config: { key: U32, value: lvsConfig, fields: ['features', 'timeout_s'] },
  lvs_flows: {
    key: lvsTuple,
    value: lvsFlow,
    fields: ['last_seen_ns', 'state', 'direction', 'method', 'to_port', 'server', 'to_addr', 'service', 'peer'],
  },
  lvs_templates: { key: lvsTuple, value: lvsChild, optional: true },
};

/** Tables whose rows do not outlive a director: what is there for a moment, or follows from the rest. */
export const LEFT = [
  'lvs_datagrams',
  'lvs_due',
  'lvs_early_cursor',
  'lvs_early_fragments',
  'lvs_held',
  'lvs_icmp_all',
  'lvs_icmp_hosts',
  'lvs_collected',
  'lvs_occupancy',
  'lvs_real_servers',
  'lvs_sweeper',
  'lvs_wheel',
] as const;

export const TAKEN = [
  ...Object.keys(COPIED),
  ...Object.keys(OTHERS),
  'lvs_calls',
  'lvs_connection_counts',
  'lvs_drops',
  'lvs_server_stats',
  'lvs_service_stats',
];

/** Throws DIRECTOR_NOT_TRANSFERABLE. */
export function planTransfer(what: string, from: Layout, to: Layout): readonly Move[] {
  try {
    return planMoves(from, to);
  } catch (error) {
    if (error instanceof UnlikeFieldError)
      throw notTransferable(`${what} has another kind of field '${error.message}'`);
    throw error;
  }
}

/** Whether all that this version needs is there. Throws DIRECTOR_NOT_TRANSFERABLE. */
export function requireTables(theirs: ForeignMaps): void {
  for (const [name, { key, value, fields = [], optional }] of Object.entries({ ...COPIED, ...OTHERS })) {
    if (!theirs.has(name)) {
      if (optional) continue;
      throw notTransferable(`there is no table ${name}`);
    }
    const there = theirs.open(name);
    const missing =
      Object.keys(key.fields).find((field) => field !== 'pad' && !(field in there.key.fields)) ??
      fields.find((field) => !(field in there.value.fields));
    if (missing !== undefined) throw notTransferable(`${name} has no field '${missing}'`);
    planTransfer(name, there.key, key);
    planTransfer(name, there.value, value);
  }
}

const ROWS_AT_ONCE = 4096;

/** Throws BPF_MAP_FAILED, also where the rows do not fit. */
export function copyTables(theirs: ForeignMaps, directory: string): void {
  for (const [name, table] of Object.entries(COPIED)) if (theirs.has(name)) copyTable(theirs, directory, name, table);
}

function copyTable(theirs: ForeignMaps, directory: string, name: string, { key, value }: Table): void {
  const there = theirs.open(name);
  const [keyMoves, valueMoves] = [planTransfer(name, there.key, key), planTransfer(name, there.value, value)];
  const isHash = key !== U32;
  const zero = new Uint8Array(there.value.size);
  const into = new BpfMap(join(directory, name), key, value);
  try {
    let keys = new Uint8Array(ROWS_AT_ONCE * key.size);
    let values = new Uint8Array(ROWS_AT_ONCE * value.size);
    let count = 0;
    const write = () => {
      into.setEncoded(keys, values, count);
      keys = new Uint8Array(keys.length);
      values = new Uint8Array(values.length);
      count = 0;
    };
    for (const row of there.map.scanRaw()) {
      // The rows of a new array are zero.
      if (!isHash && Buffer.compare(row.value, zero) === 0) continue;
      applyMoves(keyMoves, row.key, keys, count * key.size);
      applyMoves(valueMoves, row.value, values, count * value.size);
      if (++count === ROWS_AT_ONCE) write();
    }
    write();
  } finally {
    into.close();
  }
}

/**
 * The settings, with this version's presets where the other has none. Where they are numbers by name, they follow
 * their names.
 */
export function copyConfig(theirs: ForeignMaps, enums: Enums, maps: Maps): void {
  const { map, value } = theirs.open('lvs_config');
  const bytes = new Uint8Array(lvsConfig.size);
  const there = map.getEncoded(new Uint8Array(U32.size));
  if (there === undefined) throw notTransferable('it has no settings');
  applyMoves(planTransfer('lvs_config', value, lvsConfig), there, bytes);
  const presets = readConfig(maps);
  const known = Object.entries(decode(lvsConfig, bytes)).filter(([name]) => name in value.fields);
  const config = { ...presets, ...Object.fromEntries(known) };
  maps.config.set(
    { value: 0 },
    {
      ...config,
      timeout_s: moveByName(config.timeout_s, presets.timeout_s, translate(enums, 'lvs_state')),
      setting: moveByName(config.setting, presets.setting, translate(enums, 'lvs_setting')),
    },
  );
}

function moveByName(
  values: readonly number[],
  presets: readonly number[],
  places: ReadonlyMap<number, number>,
): readonly number[] {
  const moved = [...presets];
  for (const [from, to] of places) moved[to] = values[from] ?? presets[to] ?? 0;
  return moved;
}
