// Metrics of hand-made readings, read again by a reader of the format.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatJson } from '../../src/monitor/document.ts';
import { metricsOf } from '../../src/monitor/metrics.ts';
import { formatPrometheus } from '../../src/monitor/prometheus.ts';
import type { Reading } from '../../src/monitor/reading.ts';
import { viewReading } from '../../src/monitor/view.ts';
import { type Family, parseExposition } from './exposition.ts';
import { address, reading, server, service } from './readings.ts';

function expose(of: Reading | undefined): ReadonlyMap<string, Family> {
  return parseExposition([...formatPrometheus(metricsOf(of, '1.2.3'))].join(''));
}

const COUNTERS = { connections: 5, inPackets: 10, outPackets: 20, inBytes: 1000, outBytes: 2 ** 40 };

const MIXED = reading(
  [
    service('10.0.0.1:80', {
      counters: COUNTERS,
      servers: [server('10.1.0.1:8080', { weight: 7, active: 3, inactive: 4 })],
    }),
    service('[2001:db8::1]:53', {
      protocol: 'udp',
      onePacket: true,
      servers: [server('[2001:db8:1::1]:53', { method: 'tun', tunnel: { type: 'gue', port: 6080, checksum: 'none' } })],
    }),
    service('fwm 268439552', {
      scheduler: 'sh',
      schedulerFlags: [1, 2],
      persistence: { timeoutS: 300, netmask: address('255.255.255.255') },
      servers: [server('10.1.0.1:0', { method: 'dr', persistent: 2, upperThreshold: 100 })],
    }),
    service('fwm 268439552 inet6'),
  ],
  {
    flows: 42,
    drops: { NO_ROUTE: 3, INTERNAL: 0 },
    nics: [
      { device: 'eth0', attached: true },
      { device: 'eth1', attached: false },
    ],
  },
);

const TCP = { local_address: '10.0.0.1', local_port: '80', proto: 'TCP', local_mark: '', family: 'inet' };
const UDP = { local_address: '2001:db8::1', local_port: '53', proto: 'UDP', local_mark: '', family: 'inet6' };
const MARK = { local_address: '', local_port: '0', proto: 'FWM', local_mark: '10001000', family: 'inet' };

test('services and servers carry the labels of the ipvs collector, whatever their family, with and without a mark', () => {
  const families = expose(MIXED);
  assert.deepEqual(
    families.get('lvskit_service_servers')?.samples.map(({ labels }) => labels),
    [TCP, UDP, MARK, { ...MARK, family: 'inet6' }],
  );
  assert.deepEqual(families.get('lvskit_server_weight')?.samples, [
    { labels: { ...TCP, remote_address: '10.1.0.1', remote_port: '8080' }, value: 7 },
    { labels: { ...UDP, remote_address: '2001:db8:1::1', remote_port: '53' }, value: 1 },
    { labels: { ...MARK, remote_address: '10.1.0.1', remote_port: '0' }, value: 1 },
  ]);
});

test('counters are counters, with names in _total, and nothing else is', () => {
  for (const [name, { type }] of expose(MIXED)) assert.equal(type, name.endsWith('_total') ? 'counter' : 'gauge', name);
  const values = ['connections', 'incoming_packets', 'outgoing_packets', 'incoming_bytes', 'outgoing_bytes'].map(
    (what) => expose(MIXED).get(`lvskit_service_${what}_total`)?.samples[0]?.value,
  );
  assert.deepEqual(values, [5, 10, 20, 1000, 2 ** 40]);
});

test('settings stand in info metrics, so that a change of them begins no new counter', () => {
  const families = expose(MIXED);
  const settings = families
    .get('lvskit_service_info')
    ?.samples.map(({ labels }) => [labels.scheduler, labels.scheduler_flags, labels.persistent, labels.one_packet]);
  assert.deepEqual(settings?.slice(0, 3), [
    ['wrr', '', 'false', 'false'],
    ['wrr', '', 'false', 'true'],
    ['sh', 'flag-1,flag-2', 'true', 'false'],
  ]);
  const methods = families.get('lvskit_server_info')?.samples.map(({ labels }) => [labels.method, labels.tunnel]);
  assert.deepEqual(methods, [
    ['nat', ''],
    ['tun', 'gue'],
    ['dr', ''],
  ]);
});

