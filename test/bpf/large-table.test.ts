// Changes of a table that is large: they look at it as a whole, and write little.

import assert from 'node:assert/strict';
import { lvsZeroKey } from '../../src/dataplane/abi.ts';
import { encodeAll } from '../../src/dataplane/layout.ts';
import { libbpf } from '../../src/dataplane/libbpf.ts';
import type { ServiceEntry } from '../../src/director/mod.ts';
import { type Director, directorTest } from './director.ts';
import { CLIENT, SERVER, server, service, VIP } from './services.ts';

/** Of each service: so many that all of them together are removed in another way than a few. */
const SERVERS = 200;
const SYN = { from: CLIENT, to: VIP, flags: 'S' };

/** Newest first; the last, and so the oldest, is at {@link VIP}. Its first server can be reached. */
function manyServices(services: number): ServiceEntry[] {
  const servers = Array.from({ length: SERVERS }, (_, number) => server(`10.9.2.11:${80 + number}`, 'nat'));
  return Array.from({ length: services }, (_, number) =>
    service(servers, { at: `10.9.1.110:${80 + services - 1 - number}` }),
  );
}

/** The table with one more server at the head of its newest service. */
function withServer(table: readonly ServiceEntry[]): ServiceEntry[] {
  return table.map((entry, place) =>
    place === 0 ? { ...entry, servers: [server('10.9.2.12:9', 'nat'), ...entry.servers] } : entry,
  );
}

type Calls = Record<'mapLookup' | 'mapLookupBatch' | 'mapUpdate' | 'mapUpdateBatch', (...words: unknown[]) => unknown>;

/** How often `work` asks the kernel for map elements, one or many at a time. */
function countCalls(work: () => void): number {
  const functions = libbpf() as unknown as Calls;
  const names = ['mapLookup', 'mapLookupBatch', 'mapUpdate', 'mapUpdateBatch'] as const;
  const originals = names.map((name) => [name, functions[name]] as const);
  let calls = 0;
  for (const [name, original] of originals) {
    functions[name] = (...words) => {
      calls += 1;
      return original(...words);
    };
  }
  try {
    work();
  } finally {
    for (const [name, original] of originals) functions[name] = original;
  }
  return calls;
}

function addServer(director: Director): void {
  director.inside(() => director.plane.update((table) => withServer(table as ServiceEntry[])));
}

function indexOfServers(director: Director): readonly number[] {
  return [...director.maps.serverIndex.entries()].map(({ value }) => value.value);
}

directorTest('one more server takes as many calls whatever other services there are', (director) => {
  director.configure(...manyServices(2));
  const beside1 = countCalls(() => addServer(director));
  director.configure(...manyServices(8));
  const before = new Set(indexOfServers(director));
  assert.equal(
    countCalls(() => addServer(director)),
    beside1,
  );
  const after = new Set(indexOfServers(director));
  assert.equal(after.size, before.size + 1);
  assert.deepEqual([...before.difference(after)], [], 'servers keep their index');
  assert.deepEqual(
    director.plane.readStatus().map(({ entry }) => entry.servers.length),
    [SERVERS + 1, ...new Array<number>(7).fill(SERVERS)],
  );
});

directorTest('a table that goes leaves the servers of its connections alone', (director) => {
  director.configure(...manyServices(3));
  director.receive(SYN);
  director.plane.zeroCounters();
  director.configure();
  const [left, ...others] = indexOfServers(director);
  assert.deepEqual(others, []);
  assert.ok(left !== undefined);
  assert.deepEqual(
    [...director.maps.serverStats.entries()].map(({ key }) => key.value),
    [left],
  );
  assert.deepEqual(
    [...director.maps.zeroes.entries()].map(({ key }) => key.id),
    [left],
  );
  assert.equal(director.maps.servers.get({ value: left })?.flags, 0);
  assert.equal(director.maps.connectionCounts.get({ value: left })?.active, 1);
  director.configure(...manyServices(1));
  assert.equal(director.service().servers.filter(({ activeConnections }) => activeConnections === 1).length, 1);
});

directorTest('entries that are not there do not keep others from being deleted', (director) => {
  const zeroes = [1, 2, 4].map((id) => [{ kind: 0, id }, { count: [0, 0, 0, 0, 0] }] as const);
  director.maps.zeroes.setAll(zeroes);
  const keys = encodeAll(
    lvsZeroKey,
    [0, 1, 3, 5, 2, 4, 6].map((id) => ({ kind: 0, id })),
  );
  director.maps.zeroes.deleteAll(keys, 7);
  assert.deepEqual([...director.maps.zeroes.entries()], []);
});

directorTest('what a killed writer has left undone is done by the next change, of whatever service', (director) => {
  director.configure(...manyServices(2));
  const [id = 0] = indexOfServers(director);
  const row = director.maps.servers.get({ value: id });
  assert.ok(row);
  for (const broken of [
    { flags: 0 },
    { service: 1000 },
    { upper_threshold: 7 },
    { tunnel: 1 },
    { last_weight: 9 },
    { tunnel_source: [1, 2, 3, 4] },
  ]) {
    director.maps.servers.set({ value: id }, { ...row, ...broken });
    director.configure(service([server(SERVER, 'nat')], { at: '10.9.1.110:9' }), ...manyServices(2));
    assert.deepEqual(director.maps.servers.get({ value: id }), row, `with another ${Object.keys(broken)[0]}`);
    director.configure(...manyServices(2));
  }
});

directorTest('the status of one service is what it is among all', (director) => {
  director.configure(...manyServices(2));
  director.receive(SYN);
  const [, oldest] = director.plane.readStatus();
  assert.ok(oldest);
  assert.equal(oldest.counters.connections, 1);
  assert.deepEqual(director.plane.readStatus({ service: oldest.entry }), [oldest]);
  assert.deepEqual(director.plane.readStatus({ service: { ...oldest.entry, port: 1 } as ServiceEntry }), []);
  const [uncounted] = director.plane.readStatus({ service: oldest.entry, counters: false });
  assert.deepEqual(
    uncounted?.servers.map(({ entry, activeConnections }) => ({ entry, activeConnections })),
    oldest.servers.map(({ entry, activeConnections }) => ({ entry, activeConnections })),
  );
});
