// What keeps floods from filling the connection table: drop_entry and drop_packet, in IPVS's modes.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { lvsLimits, lvsSweeper } from '../../src/dataplane/abi.ts';
import { BpfArray } from '../../src/dataplane/bpf-array.ts';
import type { Ipv4 } from '../../src/model/mod.ts';
import { type Director, directorTest, until } from './director.ts';
import { assertDropped } from './outcome.ts';
import { CLIENT, SERVER, server, service, VIP } from './services.ts';

const SYN = { from: CLIENT, to: VIP, flags: 'S' };
const FIRST = { value: 0 };

function occupancyOf(director: Director) {
  const occupancy = director.maps.occupancy.get(FIRST);
  assert.ok(occupancy);
  return occupancy;
}

/** As if so much of the table were in use. */
function fill(director: Director, share: number): void {
  const entries = Math.ceil(lvsLimits.LVS_MAX_FLOWS * share);
  director.maps.occupancy.set(FIRST, { ...occupancyOf(director), entries });
}

function states(director: Director): string[] {
  return director.plane.readConnections().map(({ state }) => state);
}

/** Brings the defence's hand to the connections that there are, and waits for it to have passed them. */
async function lookThrough(director: Director): Promise<void> {
  const slots = [...director.maps.flows.entries()].map(({ value }) => value.ticket.slot);
  const sweeper = new BpfArray(join(director.directory, 'lvs_sweeper'), lvsSweeper);
  for (const slot of new Set(slots)) {
    director.maps.occupancy.set(FIRST, { ...occupancyOf(director), slot, number: 0 });
    const turn = sweeper.get(FIRST)?.slot ?? 0;
    await until('two turns of the wheel', () => (sweeper.get(FIRST)?.slot ?? 0) > turn + 1);
  }
  sweeper.close();
}

/** Makes it a while since the connections' last packets. */
function age(director: Director, seconds: number): void {
  for (const { key, value } of [...director.maps.flows.entries()]) {
    director.maps.flows.set(key, { ...value, last_seen_ns: value.last_seen_ns - seconds * 1e9 });
  }
}

for (const [method, entries] of [
  ['nat', 2],
  ['dr', 1],
] as const) {
  directorTest(
    `a connection of ${method} takes ${entries} of the table's entries, and gives them back`,
    async (director) => {
      director.configure(service([server(SERVER, method)]));
      director.setAllTimeouts(1);
      for (let port = 1; port <= 3; port++) director.receive({ ...SYN, from: `198.51.100.7:${port}` });
      assert.equal(occupancyOf(director).entries, 3 * entries);
      await until('them to end', () => occupancyOf(director).entries === 0);
      assert.equal(director.flowCount(), 0);
    },
  );
}

directorTest('drop_entry 3: a half-open connection ends, an established one stays', async (director) => {
  director.configure(service([server(SERVER, 'nat')]));
  director.receive(SYN);
  director.receive({ ...SYN, from: '198.51.100.7:40001' });
  director.receive({ ...SYN, from: '198.51.100.7:40001', flags: '.' });
  assert.deepEqual(states(director).sort(), ['ESTABLISHED', 'SYN_RECV']);
  director.plane.changeSettings({ drop_entry: 3 });
  await lookThrough(director);
  assert.deepEqual(states(director), ['ESTABLISHED']);
  assert.equal(director.server().activeConnections, 1);
});

directorTest('drop_entry 3: datagram connections end that are idle for a minute', async (director) => {
  director.configure(service([server(SERVER, 'nat')], { protocol: 'udp' }));
  director.receive({ from: CLIENT, to: VIP });
  director.plane.changeSettings({ drop_entry: 3 });
  await lookThrough(director);
  assert.deepEqual(states(director), ['UDP']);
  age(director, 61);
  await lookThrough(director);
  assert.deepEqual(states(director), []);
});

directorTest('drop_entry 3: a template stays while anything is under it, or was established', async (director) => {
  const persistence = { timeoutS: 300, netmask: '255.255.255.255' as Ipv4 };
  director.configure(service([server(SERVER, 'nat')], { persistence }));
  director.receive(SYN);
  director.receive({ ...SYN, from: '198.51.100.8:40000' });
  director.receive({ ...SYN, from: '198.51.100.8:40000', flags: '.' });
  director.plane.changeSettings({ drop_entry: 3 });
  await lookThrough(director);
  age(director, 61);
  await lookThrough(director);
  assert.deepEqual(states(director).sort(), ['ASSURED', 'ESTABLISHED']);
});

for (const mode of [1, 2]) {
  directorTest(
    `drop_entry ${mode}: half-open connections end while under a tenth of the table is left`,
    async (director) => {
      director.configure(service([server(SERVER, 'dr')]));
      director.receive(SYN);
      director.plane.changeSettings({ drop_entry: mode });
      fill(director, 0.9);
      await lookThrough(director);
      assert.deepEqual(states(director), ['SYN_RECV']);
      fill(director, 0.91);
      await lookThrough(director);
      assert.deepEqual(states(director), []);
    },
  );
}

/** Of 20 clients that come with a SYN, how many get a connection. */
function admitted(director: Director, firstPort: number): number {
  const outcomes = Array.from({ length: 20 }, (_, place) =>
    director.receive({ ...SYN, from: `198.51.100.7:${firstPort + place}` }),
  );
  const ports = new Set(director.plane.readConnections().map(({ client }) => client.port));
  for (const [place, outcome] of outcomes.entries()) if (!ports.has(firstPort + place)) assertDropped(outcome);
  return outcomes.filter((_, place) => ports.has(firstPort + place)).length;
}

directorTest('drop_packet 3: one of am_droprate that would open a connection is dropped', (director) => {
  director.configure(service([server(SERVER, 'dr')]));
  assert.equal(admitted(director, 1000), 20);
  director.plane.changeSettings({ drop_packet: 3 });
  assert.equal(admitted(director, 2000), 18);
  director.plane.changeSettings({ am_droprate: 2 });
  assert.equal(admitted(director, 3000), 10);
  assert.equal(director.drops('DEFENCE'), 12);
  director.plane.changeSettings({ am_droprate: 0 });
  assert.equal(admitted(director, 4000), 20);
});

for (const mode of [1, 2]) {
  directorTest(`drop_packet ${mode}: the less is left of the table, the more are dropped`, (director) => {
    director.configure(service([server(SERVER, 'dr')]));
    director.plane.changeSettings({ drop_packet: mode });
    fill(director, 0.9);
    // Beyond the threshold by twenty at most, of two hundred thousand: one of ten thousand is dropped.
    assert.equal(admitted(director, 1000), 20);
    fill(director, 0.94);
    assert.equal(admitted(director, 2000), 10);
    fill(director, 1);
    assert.equal(admitted(director, 3000), 0);
    // Connections that there are do not feel it.
    const before = director.server().counters.inPackets;
    director.receive({ ...SYN, from: '198.51.100.7:1000', flags: '.' });
    assert.equal(director.server().counters.inPackets, before + 1);
  });
}
