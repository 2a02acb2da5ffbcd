// A bed of hosts without any: agents that answer with clocks of their own and keep what they were told.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Ipv4, parseIpv4, type Role } from '../../src/model/mod.ts';
import { HostsBed, type HostsBedParts } from '../../src/suite/hosts-bed.ts';
import { monotonicNs } from '../../src/system/mod.ts';
import { type FakeAgent, fakeAgent } from '../fixtures/fake-agent.ts';

const VIP = parseIpv4('192.168.1.110') as Ipv4;
const WINDOW = { transfer: 'http', sizeBytes: 65_536, seconds: 0.5, synchronised: true, clients: 2 } as const;
const SHARE = {
  payloadBytes: 1000,
  transfers: 2,
  timeNs: { min: 1, p5: 1, p50: 1, p99: 1, max: 1, mean: 1 },
  histogram: '',
  own: { payloadBytes: 1200, seconds: 0.6 },
  failures: {},
  covered: 1,
  cpuShare: 0.1,
};
const LOAD = {
  elapsedNs: 0.5e9,
  links: [{ device: 'eth0', inBytes: 10, outBytes: 20 }],
  accepted: 7,
  forwardedShare: 0,
  cpuShare: 0.25,
  softirqCpuShare: 0.1,
  processCpuShare: 0.5,
};

const clockAt = (aheadNs: () => number) => () => ({ nowNs: monotonicNs() + aheadNs(), bootId: 'another' });

function client(host: string, aheadSeconds: number, transfer: () => typeof SHARE = () => SHARE): FakeAgent {
  return fakeAgent(host, { clock: clockAt(() => aheadSeconds * 1e9), 'transfer.window': transfer });
}

interface FakeCounter {
  readonly aheadSeconds?: number;
  readonly load?: () => typeof LOAD | Omit<typeof LOAD, 'processCpuShare'>;
  readonly director?: Parameters<typeof fakeAgent>[1]['director.counters'];
}

function counted(machine: string, role: Role, { aheadSeconds = 0, load = () => LOAD, director }: FakeCounter = {}) {
  const agent = fakeAgent(machine, {
    clock: clockAt(() => aheadSeconds * 1e9),
    'machine.window': load,
    ...(director === undefined ? {} : { 'director.counters': director }),
  });
  return { machine, role, agent, cpuCount: 4, nics: { addresses: [VIP] } };
}

function bedOf(parts: Partial<HostsBedParts>): HostsBed {
  return new HostsBed({ target: VIP, clients: [], counted: [], realservers: [], unread: [], hosts: [], ...parts });
}

/** The times that an agent was told, and by what its clock is ahead. */
function windowToldTo({ told }: FakeAgent): { readonly startNs: number; readonly endNs: number } {
  const { params } = told.find(({ method }) => method.endsWith('.window')) ?? { params: undefined };
  return params as { startNs: number; endNs: number };
}

test('every host is told the window by its own clock', async () => {
  const clients = [client('client', 5000), client('client2', 90_000)];
  const server = counted('realserver1', 'realserver', { aheadSeconds: 700 });
  const { clocks = [], clockBoundNs } = await bedOf({ clients, counted: [server] }).window(WINDOW);
  const agents = [
    { agent: clients[0] as FakeAgent, aheadNs: 5000e9 },
    { agent: clients[1] as FakeAgent, aheadNs: 90_000e9 },
    { agent: server.agent, aheadNs: 700e9 },
  ];
  const starts = agents.map(({ agent, aheadNs }) => {
    const { startNs, endNs } = windowToldTo(agent);
    assert.equal(endNs - startNs, 0.5e9);
    const clock = clocks.find(({ machine }) => machine === agent.host);
    assert.ok(clock !== undefined && Math.abs(clock.offsetNs - aheadNs) <= clock.boundNs, JSON.stringify(clock));
    return startNs - aheadNs;
  });
  assert.ok(clockBoundNs > 0);
  assert.ok(Math.max(...starts) - Math.min(...starts) <= 2 * clockBoundNs, `${starts} with ± ${clockBoundNs}`);
});

test('every second client is told a window that is half of it later, where windows are not shared', async () => {
  const clients = [client('client', 10), client('client2', 10)];
  const bed = bedOf({ clients });
  const { seconds, clockBoundNs } = await bed.window({ ...WINDOW, synchronised: false });
  const [first, second] = clients.map(windowToldTo);
  assert.ok(first !== undefined && second !== undefined);
  assert.ok(Math.abs(second.startNs - first.startNs - 0.25e9) <= 2 * clockBoundNs);
  assert.ok(Math.abs(seconds - 0.75) < 1e-6);
});

