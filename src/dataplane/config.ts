// The data plane's settings: timeouts by state, IPVS's sysctls, and which look-ups the services make necessary.

import { randomBytes } from 'node:crypto';
import { INITIAL_SETTINGS, SETTING_NAMES, type SettingName, type Settings } from '../director/mod.ts';
import { lvsConfig, lvsSetting, lvsState } from './abi.ts';
import type { ValuesOf } from './layout.ts';
import type { Maps } from './maps.ts';

/** IPVS's timeouts (net/netfilter/ipvs/ip_vs_proto_tcp.c, _udp.c and _sctp.c, v6.1), seconds. */
const DEFAULT_TIMEOUTS_S: Readonly<Partial<Record<keyof typeof lvsState, number>>> = {
  LVS_S_NONE: 2,
  LVS_S_ESTABLISHED: 900,
  LVS_S_SYN_SENT: 120,
  LVS_S_SYN_RECV: 60,
  LVS_S_FIN_WAIT: 120,
  LVS_S_TIME_WAIT: 120,
  LVS_S_CLOSE: 10,
  LVS_S_CLOSE_WAIT: 60,
  LVS_S_LAST_ACK: 30,
  LVS_S_LISTEN: 120,
  LVS_S_SYNACK: 120,
  LVS_S_UDP: 300,
  LVS_S_SCTP_NONE: 2,
  LVS_S_SCTP_INIT1: 4,
  LVS_S_SCTP_INIT: 61,
  LVS_S_SCTP_COOKIE_SENT: 61,
  LVS_S_SCTP_COOKIE_REPLIED: 61,
  LVS_S_SCTP_COOKIE_WAIT: 61,
  LVS_S_SCTP_COOKIE: 61,
  LVS_S_SCTP_COOKIE_ECHOED: 61,
  LVS_S_SCTP_ESTABLISHED: 900,
  LVS_S_SCTP_SHUTDOWN_SENT: 61,
  LVS_S_SCTP_SHUTDOWN_RECEIVED: 61,
  LVS_S_SCTP_SHUTDOWN_ACK_SENT: 61,
  LVS_S_SCTP_REJECTED: 4,
  LVS_S_SCTP_CLOSED: 61,
};

export type Config = ValuesOf<typeof lvsConfig>;

function defaultTimeouts(): number[] {
  const timeouts = new Array<number>(lvsState.LVS_S_COUNT).fill(0);
  for (const [name, seconds] of Object.entries(DEFAULT_TIMEOUTS_S)) {
    timeouts[lvsState[name as keyof typeof lvsState]] = seconds;
  }
  return timeouts;
}

function placeOf(name: SettingName): number {
  return lvsSetting[`LVS_${name.toUpperCase() as Uppercase<SettingName>}`];
}

/** IPVS's sysctls as they are kept. */
export function decodeSettings({ setting }: Config): Settings {
  return Object.fromEntries(SETTING_NAMES.map((name) => [name, setting[placeOf(name)] ?? 0])) as Settings;
}

export function encodeSettings(settings: Settings): readonly number[] {
  const places = new Array<number>(lvsConfig.fields.setting.count).fill(0);
  for (const name of SETTING_NAMES) places[placeOf(name)] = settings[name];
  return places;
}

/** Four words that nobody can foresee. */
function drawSecret(): readonly number[] {
  return [...new Uint32Array(new Uint8Array(randomBytes(16)).buffer)];
}

export function readConfig(maps: Maps): Config {
  const config = maps.config.get({ value: 0 });
  if (config === undefined) throw new RangeError('the configuration map is empty');
  return config;
}

/** A map's first value is all zero: then nobody has configured it yet. */
export function initialiseConfig(maps: Maps): void {
  if (readConfig(maps).timeout_s.some((seconds) => seconds > 0)) return;
  maps.config.set(
    { value: 0 },
    {
      epoch: 1,
      features: 0,
      timeout_s: defaultTimeouts(),
      trace_until_ns: 0,
      xdp_mode: 0,
      setting: encodeSettings(INITIAL_SETTINGS),
      secret: drawSecret(),
    },
  );
}
