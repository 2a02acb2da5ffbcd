// The status of services as listings and monitors want it: connection counts, counters and rates of what is installed.

import type { Counters, Rates, ServerStatus, ServiceStatus } from '../director/mod.ts';
import { monotonicNs } from '../system/mod.ts';
import { lvsZeroKind } from './abi.ts';
import type { Census } from './census.ts';
import { type CpuStats, RATE_SCALE, sumCounters, sumRates } from './counters.ts';
import type { Maps } from './maps.ts';
import { spanOf } from './regions.ts';
import type { InstalledService } from './tables.ts';

/** Of so many servers, tables are read as a whole instead of one entry for each. */
const MANY = 64;

const NO_COUNTERS: Counters = { connections: 0, inPackets: 0, outPackets: 0, inBytes: 0, outBytes: 0 };
const NO_RATES: Rates = {
  connectionsPerSecond: 0,
  inPacketsPerSecond: 0,
  outPacketsPerSecond: 0,
  inBytesPerSecond: 0,
  outBytesPerSecond: 0,
};

type Traffic = Pick<ServiceStatus, 'counters' | 'rates'>;
type ReadTraffic = (installed: InstalledService) => Traffic & { readonly ofServer: (id: number) => Traffic };

/**
 * @param census undefined: counters and rates are zero, and not read
 * @param isAll whether these are all services that there are
 */
export function readStatusOf(
  maps: Maps,
  installed: readonly InstalledService[],
  census: Census | undefined,
  isAll: boolean,
): readonly ServiceStatus[] {
  const servers = installed.reduce((sum, { raw }) => sum + raw.members_count, 0);
  const readTraffic = census === undefined ? noTraffic : trafficReader(maps, census, isAll && servers >= MANY);
  const { base, count } = spanOf(installed.flatMap(({ serverIds }) => serverIds));
  const rows = maps.connectionCounts.readRows(base, count);
  const [active, inactive, persistent] = [rows.column('active'), rows.column('inactive'), rows.column('persistent')];
  return installed.map((service) => {
    const { ofServer, ...traffic } = readTraffic(service);
    const { entry, serverIds } = service;
    const servers = entry.servers.map((entry, place): ServerStatus => {
      const id = serverIds[place] ?? 0;
      const { counters, rates } = ofServer(id);
      return {
        entry,
        activeConnections: active(id),
        inactiveConnections: inactive(id),
        persistentConnections: persistent(id),
        counters,
        rates,
      };
    });
    return { entry, ...traffic, servers };
  });
}

const NO_TRAFFIC: Traffic = { counters: NO_COUNTERS, rates: NO_RATES };

function noTraffic(): ReturnType<ReadTraffic> {
  return { ...NO_TRAFFIC, ofServer: () => NO_TRAFFIC };
}

function trafficReader(maps: Maps, census: Census, many: boolean): ReadTraffic {
  const nowNs = monotonicNs();
  const { serverStats, serviceStats, zeroes } = maps;
  const statsOfServer = many ? serverStats.getter() : serverStats.get.bind(serverStats);
  const zeroOf = many ? zeroes.getter() : zeroes.get.bind(zeroes);
  const trafficOf = (
    cpus: readonly CpuStats[],
    held: readonly number[] | undefined,
    zero: readonly number[] | undefined,
  ): Traffic => ({
    counters: sumCounters(cpus, held, zero),
    rates: cpus.length === 0 ? NO_RATES : sumRates(cpus, nowNs, RATE_SCALE),
  });
  const ofServer = (id: number) => {
    const zero = zeroOf({ kind: lvsZeroKind.LVS_ZERO_SERVER, id })?.count;
    return trafficOf(statsOfServer({ value: id }) ?? [], census.servers.get(id), zero);
  };
  return ({ raw: { id } }) => {
    const zero = zeroOf({ kind: lvsZeroKind.LVS_ZERO_SERVICE, id })?.count;
    return { ...trafficOf(serviceStats.get({ value: id }) ?? [], census.services.get(id), zero), ofServer };
  };
}
