// Rates from two readings, and counters that do not go back.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { steadyReading } from '../../src/monitor/steady.ts';
import { viewReading } from '../../src/monitor/view.ts';
import { reading, server, service } from './readings.ts';

const VIP = '10.0.0.1:80';
const RIP = '10.1.0.1:80';

const AVERAGES = {
  connectionsPerSecond: 1,
  inPacketsPerSecond: 2,
  outPacketsPerSecond: 3,
  inBytesPerSecond: 4,
  outBytesPerSecond: 5,
};

function counters(connections: number, inPackets: number) {
  return { connections, inPackets, outPackets: inPackets * 2, inBytes: inPackets * 100, outBytes: inPackets * 1000 };
}

/** Service and server with the same counts. */
function busy(connections: number, inPackets: number) {
  const happening = { counters: counters(connections, inPackets), rates: AVERAGES };
  return service(VIP, { ...happening, servers: [server(RIP, happening)] });
}

test('between two readings a rate is what was counted over the time between them, of services and servers', () => {
  const before = reading([busy(10, 100)], { atS: 0 });
  const { services, total } = viewReading(before, reading([busy(15, 400)], { atS: 4 }));
  const rates = {
    connectionsPerSecond: 1.25,
    inPacketsPerSecond: 75,
    outPacketsPerSecond: 150,
    inBytesPerSecond: 7500,
    outBytesPerSecond: 75000,
  };
  assert.deepEqual(services[0]?.activity.rates, rates);
  assert.deepEqual(services[0]?.servers[0]?.activity.rates, rates);
  assert.deepEqual(total, rates);
});

test("of the first reading the rates are the director's averages", () => {
  const { services } = viewReading(undefined, reading([busy(10, 100)]));
  assert.deepEqual(services[0]?.activity.rates, AVERAGES);
});

test('a service that was not there before has its averages, for its counters may be old', () => {
  const { services } = viewReading(reading([]), reading([busy(10, 100)], { atS: 1 }));
  assert.deepEqual(services[0]?.activity.rates, AVERAGES);
});

test('the same server in two services, and the same mark in two families, are told apart', () => {
  const of = (count: number) => {
    const servers = [server(RIP, { counters: counters(count, 0) })];
    return [service(VIP, { servers }), service('10.0.0.1:81', { servers: [server(RIP)] })];
  };
  const marks = (count: number) => [
    service('fwm 7', { counters: counters(count, 0) }),
    service('fwm 7 inet6', { counters: counters(0, 0) }),
  ];
  const { services } = viewReading(reading([...of(0), ...marks(0)]), reading([...of(5), ...marks(9)], { atS: 1 }));
  const cps = services.map(({ activity, servers }) => [
    activity.rates.connectionsPerSecond,
    servers[0]?.activity.rates.connectionsPerSecond,
  ]);
  assert.deepEqual(cps, [
    [0, 5],
    [0, 0],
    [9, undefined],
    [0, undefined],
  ]);
});

test('after -Z a rate is the average again', () => {
  const { services } = viewReading(reading([busy(10, 100)]), reading([busy(0, 3)], { atS: 1 }));
  assert.deepEqual(services[0]?.activity.rates, AVERAGES);
});

test('the connections and the weight of a service are the sums over its servers', () => {
  const servers = [
    server(RIP, { weight: 3, active: 10, inactive: 20, persistent: 1 }),
    server('10.1.0.2:80', { weight: 4, active: 5, inactive: 6, persistent: 2 }),
  ];
  const { activity } = viewReading(undefined, reading([service(VIP, { servers })])).services[0] ?? {};
  assert.deepEqual(
    [activity?.weight, activity?.activeConnections, activity?.inactiveConnections, activity?.persistentConnections],
    [7, 15, 26, 3],
  );
});

test('drops have a rate from the second reading on, but not across a change of directors', () => {
  const at = (atS: number, packets: number) => reading([], { atS, drops: { NO_ROUTE: packets } });
  assert.deepEqual(viewReading(undefined, at(0, 7)).drops, [{ reason: 'NO_ROUTE', packets: 7, perSecond: undefined }]);
  assert.equal(viewReading(at(0, 7), at(2, 10)).drops[0]?.perSecond, 1.5);
  assert.equal(viewReading(at(0, 7), at(2, 3)).drops[0]?.perSecond, undefined);
});

test('a counter that a reading shows a little below the last one keeps its value', () => {
  const steady = steadyReading(reading([busy(10, 100)]), reading([busy(10, 99)], { atS: 1 }));
  assert.deepEqual(steady.services[0]?.counters, counters(10, 100));
  assert.deepEqual(steady.services[0]?.servers[0]?.counters, counters(10, 100));
});

test('counters that were zeroed begin anew, seen by their connections or by how much is missing', () => {
  for (const [before, now] of [
    [busy(10, 100), busy(2, 99)],
    [busy(10, 100), busy(10, 49)],
  ] as const) {
    assert.deepEqual(steadyReading(reading([before]), reading([now])).services[0]?.counters, now.counters);
  }
});

test('counters that grow are as they were read', () => {
  const now = reading([busy(11, 101)], { atS: 1 });
  assert.deepEqual(steadyReading(reading([busy(10, 100)]), now), now);
});
