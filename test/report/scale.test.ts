// The table and the page of a scale run: both sums, the limits with their counters, no request to anywhere.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyseScaling } from '../../src/analysis/mod.ts';
import { formatScalePage, formatScaleTable } from '../../src/report/mod.ts';
import { synthesiseScale } from '../fixtures/run/synthetic-scale.ts';

const { run, windows: shared } = synthesiseScale({ systems: ['nat', 'dr'], clients: [1, 2, 4, 8], rounds: 5 });
const links = (clients: number) => [{ link: 'client:eth0', inBytes: 62.5e6 * clients, outBytes: 1e6 }];
const windows = shared.map((window) => ({ ...window, links: links(window.clients), newConnections: 200 }));
const apart = windows
  .filter(({ clients }) => clients > 1)
  .map((window) => ({
    ...window,
    synchronised: false,
    shares: window.shares.map((share) => ({ ...share, payloadBytes: 1.5 * share.payloadBytes })),
  }));
const curves = analyseScaling(run, [...windows, ...apart]);
const page = formatScalePage(run, curves);

test('the page asks for nothing from anywhere, and holds tables, plots, findings, method and command', () => {
  assert.doesNotMatch(page, /(?:src|href)=|@import|url\((?!#)/);
  const expected = [
    'data-chart="throughput-2-65536"',
    'data-chart="sums-65536"',
    'data-chart="transfers-65536"',
    'data-chart="connections-65536"',
    'data-chart="fairness-65536"',
    'data-chart="cpu-65536"',
    'In own windows',
    'Clients without a common window would have reported up to',
    'X(N) =',
    'with 8 clients nothing was at its limit, client:eth0 carried',
    'everything on one CPU',
    'lvskit scale examples/vs-dr.conf',
  ];
  for (const text of expected) assert.ok(page.replaceAll('\u00a0', ' ').includes(text), text);
  assert.doesNotMatch(page, /NaN|undefined/);
});

test('there are plots against realservers where there are several numbers of them, and of connections where there are any', () => {
  assert.ok(!page.includes('data-chart="servers-'));
  const more = [...windows, ...windows.map((window) => ({ ...window, realservers: 4 }))].map((window) => ({
    ...window,
    newConnections: 0,
  }));
  const wide = formatScalePage({ ...run, realservers: [2, 4] }, analyseScaling({ ...run, realservers: [2, 4] }, more));
  assert.ok(wide.includes('data-chart="servers-0-65536"') && wide.includes('data-chart="throughput-4-65536"'));
  assert.ok(!wide.includes('data-chart="connections') && !wide.includes('data-chart="sums'));
});

test('the table has no columns that would be empty, or zero throughout', () => {
  const headingsOf = (html: string) => /<thead>.*?<\/thead>/s.exec(html)?.[0] ?? '';
  for (const title of ['In own windows', 'New connections', 'Limit'])
    assert.ok(headingsOf(page).includes(title), title);
  const kept = windows.map((window) => ({ ...window, newConnections: 0 }));
  const plain = formatScalePage(run, analyseScaling(run, kept));
  assert.doesNotMatch(headingsOf(plain), /In own windows|New connections|Split/);
  const cells = [...plain.matchAll(/<tr><th scope="row">.*?<\/tr>/gs)].map(([row]) => row.split('<t').length - 2);
  assert.deepEqual([...new Set(cells)], [headingsOf(plain).split('<th scope').length - 1]);
});

test('ids of the drawings in one page do not meet', () => {
  const ids = [...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
  assert.equal(new Set(ids).size, ids.length);
});

test('a run that was interrupted before its first window makes a page', () => {
  const empty = formatScalePage({ ...run, finishedAt: undefined }, []);
  assert.ok(empty.includes('interrupted before its first window'));
});

test('the table shows both sums beside what the wire has carried', () => {
  const text = formatScaleTable(curves, run);
  assert.match(text, /^VS-NAT +1 +\d{3} +500 +\d{3} +– +1\.00 +–$/m);
  assert.match(text, /^ +4 +8\d\d +2\s000 +1\s\d{3} +1\s\d{3} +1\.00 +–$/m);
  for (const line of text.split('\n')) assert.ok(line.length <= 80, line);
});

test('a run on hosts says which they are, what they did not tell and how well their clocks were known', () => {
  const found = { kernel: '6.12', cpuModel: 'Xeon', cpuCount: 8, memoryBytes: 2 ** 34, congestionControl: 'cubic' };
  const nics = [{ device: 'enp2s0', mtu: 1500, rateMbps: 1000 }];
  const { congestionControl: _, offloads: __, mtu: ___, pinning: ____, ...environment } = run.environment;
  const hosts = [
    { machine: 'client', host: 'alpha', found: { ...found, nics } },
    { machine: 'director', host: 'happy', found: undefined },
  ];
  const onHosts = { ...run, environment, hosts };
  const unread = [{ machine: 'director', why: 'it was to be skipped' }];
  const load = { machine: 'client', cpuCount: 8, cpuShare: 0.5, softirqCpuShare: 0.1, forwardedShare: 0 };
  const told = windows.map((window) => ({
    ...window,
    newConnections: undefined,
    drops: undefined,
    hosts: [load],
    unread,
    clockBoundNs: 310_000,
  }));
  const own = analyseScaling(onHosts, told);
  const text = formatScaleTable(own, onHosts);
  assert.match(
    text.replaceAll(/\s+/g, ' '),
    /counters of director are missing; the hosts’ clocks were known to 0\.310 ms\./,
  );
  const drawn = formatScalePage(onHosts, own).replaceAll('\u00a0', ' ');
  const expected = [
    '2 hosts',
    '<dt>client, alpha</dt><dd>8 × Xeon, 16 GB; Linux 6.12; congestion control cubic; enp2s0 MTU 1500 1000 Mbit/s</dd>',
    '<dt>director, happy</dt><dd>not reached: its counters are missing</dd>',
    'Of the busiest host',
    'The clock of every host was compared',
  ];
  for (const part of expected) assert.ok(drawn.includes(part), part);
  assert.doesNotMatch(drawn, /NaN|undefined|\blab\b|links without a rate/);
});
