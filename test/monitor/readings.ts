// Hand-made readings of directors: services with one server each, whose numbers tests set.

import type {
  Counters,
  Rates,
  ServerEntry,
  ServerStatus,
  ServiceEntry,
  ServiceStatus,
} from '../../src/director/mod.ts';
import { type IpAddress, parseIpAddress } from '../../src/model/mod.ts';
import { NO_RATES } from '../../src/monitor/rates.ts';
import type { Reading } from '../../src/monitor/reading.ts';

const NO_COUNTERS: Counters = { connections: 0, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 };

export function address(text: string): IpAddress {
  const parsed = parseIpAddress(text);
  if (parsed === undefined) throw new Error(`${text} is no address`);
  return parsed;
}

interface Happening {
  readonly counters?: Partial<Counters>;
  readonly rates?: Partial<Rates>;
}

interface ServerMaking
  extends Happening,
    Partial<Pick<ServerEntry, 'weight' | 'method' | 'tunnel' | 'upperThreshold'>> {
  readonly active?: number;
  readonly inactive?: number;
  readonly persistent?: number;
}

/** `endpoint` is `10.0.0.1:80` or `[2001:db8::1]:80`. */
export function server(endpoint: string, making: ServerMaking = {}): ServerStatus {
  const { active = 0, inactive = 0, persistent = 0, counters, rates, ...settings } = making;
  const entry: ServerEntry = {
    ...endpointOf(endpoint),
    method: 'nat',
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    ...settings,
  };
  return {
    entry,
    activeConnections: active,
    inactiveConnections: inactive,
    persistentConnections: persistent,
    counters: { ...NO_COUNTERS, ...counters },
    rates: { ...NO_RATES, ...rates },
  };
}

type Settings = Partial<Pick<ServiceEntry, 'scheduler' | 'schedulerFlags' | 'persistence' | 'onePacket'>>;

interface ServiceMaking extends Happening, Settings {
  readonly protocol?: 'tcp' | 'udp' | 'sctp';
  readonly servers?: readonly ServerStatus[];
}

/** `key` is an endpoint, `fwm 5` or `fwm 5 inet6`. */
export function service(key: string, making: ServiceMaking = {}): ServiceStatus {
  const { protocol = 'tcp', servers = [], counters, rates, ...settings } = making;
  const [, mark, family] = /^fwm (\d+)(?: (inet6))?$/.exec(key) ?? [];
  const options = {
    scheduler: 'wrr' as const,
    schedulerFlags: [],
    persistence: undefined,
    onePacket: false,
    ...settings,
    servers: servers.map(({ entry }) => entry),
  };
  const entry: ServiceEntry =
    mark === undefined
      ? { protocol, ...endpointOf(key), ...options }
      : { mark: Number(mark), family: family === undefined ? 'inet' : 'inet6', ...options };
  return { entry, counters: { ...NO_COUNTERS, ...counters }, rates: { ...NO_RATES, ...rates }, servers };
}

function endpointOf(text: string) {
  const [, host = '', port] = /^\[?(.*?)\]?:(\d+)$/.exec(text) ?? [];
  return { address: address(host), port: Number(port) };
}

interface ReadingMaking {
  readonly atS?: number;
  readonly drops?: Readonly<Record<string, number>>;
  readonly nics?: Reading['nics'];
  readonly flows?: number;
}

export function reading(services: readonly ServiceStatus[], making: ReadingMaking = {}): Reading {
  const { atS = 0, drops = {}, nics = [{ device: 'eth0', attached: true }], flows = 0 } = making;
  return {
    takenAt: new Date(2026, 10, 23, 7, 30, atS),
    monotonicMs: 5_000_000 + atS * 1000,
    tookMs: 12.5,
    nics,
    services,
    flows,
    flowsMax: 1000,
    drops: new Map(Object.entries(drops)),
  };
}
