// The listing of services and their servers, to the letter as ipvsadm 1.31 prints it, blanks at line ends included:
// scripts cut these columns.

import { type ForwardingMethod, type IpAddress, isIpv6 } from '../../model/mod.ts';
import {
  type Counters,
  isMarkKey,
  type Rates,
  type ServerStatus,
  type ServiceEntry,
  type ServiceStatus,
} from '../data-plane.ts';
import type { ListingView } from './commands.ts';
import { formatLargeNumber } from './format-number.ts';
import { type Labeller, protocolOfService } from './labels.ts';
import { isWholeAddress } from './netmask.ts';
import { formatSchedulerFlags } from './scheduler-flags.ts';
import { formatTunnelInfo } from './tunnel.ts';

/** The version of IPVS whose behaviour this is. */
const IPVS_VERSION = '1.2.1';
const SERVICE_COLUMNS = 33;
const SERVER_COLUMNS = 28;

const METHOD_NAMES: Readonly<Record<ForwardingMethod, string>> = { nat: 'Masq', dr: 'Route', tun: 'Tunnel' };

interface View {
  /** Everything of the two header lines. */
  readonly header: string;
  /** A service's line after its padded name; undefined where the line is name, scheduler and options. */
  readonly serviceCells?: (status: ServiceStatus, exact: boolean) => string;
  /** A server's line after its padded name. */
  readonly serverCells: (status: ServerStatus, exact: boolean) => string;
}

const FORWARDING_HEADER = 'Prot LocalAddress:Port Scheduler Flags\n  -> RemoteAddress:Port           ';

const VIEWS: Readonly<Record<ListingView, View>> = {
  forwarding: {
    header: `${FORWARDING_HEADER}Forward Weight ActiveConn InActConn\n`,
    serverCells: ({ entry, activeConnections, inactiveConnections }) =>
      cells([METHOD_NAMES[entry.method], 7], [entry.weight, 6], [activeConnections, 10], [inactiveConnections, 10]),
  },
  'tun-info': {
    header: `${FORWARDING_HEADER}Forward TunnelInfo    Weight ActiveConn InActConn\n`,
    serverCells: ({ entry, activeConnections, inactiveConnections }) =>
      cells(
        [METHOD_NAMES[entry.method], 7],
        [formatTunnelInfo(entry), 13],
        [entry.weight, 6],
        [activeConnections, 10],
        [inactiveConnections, 10],
      ),
  },
  thresholds: {
    header: countsHeader(cells(['Uthreshold', 10], ['Lthreshold', 10], ['ActiveConn', 10], ['InActConn', 10])),
    serverCells: ({ entry, activeConnections, inactiveConnections }) =>
      cells([entry.upperThreshold, 10], [entry.lowerThreshold, 10], [activeConnections, 10], [inactiveConnections, 10]),
  },
  'persistent-conn': {
    header: countsHeader(cells(['Weight', 9], ['PersistConn', 11], ['ActiveConn', 10], ['InActConn', 10])),
    serverCells: ({ entry, persistentConnections, activeConnections, inactiveConnections }) =>
      cells([entry.weight, 9], [persistentConnections, 11], [activeConnections, 10], [inactiveConnections, 10]),
  },
  stats: {
    header: countsHeader(rightCells('Conns', 'InPkts', 'OutPkts', 'InBytes', 'OutBytes')),
    serviceCells: ({ counters }, exact) => counterCells(counters, exact),
    serverCells: ({ counters }, exact) => counterCells(counters, exact),
  },
  rate: {
    header: countsHeader(rightCells('CPS', 'InPPS', 'OutPPS', 'InBPS', 'OutBPS')),
    serviceCells: ({ rates }, exact) => packetRateCells(rates, exact) + byteRateCells(rates, exact),
    // The real one abbreviates a service's packet rates, but never a server's.
    serverCells: ({ rates }, exact) => packetRateCells(rates, true) + byteRateCells(rates, exact),
  },
};

