// The screens of `lvskit top`.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { lvsDrop } from '../../src/dataplane/abi.ts';
import { type Controls, INITIAL_CONTROLS } from '../../src/monitor/controls.ts';
import { meaningOfDrop } from '../../src/monitor/drop-reasons.ts';
import { formatListing, formatScreen, type Size } from '../../src/monitor/screen.ts';
import { type View, viewReading } from '../../src/monitor/view.ts';
import { reading, server, service } from './readings.ts';

const SMALL: Size = { columns: 80, rows: 24 };

const web = [
  server('192.168.1.11:8080', {
    weight: 100,
    active: 12_345,
    inactive: 42,
    counters: { connections: 1_234_567, inPackets: 5e6, outPackets: 6e6, inBytes: 7e8, outBytes: 8e9 },
    rates: {
      connectionsPerSecond: 120,
      inPacketsPerSecond: 4000,
      outPacketsPerSecond: 5000,
      inBytesPerSecond: 6e5,
      outBytesPerSecond: 9e6,
    },
  }),
  server('192.168.1.12:8080', { weight: 0, active: 3 }),
];

function viewOfWeb(): View {
  const [busy] = web;
  const services = [
    service('192.168.2.110:80', { servers: web, ...(busy && { counters: busy.counters, rates: busy.rates }) }),
  ];
  const nics = [
    { device: 'eth0', attached: true },
    { device: 'eth1', attached: false },
  ];
  const making = { flows: 123, drops: { NO_SERVER: 0, NO_ROUTE: 12 }, nics };
  return viewReading(
    reading(services, { ...making, drops: { NO_SERVER: 0, NO_ROUTE: 2 } }),
    reading(services, { ...making, atS: 4 }),
  );
}

/** As of a first reading, where the rates are the director's. */
function firstViewOfWeb(): View {
  return viewReading(undefined, viewOfWeb().reading);
}

function show(view: View | undefined, controls: Partial<Controls> = {}, size: Size = SMALL): readonly string[] {
  return formatScreen(view, { ...INITIAL_CONTROLS, ...controls }, size).map(({ text }) => text);
}

test('80 columns have names, forwarding, weights, connections, bytes and shares', () => {
  const lines = show(firstViewOfWeb());
  assert.deepEqual(lines.slice(0, 8), [
    'lvskit top  07:30:04  1 service, 2 servers  NICs eth0 (not attached: eth1)',
    'Flows    123 of 1000 (12.3%)',
    'Traffic  in 4000 p/s, 600k B/s   out 5000 p/s, 9.00M B/s   120 new connections/s',
    'Dropped  NO_ROUTE 12',
    'Service, servers     Forward Weight Active Inact   CPS In B/s Out B/s Share     ',
    'TCP 192.168.2.110:80 wrr        100  12.3k    42   120   600k   9.00M  100%',
    '  192.168.1.11:8080  Masq       100  12.3k    42   120   600k   9.00M  100%',
    '  192.168.1.12:8080  Masq         0      3     0     0      0       0    0%',
  ]);
  assert.match(lines.at(-1) ?? '', /^q quit {2}s sort: traffic /);
});

test('a wider screen has packets and the counters too', () => {
  const [heading, row] = show(firstViewOfWeb(), {}, { columns: 200, rows: 50 }).slice(4, 6);
  assert.equal(
    heading?.trimEnd(),
    'Service, servers     Forward Weight Active Inact   CPS In p/s Out p/s In B/s Out B/s Share     Conns   In pkts  Out pkts  In bytes Out bytes',
  );
  assert.equal(
    row,
    'TCP 192.168.2.110:80 wrr        100  12.3k    42   120   4000    5000   600k   9.00M  100%     1.23M     5.00M     6.00M      700M     8.00G',
  );
});

test('where no reply passes the director its columns make room for packets', () => {
  const servers = [server('10.1.0.1:80', { method: 'dr' })];
  const view = viewReading(undefined, reading([service('10.0.0.1:80', { servers })]));
  assert.match(show(view)[4] ?? '', /CPS In p\/s In B\/s Share/);
});

