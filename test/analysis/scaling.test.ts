// Windows of many clients: what counts, what the clients would have said, fairness, the law, the limit.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { analyseScaling, parseScale, parseWindows } from '../../src/analysis/mod.ts';
import { fitScalabilityLaw, throughputBy } from '../../src/analysis/scalability-law.ts';
import { jain } from '../../src/analysis/scaling.ts';
import type { ClientShare, ScaleRun, WindowSample } from '../../src/model/mod.ts';
import { synthesiseRun } from '../fixtures/run/synthetic-run.ts';

const MBIT = 125_000;

const RUN: ScaleRun = {
  format: 2,
  kind: 'scale',
  startedAt: '2026-03-01T10:00:00.000Z',
  finishedAt: undefined,
  command: ['lvskit', 'scale'],
  systems: ['nat', 'dr'],
  realservers: [1],
  clients: [1, 2, 4],
  transfer: 'http',
  sizesBytes: [65_536],
  windowSeconds: 2,
  rounds: 3,
  rateBitsPerSecond: 100e6,
  environment: synthesiseRun({ rounds: 1 }).run.environment,
};

function shareOf(client: number, mbps: number, more: Partial<ClientShare> = {}): ClientShare {
  return {
    client: client === 0 ? 'client' : `client${client + 1}`,
    payloadBytes: mbps * MBIT * RUN.windowSeconds,
    transfers: 10,
    timeNs: { min: 1, p50: 1, p99: 1, max: 1, mean: 1 },
    own: { payloadBytes: 3 * mbps * MBIT, seconds: 2.4 },
    failures: {},
    covered: 1,
    cpuShare: 0.1,
    ...more,
  };
}

function windowOf(mbps: readonly number[], round: number, more: Partial<WindowSample> = {}): WindowSample {
  return {
    system: 'nat',
    realservers: 1,
    clients: mbps.length,
    round,
    sizeBytes: 65_536,
    synchronised: true,
    seconds: 2,
    shares: mbps.map((rate, client) => shareOf(client, rate)),
    lost: [],
    links: [
      { link: 'client:eth0', inBytes: 10, outBytes: 20 },
      { link: 'director:eth1', inBytes: 50 * MBIT * 2, outBytes: 40 },
    ],
    connections: { '10.0.0.1': 30, '10.0.0.2': 10 },
    newConnections: 40,
    drops: 0,
    machineCpuShare: 0.5,
    softirqCpuShare: 0.2,
    serverCpuShare: 0.3,
    clockOffsetNs: 0,
    clockBoundNs: 1000,
    ...more,
  };
}

const THREE = [0, 1, 2];

test('the sum of the window, and beside it the sum of clients that had a window each', () => {
  const [curve] = analyseScaling(RUN, [
    ...THREE.map((round) => windowOf([30, 50], round)),
    ...THREE.map((round) => windowOf([45, 55], round, { synchronised: false })),
  ]);
  const [point] = curve?.points ?? [];
  assert.equal(point?.throughputMbps.value, 80);
  assert.equal(point?.transfersPerSecond.value, 10);
  assert.equal(point?.newConnectionsPerSecond?.value, 20);
  assert.equal(point?.unsynchronisedMbps?.value, 100);
  assert.deepEqual([point?.carriedMbps, point?.busiestLink], [50, 'director:eth1']);
  assert.equal(point?.fairness, jain([30, 50]));
  assert.equal(point?.split, jain([30, 10]));
});

test('connections that realservers accepted and the director has not counted went past it', () => {
  const bypassedOf = (more: Partial<WindowSample>) =>
    analyseScaling(RUN, [windowOf([30], 0), windowOf([30], 1, more)])[0]?.points[0]?.bypassed;
  assert.equal(bypassedOf({}), 0);
  assert.equal(bypassedOf({ newConnections: 160 }), 0.75);
  assert.equal(bypassedOf({ connections: { '10.0.0.1': 0 } }), 1);
  // Nobody counts where the kernel forwards, and nothing is made where connections are kept.
  assert.equal(bypassedOf({ connections: {} }), 0);
  assert.equal(bypassedOf({ connections: { '10.0.0.1': 0 }, newConnections: 0 }), 0);
});

test('curves are told apart by system and realservers, points ascend by clients', () => {
  const windows = [[1, 1], [1, 1, 1, 1], [1]].flatMap((mbps) => THREE.map((round) => windowOf(mbps, round)));
  const curves = analyseScaling({ ...RUN, realservers: [1, 2] }, [
    ...windows,
    ...windows.map((window) => ({ ...window, system: 'dr' as const, realservers: 2 })),
  ]);
  assert.deepEqual(
    curves.map(({ system, realservers, points }) => [system, realservers, points.map(({ clients }) => clients)]),
    [
      ['nat', 1, [1, 2, 4]],
      ['dr', 2, [1, 2, 4]],
    ],
  );
});