test('what only some have is there for those alone', () => {
  const families = expose(MIXED);
  assert.deepEqual(families.get('lvskit_service_persistence_timeout_seconds')?.samples, [{ labels: MARK, value: 300 }]);
  assert.deepEqual(
    families.get('lvskit_server_upper_threshold_connections')?.samples.map(({ value }) => value),
    [100],
  );
});

test('the director itself: table, NICs, drops, version, how long it took to read', () => {
  const families = expose(MIXED);
  const only = (name: string) =>
    families.get(name)?.samples.map(({ labels, value }) => [...Object.values(labels), value]);
  assert.deepEqual(only('lvskit_up'), [[1]]);
  assert.deepEqual(only('lvskit_build_info'), [['1.2.3', 1]]);
  assert.deepEqual(only('lvskit_reading_duration_seconds'), [[0.0125]]);
  assert.deepEqual(only('lvskit_connection_table_entries'), [[42]]);
  assert.deepEqual(only('lvskit_connection_table_entries_limit'), [[1000]]);
  assert.deepEqual(only('lvskit_nic_attached'), [
    ['eth0', 1],
    ['eth1', 0],
  ]);
  assert.deepEqual(only('lvskit_dropped_packets_total'), [
    ['NO_ROUTE', 3],
    ['INTERNAL', 0],
  ]);
});

test('without a director lvskit_up is 0, and nothing is said of what is not there', () => {
  const families = expose(undefined);
  assert.equal(families.get('lvskit_up')?.samples[0]?.value, 0);
  assert.deepEqual([...families.keys()], ['lvskit_up', 'lvskit_build_info']);
});

test('every metric has help that ends as a sentence does', () => {
  for (const [name, { help }] of expose(MIXED)) assert.match(help, /^[A-Z].*[^.]\.$|^[A-Z].*; always 1\.$/, name);
});

test('any text survives as the value of a label and as help', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const flat = text.replaceAll('\r', '');
      const samples = () => [{ labels: { a: flat, b: 'x' }, value: 1 }];
      const written = [...formatPrometheus([{ name: 'm', type: 'gauge', help: `h${flat}`, samples }])].join('');
      const family = parseExposition(written).get('m');
      assert.equal(family?.samples[0]?.labels.a, flat);
      assert.equal(family?.help, `h${flat}`);
    }),
    // What JavaScript takes for the end of a line, and Prometheus does not.
    { examples: [['\u2028'], ['\u2029 \\\u2028']] },
  );
});

test('thousands of samples come in pieces of moderate size and are all there', () => {
  const servers = Array.from({ length: 3000 }, (_, i) => server(`10.1.${i >> 8}.${i & 255}:80`));
  const chunks = [...formatPrometheus(metricsOf(reading([service('10.0.0.1:80', { servers })]), '1'))];
  assert.ok(Math.max(...chunks.map((chunk) => chunk.length)) < 500_000);
  assert.equal(parseExposition(chunks.join('')).get('lvskit_server_weight')?.samples.length, 3000);
});

test('JSON has one line, the types of the director, and null for rates of drops that are not known', () => {
  const text = formatJson(viewReading(undefined, MIXED));
  assert.doesNotMatch(text, /\n/);
  const document = JSON.parse(text);
  assert.deepEqual([document.up, document.flows, document.flowsMax], [true, 42, 1000]);
  assert.deepEqual(document.drops, { NO_ROUTE: 3, INTERNAL: 0 });
  assert.deepEqual(document.dropsPerSecond, { NO_ROUTE: null, INTERNAL: null });
  const [tcp, udp, mark] = document.services;
  assert.deepEqual([tcp.protocol, tcp.address, tcp.port, tcp.servers[0].weight], ['tcp', '10.0.0.1', 80, 7]);
  assert.deepEqual(udp.servers[0].tunnel, { type: 'gue', port: 6080, checksum: 'none' });
  assert.deepEqual([mark.mark, mark.family, mark.persistence.timeoutS], [0x10001000, 'inet', 300]);
  assert.equal(formatJson(undefined), '{"up":false}');
});