test('a clock that moves between the two looks at it makes the bound as large', async () => {
  let aheadNs = 1e12;
  const agent = fakeAgent('client', {
    clock: clockAt(() => aheadNs),
    'transfer.window': () => {
      aheadNs += 5e6;
      return SHARE;
    },
  });
  const { clockBoundNs, clockOffsetNs } = await bedOf({ clients: [agent] }).window({ ...WINDOW, clients: 1 });
  assert.ok(clockBoundNs >= 4.9e6, `bound ${clockBoundNs}`);
  assert.ok(Math.abs(clockOffsetNs - 1e12) < 5e6);
});

test('counters are those of the machines: links by name, connections and drops since before the clients began', async () => {
  let carried = 0;
  const director = counted('director', 'director', {
    director: () => ({ counters: { connections: { '10.0.0.1': 100 + carried++ * 9 }, drops: 40 + carried } }),
  });
  const servers = ['realserver1', 'realserver2'].map((name) => counted(name, 'realserver'));
  const window = await bedOf({
    clients: [client('client', 0)],
    counted: [director, ...servers],
    realservers: ['realserver1', 'realserver2'],
  }).window({ ...WINDOW, clients: 1 });
  assert.deepEqual(
    [window.connections, window.drops, window.newConnections, window.unread],
    [{ '10.0.0.1': 9 }, 1, 14, []],
  );
  assert.deepEqual(
    window.links.map(({ link, inBytes, seconds }) => [link, inBytes, seconds]),
    ['director', 'realserver1', 'realserver2'].map((name) => [`${name}:eth0`, 10, 0.5]),
  );
  assert.deepEqual([window.machineCpuShare, window.serverCpuShare], [0.25, 0.5]);
});

test('what cannot be counted is missing, with the reason, and is no zero', async () => {
  const { processCpuShare: _, ...asUser } = LOAD;
  const window = await bedOf({
    clients: [client('client', 0)],
    counted: [
      counted('director', 'director', { director: () => ({}) }),
      counted('realserver1', 'realserver', { load: () => asUser }),
      counted('realserver3', 'realserver', { load: () => ({ ...LOAD, elapsedNs: 0.2e9 }) }),
    ],
    realservers: ['realserver1', 'realserver2', 'realserver3'],
    unread: [{ machine: 'realserver2', why: 'no route to host' }],
  }).window({ ...WINDOW, clients: 1 });
  assert.deepEqual([window.connections, window.drops, window.newConnections], [{}, undefined, undefined]);
  assert.equal(window.serverCpuShare, undefined);
  assert.deepEqual(window.unread, [
    { machine: 'realserver2', why: 'no route to host' },
    { machine: 'realserver3', why: 'it was too busy to count for the whole of the window' },
    { machine: 'director', why: 'no director of lvskit is to be seen there' },
    { machine: 'realserver1', why: 'only root sees the CPU time of its processes' },
  ]);
  const nothing = await bedOf({ clients: [client('client', 0)] }).window({ ...WINDOW, clients: 1 });
  assert.deepEqual([nothing.machineCpuShare, nothing.drops, nothing.links], [undefined, undefined, []]);
});

test('a client that is lost is named, counts for nothing and is not waited for again; the others count', async () => {
  const gone = client('client2', 0, () => {
    throw new Error('client2: the agent ended by SIGKILL');
  });
  const bed = bedOf({ clients: [client('client', 0), gone] });
  for (const _ of [1, 2]) {
    const { clients, shares, lost } = await bed.window(WINDOW);
    assert.equal(clients, 2);
    assert.deepEqual(
      shares.map((share) => share.client),
      ['client'],
    );
    assert.deepEqual(lost, [{ client: 'client2', why: 'client2: the agent ended by SIGKILL' }]);
  }
  assert.equal(gone.told.filter(({ method }) => method === 'transfer.window').length, 1);
});

test('all agents are closed at the end', async () => {
  const [one, other] = [client('client', 0), counted('director', 'director')];
  await bedOf({ clients: [one], counted: [other] }).stop();
  assert.deepEqual([one.isClosed(), other.agent.isClosed()], [true, true]);
});