test('block sizes have curves of their own', () => {
  const windows = [1024, 65_536].flatMap((sizeBytes) =>
    THREE.map((round) => windowOf([sizeBytes / 1024], round, { sizeBytes })),
  );
  const curves = analyseScaling({ ...RUN, sizesBytes: [1024, 65_536] }, windows);
  assert.deepEqual(
    curves.map(({ sizeBytes, points }) => [sizeBytes, points[0]?.throughputMbps.value]),
    [
      [1024, 1],
      [65_536, 64],
    ],
  );
});

test("on the wire is what the clients' NICs carried: one direction, or both where blocks go to and fro", () => {
  const link = (name: string, inMbps: number, outMbps: number) => {
    return { link: name, inBytes: inMbps * MBIT * 2, outBytes: outMbps * MBIT * 2 };
  };
  const links = [link('client:eth0', 40, 7), link('client2:eth1', 30, 8), link('director:eth0', 90, 90)];
  const wireOf = (transfer: ScaleRun['transfer']) =>
    analyseScaling(
      { ...RUN, transfer },
      THREE.map((round) => windowOf([30, 40], round, { links })),
    )[0]?.points[0]?.wireMbps?.value;
  assert.equal(wireOf('http'), 70);
  assert.equal(wireOf('netpipe-stream'), 70);
  assert.equal(wireOf('netpipe'), 85);
});

test('the limit is what was at its limit, with the counters that say so', () => {
  const limitOf = (more: Partial<WindowSample>) =>
    analyseScaling(
      RUN,
      THREE.map((round) => windowOf([40], round, more)),
    )[0]?.points[0]?.bottleneck;
  const unknown = {
    kind: 'unknown',
    evidence: 'director:eth1 carried 50.0 Mbit/s; all CPUs 50 % busy, 20 % with packets',
  };
  assert.deepEqual(limitOf({}), unknown);
  assert.deepEqual(limitOf({ links: [{ link: 'x', inBytes: 0, outBytes: 97 * MBIT * 2 }] }), {
    kind: 'link',
    evidence: 'x carried 97.0 of 100 Mbit/s',
  });
  assert.deepEqual(limitOf({ machineCpuShare: 0.99 }), {
    kind: 'CPUs',
    evidence: 'all CPUs 99 % busy, 20 % with packets',
  });
  assert.deepEqual(limitOf({ shares: [shareOf(0, 40, { cpuShare: 0.97 })] }), {
    kind: 'client',
    evidence: 'one client used 97 % of a CPU',
  });
  assert.deepEqual(limitOf({ serverCpuShare: 0.98 }), {
    kind: 'realserver',
    evidence: 'one realserver used 98 % of a CPU',
  });
  assert.deepEqual(limitOf({ shares: [shareOf(0, 40, { failures: { refused: 2 } })] }), {
    kind: 'failures',
    evidence: '6 transfers failed',
  });
});

test('of hosts the limit is that of the busiest, and of the link that has least of its own rate left', () => {
  const found = { kernel: '6', cpuModel: 'x', cpuCount: 4, memoryBytes: 1, congestionControl: 'cubic' };
  const hostOf = (machine: string, rateMbps: number | undefined) => ({
    machine,
    host: machine,
    found: { ...found, nics: [{ device: 'eth0', mtu: 1500, rateMbps }] },
  });
  const run: ScaleRun = {
    ...RUN,
    rateBitsPerSecond: undefined,
    hosts: [
      hostOf('client', 100),
      hostOf('director', undefined),
      { machine: 'realserver1', host: 'alpha', found: undefined },
    ],
  };
  const loadOf = (machine: string, cpuShare: number) => ({
    machine,
    cpuCount: 4,
    cpuShare,
    softirqCpuShare: 0.2,
    forwardedShare: 0,
  });
  const limitOf = (clientMbps: number, cpuShare: number) => {
    const links = [
      { link: 'client:eth0', inBytes: clientMbps * MBIT, outBytes: 0, seconds: 1 },
      { link: 'director:eth0', inBytes: 4000 * MBIT, outBytes: 0, seconds: 2 },
    ];
    const hosts = [loadOf('client', 0.1), loadOf('director', cpuShare)];
    const more = { links, hosts, machineCpuShare: cpuShare };
    return analyseScaling(
      run,
      THREE.map((round) => windowOf([40], round, more)),
    )[0]?.points[0]?.bottleneck;
  };
  assert.deepEqual(limitOf(95, 0.5), { kind: 'link', evidence: 'client:eth0 carried 95.0 of 100 Mbit/s' });
  assert.deepEqual(limitOf(50, 0.97), { kind: 'CPUs', evidence: 'director’s CPUs 97 % busy, 20 % with packets' });
  assert.deepEqual(limitOf(50, 0.5), {
    kind: 'unknown',
    evidence: 'client:eth0 carried 50.0 Mbit/s; director’s CPUs 50 % busy, 20 % with packets',
  });
});