test('clients kept by persistence have a column once there are some', () => {
  const withPersistent = (persistent: number) =>
    viewReading(undefined, reading([service('10.0.0.1:80', { servers: [server('10.1.0.1:80', { persistent })] })]));
  const wide = { columns: 200, rows: 24 };
  assert.doesNotMatch(show(withPersistent(0), {}, wide)[4] ?? '', /Persist/);
  assert.match(show(withPersistent(1), {}, wide)[4] ?? '', /Persist/);
});

test('a long IPv6 name is cut in front of its end, where names differ', () => {
  const long = '2001:db8:1234:5678:9abc:def0:1234:';
  const servers = [server(`[${long}1]:8080`), server(`[${long}2]:8080`)];
  const view = viewReading(undefined, reading([service(`[${long}ff]:80`, { servers })]));
  const rows = show(view, { order: 'address' }).slice(5, 8);
  assert.match(rows[0] ?? '', /^TCP ….*:ff\]:80 +wrr/);
  assert.match(rows[1] ?? '', /^ {2}….*:1\]:8080 +Masq/);
  assert.match(rows[2] ?? '', /^ {2}….*:2\]:8080 +Masq/);
  assert.match(
    show(view, {}, { columns: 200, rows: 24 })[5] ?? '',
    /^TCP \[2001:db8:1234:5678:9abc:def0:1234:ff\]:80 +wrr/,
  );
});

test('a drop that goes on is shown with its rate, on a line of its own kind', () => {
  const line = formatScreen(viewOfWeb(), INITIAL_CONTROLS, SMALL)[3];
  assert.deepEqual(line, { text: 'Dropped  NO_ROUTE 12 (2.5/s)', style: 'alarm' });
});

test('the table of drops names every reason with packets, rate and meaning', () => {
  const lines = show(viewOfWeb(), { table: 'drops' });
  assert.deepEqual(
    lines.slice(4, 7).map((line) => line.trimEnd()),
    [
      'Dropped for          Packets    p/s  Meaning',
      'NO_SERVER                  0      0  no server takes new connections',
      'NO_ROUTE                  12    2.5  no route or neighbour towards the server',
    ],
  );
});

test('every reason of the data plane has a meaning that fits', () => {
  const reasons = Object.keys(lvsDrop).filter((name) => name !== 'LVS_DROP_COUNT');
  for (const name of reasons) {
    const meaning = meaningOfDrop(name.replace('LVS_DROP_', ''));
    assert.ok(meaning.length > 0 && meaning.length <= 42, `${name}: '${meaning}'`);
  }
});

test('scrolled, the screen shows the lines from there on and says which', () => {
  const services = Array.from({ length: 100 }, (_, index) => service(`10.0.0.1:${1000 + index}`));
  const view = viewReading(undefined, reading(services));
  const lines = show(view, { scroll: 18, order: 'address' });
  assert.match(lines[5] ?? '', /^TCP 10\.0\.0\.1:1018 /);
  assert.match(lines[22] ?? '', /^TCP 10\.0\.0\.1:1035 /);
  assert.match(lines[23] ?? '', / {3}19-36 of 100 *$/);
});

test('without a director the screen says so and waits', () => {
  const lines = show(undefined);
  assert.match(lines[0] ?? '', /^No director in this network namespace\. /);
  assert.equal(lines.length, 24);
});

test('a screen of any size is filled exactly, and no line is wider than it', () => {
  const sizes = fc.record({ columns: fc.integer({ min: 1, max: 300 }), rows: fc.integer({ min: 1, max: 80 }) });
  const table = fc.constantFrom('services' as const, 'drops' as const);
  fc.assert(
    fc.property(sizes, table, fc.boolean(), (size, table, folded) => {
      const lines = show(viewOfWeb(), { table, folded }, size);
      assert.equal(lines.length, size.rows);
      for (const line of lines) assert.ok(line.length <= size.columns);
    }),
  );
});

test('a listing has every column and every line, and no blanks at line ends', () => {
  const services = Array.from({ length: 100 }, (_, index) => service(`10.0.0.1:${1000 + index}`, { servers: web }));
  const text = formatListing(viewReading(undefined, reading(services)), INITIAL_CONTROLS, Number.POSITIVE_INFINITY);
  const lines = text.split('\n');
  assert.equal(lines.length, 4 + 1 + 300 + 1);
  assert.match(lines[4] ?? '', /Out bytes$/);
  assert.doesNotMatch(text, / $/m);
});
