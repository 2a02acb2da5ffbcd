// A reading as metrics: names, help, labels, values, by Prometheus's conventions for names. Services and servers have
// the labels of node_exporter's ipvs collector, so that dashboards made for it carry over.

import {
  type Counters,
  isMarkKey,
  type ServerEntry,
  type ServerStatus,
  type ServiceEntry,
  type ServiceKey,
} from '../director/mod.ts';
import { familyOf } from '../model/mod.ts';
import type { Reading } from './reading.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

export interface Metric {
  readonly name: string;
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  /** Made when it is asked for: there may be a hundred thousand of a metric. */
  readonly samples: () => Iterable<Sample>;
}

interface Traffic {
  readonly suffix: string;
  readonly help: string;
  readonly key: keyof Counters;
}

const TRAFFIC: readonly Traffic[] = [
  { suffix: 'connections_total', help: 'Connections made', key: 'connections' },
  { suffix: 'incoming_packets_total', help: 'Packets from clients', key: 'inPackets' },
  { suffix: 'outgoing_packets_total', help: 'Packets to clients (VS-NAT only)', key: 'outPackets' },
  { suffix: 'incoming_bytes_total', help: 'Bytes of IP packets from clients', key: 'inBytes' },
  { suffix: 'outgoing_bytes_total', help: 'Bytes of IP packets to clients (VS-NAT only)', key: 'outBytes' },
];

/** @param reading undefined where there is no director: then there is little to say */
export function metricsOf(reading: Reading | undefined, version: string): readonly Metric[] {
  const ours = [
    gauge('lvskit_up', 'Whether there is a director in this network namespace.', single(reading === undefined ? 0 : 1)),
    gauge('lvskit_build_info', 'Version of the lvskit that reads the director.', [{ labels: { version }, value: 1 }]),
  ];
  if (reading === undefined) return ours;
  return [...ours, ...directorMetrics(reading), ...serviceMetrics(reading), ...serverMetrics(reading)];
}

function directorMetrics({ tookMs, flows, flowsMax, nics, drops }: Reading): readonly Metric[] {
  return [
    gauge('lvskit_reading_duration_seconds', "How long reading the director's tables took.", single(tookMs / 1000)),
    gauge(
      'lvskit_connection_table_entries',
      'Entries of the connection table in use; a VS-NAT connection takes two.',
      single(flows),
    ),
    gauge('lvskit_connection_table_entries_limit', 'Entries that the connection table has room for.', single(flowsMax)),
    gauge(
      'lvskit_nic_attached',
      'Whether the data plane sees the packets that come in on a NIC.',
      nics.map(({ device, attached }) => ({ labels: { device }, value: attached ? 1 : 0 })),
    ),
    counter('lvskit_dropped_packets_total', 'Packets for virtual services that were dropped, by reason.', () =>
      [...drops].map(([reason, value]) => ({ labels: { reason }, value })),
    ),
  ];
}

function serviceMetrics(reading: Reading): readonly Metric[] {
  const services = reading.services.map((status) => ({ ...status, labels: labelsOfService(status.entry) }));
  const ofServices = (suffix: string, help: string, samples: () => Iterable<Sample>): Metric => ({
    name: `lvskit_service_${suffix}`,
    type: 'gauge',
    help,
    samples,
  });
  return [
    ofServices('info', 'Settings of a virtual service; always 1.', () =>
      services.map(({ entry, labels }) => ({ labels: { ...labels, ...settingsOf(entry) }, value: 1 })),
    ),
    ofServices('servers', 'Realservers of a virtual service.', () =>
      services.map(({ servers, labels }) => ({ labels, value: servers.length })),
    ),
    ofServices('persistence_timeout_seconds', 'How long a client of a persistent service keeps its realserver.', () =>
      services.flatMap(({ entry: { persistence }, labels }) =>
        persistence === undefined ? [] : [{ labels, value: persistence.timeoutS }],
      ),
    ),
    ...TRAFFIC.map(({ suffix, help, key }) =>
      counter(`lvskit_service_${suffix}`, `${help}, of a virtual service.`, () =>
        services.map(({ counters, labels }) => ({ labels, value: counters[key] })),
      ),
    ),
  ];
}

function serverMetrics({ services }: Reading): readonly Metric[] {
  const servers = services.flatMap(({ entry, servers }) =>
    servers.map((server) => ({ ...server, labels: labelsOfServer(entry, server) })),
  );
  function* each(sample: (server: ServerStatus) => number | undefined): Generator<Sample> {
    for (const server of servers) {
      const value = sample(server);
      if (value !== undefined) yield { labels: server.labels, value };
    }
  }
  const ofServers = (suffix: string, help: string, sample: (server: ServerStatus) => number | undefined): Metric => ({
    name: `lvskit_server_${suffix}`,
    type: 'gauge',
    help,
    samples: () => each(sample),
  });
  return [
    {
      name: 'lvskit_server_info',
      type: 'gauge',
      help: 'How packets are forwarded to a realserver; always 1.',
      samples: () => servers.map((server) => ({ labels: { ...server.labels, ...methodOf(server.entry) }, value: 1 })),
    },
    ofServers('weight', 'Weight of a realserver; 0 drains.', ({ entry }) => entry.weight),
    ofServers('active_connections', 'Connections in use.', ({ activeConnections }) => activeConnections),
    ofServers('inactive_connections', 'Connections ending or idle.', ({ inactiveConnections }) => inactiveConnections),
    ofServers('persistent_connections', 'Clients kept by persistence.', (server) => server.persistentConnections),
    ofServers('upper_threshold_connections', 'No new connections from so many on.', ({ entry }) =>
      entry.upperThreshold > 0 ? entry.upperThreshold : undefined,
    ),
    ...TRAFFIC.map(({ suffix, help, key }) =>
      counter(`lvskit_server_${suffix}`, `${help}, of a realserver.`, () => each(({ counters }) => counters[key])),
    ),
  ];
}

/** node_exporter's labels: `local_mark` as in /proc/net/ip_vs, empty where the service has none. */
function labelsOfService(key: ServiceKey): Labels {
  if (!isMarkKey(key)) {
    const { address, port, protocol } = key;
    return {
      local_address: address,
      local_port: String(port),
      proto: protocol.toUpperCase(),
      local_mark: '',
      family: familyOf(address),
    };
  }
  const local_mark = key.mark.toString(16).toUpperCase().padStart(8, '0');
  return { local_address: '', local_port: '0', proto: 'FWM', local_mark, family: key.family };
}

function labelsOfServer(service: ServiceKey, { entry }: ServerStatus): Labels {
  return { ...labelsOfService(service), remote_address: entry.address, remote_port: String(entry.port) };
}

function settingsOf({ scheduler, schedulerFlags, persistence, onePacket }: ServiceEntry): Labels {
  return {
    scheduler,
    scheduler_flags: schedulerFlags.map((flag) => `flag-${flag}`).join(','),
    persistent: String(persistence !== undefined),
    one_packet: String(onePacket),
  };
}

function methodOf({ method, tunnel }: ServerEntry): Labels {
  return { method, tunnel: method === 'tun' ? (tunnel?.type ?? 'ipip') : '' };
}

function single(value: number): readonly Sample[] {
  return [{ labels: {}, value }];
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, type: 'gauge', help, samples: () => samples };
}

function counter(name: string, help: string, samples: () => Iterable<Sample>): Metric {
  return { name, type: 'counter', help, samples };
}