test('what hosts did not tell is not known, and is no zero', () => {
  const [only] = analyseScaling(
    RUN,
    THREE.map((round) =>
      windowOf([40], round, {
        links: [],
        connections: {},
        newConnections: undefined,
        drops: undefined,
        machineCpuShare: undefined,
        softirqCpuShare: undefined,
        serverCpuShare: undefined,
        unread: [{ machine: 'client', why: 'x' }],
        clockBoundNs: 1000 * (round + 1),
      }),
    ),
  );
  const [point] = only?.points ?? [];
  assert.equal(point?.throughputMbps.value, 40);
  assert.deepEqual(
    [point.wireMbps, point.newConnectionsPerSecond, point.machineCpuShare, point.softirqCpuShare, point.unread],
    [undefined, undefined, undefined, undefined, ['client']],
  );
  assert.equal(point.clockBoundNs, 3000);
  assert.deepEqual(point.bottleneck, { kind: 'unknown', evidence: 'no link was read; no CPU was read' });
});

test('what a client passes on for others is no part of what the wire had for it', () => {
  const wireOf = (forwardedShare: number) => {
    const host = { machine: 'client', cpuCount: 2, cpuShare: 0.1, softirqCpuShare: 0, forwardedShare };
    return analyseScaling(
      RUN,
      THREE.map((round) => windowOf([40, 40], round, { hosts: [host] })),
    )[0]?.points[0];
  };
  assert.ok(wireOf(0.001)?.wireMbps !== undefined);
  const router = wireOf(0.4);
  assert.deepEqual([router?.wireMbps, router?.relays], [undefined, ['client']]);
});

test('the loss of a client is in the result, and the others still count', () => {
  const lost = [{ client: 'client2', why: 'the agent ended' }];
  const windows = THREE.map((round) => windowOf([30], round, { clients: 2, lost }));
  const [point] = analyseScaling(RUN, windows)[0]?.points ?? [];
  assert.deepEqual([point?.clients, point?.throughputMbps.value, point?.lost], [2, 30, ['client2']]);
});

test('the knee is where one more client adds less than half of what the first did', () => {
  const kneeOf = (...mbps: readonly number[]) =>
    analyseScaling(
      RUN,
      mbps.flatMap((total, index) => {
        const clients = [1, 2, 4][index] ?? 0;
        return THREE.map((round) => windowOf(new Array<number>(clients).fill(total / clients), round));
      }),
    )[0]?.knee;
  assert.equal(kneeOf(40, 80, 160), undefined);
  assert.equal(kneeOf(40, 78, 90), 2);
  assert.equal(kneeOf(90, 93, 93), 1);
});

test('the law finds its own parameters again', () => {
  fc.assert(
    fc.property(
      fc.double({ min: 1, max: 1e4, noNaN: true }),
      fc.double({ min: 0, max: 0.9, noNaN: true }),
      fc.double({ min: 0, max: 0.1, noNaN: true }),
      (single, contention, coherence) => {
        const law = { single, contention, coherence };
        const points = [1, 2, 4, 8, 16].map((load) => ({ load, throughput: throughputBy(law, load) }));
        const found = fitScalabilityLaw(points);
        assert.ok(found !== undefined && found.largestResidual < 1e-6);
        assert.ok(Math.abs(found.single / single - 1) < 1e-6);
        assert.ok(Math.abs(found.contention - contention) < 1e-6 && Math.abs(found.coherence - coherence) < 1e-6);
      },
    ),
  );
});

test('the law has no negative costs, and takes four loads', () => {
  const points = [1, 2, 4, 8].map((load) => ({ load, throughput: load ** 1.1 }));
  const law = fitScalabilityLaw(points);
  assert.ok(law !== undefined && law.contention >= 0 && law.coherence >= 0);
  assert.equal(law.peakLoad, undefined);
  assert.equal(fitScalabilityLaw(points.slice(1)), undefined);
});

test("Jain's index is 1 of equals and 1/n where one has all", () => {
  assert.equal(jain([5, 5, 5]), 1);
  assert.equal(jain([9, 0, 0, 0]), 0.25);
  assert.equal(jain([0, 0]), 1);
});

test('the files are read as they are written', () => {
  const { finishedAt: _, ...written } = RUN;
  const { environment } = RUN;
  assert.deepEqual(parseScale(JSON.stringify({ ...written, environment })).clients, RUN.clients);
  const windows = THREE.map((round) => windowOf([30, 50], round));
  assert.deepEqual(parseWindows(windows.map((window) => `${JSON.stringify(window)}\n`).join('')).samples, windows);
  assert.throws(() => parseScale(JSON.stringify({ ...written, kind: 'compare' })), { code: 'RESULTS_BAD_RUN' });
});