export interface ListingFormat {
  readonly view: ListingView;
  readonly exact: boolean;
  readonly label: Labeller;
}

/** The line above a listing of the whole table. */
export function formatTableHeader(connectionTableSize: number): string {
  return `IP Virtual Server version ${IPVS_VERSION} (size=${connectionTableSize})\n`;
}

/** Column headings, then each service with its servers, in the order given. */
export function formatListing(services: readonly ServiceStatus[], format: ListingFormat): string {
  return VIEWS[format.view].header + services.map((service) => formatService(service, format)).join('');
}

function formatService(status: ServiceStatus, { view, exact, label }: ListingFormat): string {
  const { entry, servers } = status;
  const { serviceCells, serverCells } = VIEWS[view];
  const name = formatServiceName(entry, label);
  const line =
    serviceCells === undefined
      ? `${name} ${formatServiceWords(entry)}`
      : name.padEnd(SERVICE_COLUMNS) + serviceCells(status, exact);
  const serverLines = servers.map((server) => {
    const serverName = fitted(label(server.entry, protocolOfService(entry)), server.entry.address, SERVER_COLUMNS);
    return `  -> ${serverName.padEnd(SERVER_COLUMNS)}${serverCells(server, exact)}\n`;
  });
  return `${line}\n${serverLines.join('')}`;
}

/** Scheduler and options, in the words of listings. */
function formatServiceWords({ scheduler, schedulerFlags, persistence, onePacket }: ServiceEntry): string {
  const { netmask } = persistence ?? {};
  return [
    scheduler,
    ...(schedulerFlags.length === 0 ? [] : [`(${formatSchedulerFlags(schedulerFlags, scheduler)})`]),
    ...(persistence === undefined ? [] : [`persistent ${persistence.timeoutS}`]),
    ...(netmask === undefined || isWholeAddress(netmask) ? [] : [`mask ${netmask}`]),
    ...(persistence?.engine === undefined ? [] : [`pe ${persistence.engine}`]),
    ...(onePacket ? ['ops'] : []),
  ].join(' ');
}

function formatServiceName(service: ServiceEntry, label: Labeller): string {
  if (isMarkKey(service)) return `FWM  ${service.mark}${service.family === 'inet6' ? ' IPv6' : ''}`;
  const { protocol, address } = service;
  return fitted(`${protocol.toUpperCase().padEnd(4)} ${label(service, protocol)}`, address, SERVICE_COLUMNS);
}

/** Names of IPv4 hosts are cut to their column; IPv6 addresses push the other columns to the right. */
function fitted(name: string, address: IpAddress, columns: number): string {
  return isIpv6(address) ? name : name.slice(0, columns);
}

function countsHeader(columnTitles: string): string {
  return `${'Prot LocalAddress:Port'.padEnd(SERVICE_COLUMNS)}${columnTitles}\n  -> RemoteAddress:Port\n`;
}

function cells(...columns: readonly (readonly [value: string | number, width: number])[]): string {
  let line = '';
  for (const [value, width] of columns) line += ` ${String(value).padEnd(width)}`;
  return line;
}

function rightCells(...values: readonly string[]): string {
  return values.map((value) => value.padStart(9)).join('');
}

function counterCells(counters: Counters, exact: boolean): string {
  const { connections, inPackets, outPackets, inBytes, outBytes } = counters;
  return numberCells([connections, inPackets, outPackets, inBytes, outBytes], exact);
}

function packetRateCells(rates: Rates, exact: boolean): string {
  return numberCells([rates.connectionsPerSecond, rates.inPacketsPerSecond, rates.outPacketsPerSecond], exact);
}

function byteRateCells(rates: Rates, exact: boolean): string {
  return numberCells([rates.inBytesPerSecond, rates.outBytesPerSecond], exact);
}

/** Rates may be fractions; they are rounded, as the kernel rounds them. */
function numberCells(values: readonly number[], exact: boolean): string {
  return values.map((value) => formatLargeNumber(Math.round(value), exact)).join('');
}
