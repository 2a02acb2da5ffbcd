// The sysctls of IPVS (/proc/sys/net/ipv4/vs) that a director has, by IPVS's names: what they may be set to, and
// what is written for it. What each does is the data plane's business; docs/settings.md says it to users.

import { settingAbsent, settingInvalid, settingUnknown } from './errors.ts';

interface Range {
  /** As in IPVS. */
  readonly initial: number;
  readonly most: number;
  readonly meaning: string;
}

const SWITCH = { initial: 0, most: 1 };
const DEFENCE = { initial: 0, most: 3 };

/** All start from 0. In the order of listings. */
export const SETTINGS = {
  am_droprate: { initial: 10, most: 999_999_999, meaning: 'of how many new connections drop_packet 3 drops one' },
  conn_reuse_mode: {
    initial: 1,
    most: 3,
    meaning: 'a SYN on a connection that has ended: 0 goes on, 1 is scheduled, 2 of half-seen FIN_WAIT, too',
  },
  drop_entry: { ...DEFENCE, meaning: 'half-open connections end early: 1, 2 while the table is nearly full, 3 always' },
  drop_packet: {
    ...DEFENCE,
    meaning: 'some packets open no connection: 1, 2 while the table is nearly full, 3 always',
  },
  expire_nodest_conn: {
    ...SWITCH,
    meaning: "1: a connection ends with its server's removal, its next packet opens another",
  },
  expire_quiescent_template: {
    ...SWITCH,
    meaning: '1: clients that are kept at a server of weight 0 are scheduled anew',
  },
  nat_icmp_send: { ...SWITCH, meaning: '1: a server of VS-NAT is told when its packet belongs to no connection' },
  sloppy_sctp: { ...SWITCH, meaning: '1: any chunk but ABORT opens an association' },
  sloppy_tcp: { ...SWITCH, meaning: '1: any packet but RST opens a connection' },
} as const satisfies Readonly<Record<string, Range>>;

export type SettingName = keyof typeof SETTINGS;

export type Settings = Readonly<Record<SettingName, number>>;

export const SETTING_NAMES = Object.keys(SETTINGS) as readonly SettingName[];

export const INITIAL_SETTINGS: Settings = Object.fromEntries(
  SETTING_NAMES.map((name) => [name, SETTINGS[name].initial]),
) as Settings;

const NO_SYNC_COUNTERPART = 'the synchronisation daemon is a process with a rhythm of its own';

/** IPVS's others, and why a director has none of them. */
const ABSENT: ReadonlyMap<string, string> = new Map([
  ['secure_tcp', 'drop_entry and drop_packet keep room in the table'],
  ['amemthresh', 'memory is short when the connection table is, whatever else the machine has'],
  ['backup_only', 'a director balances, whatever it hears from others'],
  ['cache_bypass', 'what no server takes is answered, also where a mark stands for a service'],
  ['conntrack', 'packets of services pass connection tracking by'],
  ['ignore_tunneled', "packets of other protocols are the stack's in any case"],
  ['lblc_expiration', 'the destinations least recently used make room for others'],
  ['lblcr_expiration', 'the destinations least recently used make room for others'],
  ['pmtu_disc', 'packets that may not be cut are never cut'],
  ['run_estimation', 'rates cost nothing until they are read'],
  ['schedule_icmp', 'an ICMP error about no connection opens none'],
  ['snat_reroute', 'answers are always routed as what they become'],
  ['sync_persist_mode', NO_SYNC_COUNTERPART],
  ['sync_ports', NO_SYNC_COUNTERPART],
  ['sync_qlen_max', NO_SYNC_COUNTERPART],
  ['sync_refresh_period', NO_SYNC_COUNTERPART],
  ['sync_retries', NO_SYNC_COUNTERPART],
  ['sync_sock_size', NO_SYNC_COUNTERPART],
  ['sync_threshold', NO_SYNC_COUNTERPART],
  ['sync_version', NO_SYNC_COUNTERPART],
]);

function isSettingName(name: string): name is SettingName {
  return Object.hasOwn(SETTINGS, name);
}

/**
 * `NAME=VALUE` of each word; names may be written as sysctl(8) has them, net.ipv4.vs.NAME. The last of a name holds.
 * Throws DIRECTOR_SETTING_UNKNOWN, DIRECTOR_SETTING_ABSENT, DIRECTOR_SETTING_INVALID.
 */
export function parseSettings(words: readonly string[]): Partial<Settings> {
  return Object.fromEntries(words.map(parseSetting));
}

function parseSetting(word: string): readonly [SettingName, number] {
  const equals = word.indexOf('=');
  const written = equals < 0 ? word : word.slice(0, equals);
  const name = written.trim().replace(/^net[./]ipv4[./]vs[./]/, '');
  const reason = ABSENT.get(name);
  if (reason !== undefined) throw settingAbsent(name, reason);
  if (!isSettingName(name)) throw settingUnknown(name, SETTING_NAMES);
  const value = equals < 0 ? '' : word.slice(equals + 1).trim();
  const { most } = SETTINGS[name];
  if (!/^\d{1,9}$/.test(value) || Number(value) > most) throw settingInvalid(word, name, most);
  return [name, Number(value)];
}

/** A line each, `NAME = VALUE` as sysctl(8) prints them. */
export function formatSettings(settings: Settings): string {
  return SETTING_NAMES.map((name) => `${name} = ${settings[name]}`).join('\n');
}
