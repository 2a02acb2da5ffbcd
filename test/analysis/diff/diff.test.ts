// Whole runs beside each other: what is compared, and what a reader is warned of.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Change, diffRuns, type RunContents } from '../../../src/analysis/mod.ts';
import type { SystemName, TransferSample } from '../../../src/model/mod.ts';
import { type SyntheticOptions, synthesiseRun, trueTimeNs } from '../../fixtures/run/synthetic-run.ts';
import { synthesiseScale } from '../../fixtures/run/synthetic-scale.ts';

const SYSTEMS = ['direct', 'forward', 'nat', 'dr'] as const;
const SIZES = [64, 4096, 65_536, 1_048_576];
const OPTIONS = { margin: 0.05 };

function comparison(seed: number, options: SyntheticOptions = {}): Extract<RunContents, { samples: unknown }> {
  const { run, samples } = synthesiseRun({ systems: SYSTEMS, sizesBytes: SIZES, rounds: 20, seed, ...options });
  return { run, samples, transfers: [] };
}

function slower(system: SystemName | 'all', factor: number): Pick<SyntheticOptions, 'timeNs'> {
  return {
    timeNs: (name, sizeBytes) => trueTimeNs(name, sizeBytes) * (name === system || system === 'all' ? factor : 1),
  };
}

/** The samples of netpipe as if they were of a service. */
function withTransfers(contents: ReturnType<typeof comparison>, failed = 0): RunContents {
  const transfers = contents.samples.map(
    ({ system, round, sizeBytes, oneWayNs, histogram, cpu, exchanges }): TransferSample => ({
      transfer: 'http-new',
      system,
      round,
      sizeBytes,
      transfers: exchanges,
      timeNs: oneWayNs,
      histogram,
      failures: failed === 0 ? {} : { 'connection refused': failed },
      counts: {},
      payloadBytes: 0,
      wireBytes: 0,
      cpu,
    }),
  );
  return { ...contents, transfers };
}

function changed(changes: readonly Change[]): string[] {
  return changes.filter(({ verdict }) => verdict === 'changed').map(({ system, name }) => `${system}: ${name}`);
}

test('runs of the same thing have nothing changed, and nothing to warn of', () => {
  for (const seed of [10, 20, 30]) {
    const diff = diffRuns(comparison(seed), comparison(seed + 1), OPTIONS);
    assert.deepEqual([...changed(diff.ratios), ...changed(diff.absolutes)], []);
    assert.deepEqual(diff.warnings, []);
    assert.deepEqual(diff.settings, []);
  }
});

test('a director that takes 5 % longer is found in its ratios, and nothing else is', () => {
  const { ratios } = diffRuns(comparison(10), comparison(11, slower('nat', 1.05)), OPTIONS);
  assert.deepEqual(changed(ratios).toSorted(), ['nat: 1 MB rate', 'nat: 64 B time', 'nat: L', 'nat: r∞']);
  for (const { system, name, ratio, direction } of ratios.filter(({ verdict }) => verdict === 'changed')) {
    assert.equal(direction, 'worse', `${system}: ${name}`);
    assert.ok(Math.abs(Math.abs(Math.log(ratio)) - Math.log(1.05)) < 0.02, `${name}: ${ratio}`);
  }
});

test('a host that takes a third longer changes absolute values and no ratio, and the reader is told why', () => {
  const { ratios, absolutes, warnings } = diffRuns(comparison(10), comparison(11, slower('all', 1.33)), OPTIONS);
  assert.deepEqual(changed(ratios), []);
  assert.ok(changed(absolutes).includes('nat: 64 B time') && changed(absolutes).includes('direct: 1 MB rate'));
  assert.match(warnings.join('\n'), /no part in has changed, too \(direct and forward\).*Go by the ratios/);
});

test('ratios are over the baseline of the report, and over plain forwarding where that was not run', () => {
  const { ratios } = diffRuns(comparison(10), comparison(11), OPTIONS);
  const over = new Map(ratios.map((change) => [change.system, change.over]));
  assert.deepEqual(Object.fromEntries(over), { direct: 'forward', nat: 'forward', dr: 'forward' });
});

test('only systems and sizes that both runs have are compared', () => {
  const a = comparison(10, { systems: ['forward', 'nat'], sizesBytes: [1, 4096, 65_536, 1_048_576] });
  const { absolutes, settings } = diffRuns(
    a,
    comparison(11, { systems: ['forward', 'dr'], sizesBytes: SIZES }),
    OPTIONS,
  );
  assert.deepEqual([...new Set(absolutes.map(({ system }) => system))], ['forward']);
  assert.ok(absolutes.some(({ name }) => name === '4 kB time'));
  assert.deepEqual(
    settings.map(({ name, kind }) => [name, kind]),
    [
      ['block sizes', 'plan'],
      ['systems', 'plan'],
    ],
  );
});

test('services are compared by time and rate, and failures are counted', () => {
  const diff = diffRuns(withTransfers(comparison(10)), withTransfers(comparison(11, slower('nat', 1.1)), 1), OPTIONS);
  assert.ok(changed(diff.ratios).includes('nat: http, new 64 B time'));
  assert.ok(changed(diff.ratios).includes('nat: http, new 1 MB rate'));
  assert.deepEqual(diff.counts[0], { what: 'direct, http, new: failed', a: 0, b: 80 });
});

test('the CPU time of an exchange is compared, of the director where its processes had any', () => {
  const { absolutes } = diffRuns(comparison(10), comparison(11), OPTIONS);
  const namesOf = (system: SystemName) =>
    absolutes.filter((one) => one.system === system && one.name.includes('CPU')).map(({ name }) => name);
  assert.deepEqual(namesOf('nat').toSorted(), ['1 MB CPU, director', '1 MB CPU, processes', '1 MB CPU, softirq']);
  assert.deepEqual(namesOf('direct').toSorted(), ['1 MB CPU, processes', '1 MB CPU, softirq']);
});

test('another machine, another set-up, an interrupted run, a path without proof and few rounds are warned of', () => {
  const a = comparison(10, { rounds: 5 });
  const b = comparison(11, { rounds: 5 });
  const { warnings, settings } = diffRuns(
    a,
    {
      ...b,
      run: {
        ...b.run,
        finishedAt: undefined,
        proofs: b.run.proofs.map((proof) => (proof.system === 'dr' ? { ...proof, proven: false } : proof)),
        environment: { ...b.run.environment, cpuModel: 'Other', mtu: 750, offloads: false, kernel: '6.19.1' },
      },
    },
    { margin: 0.05, warnings: ['from the files'] },
  );
  assert.deepEqual(
    settings.map(({ name, kind }) => [name, kind]),
    [
      ['kernel', 'software'],
      ['CPU', 'machine'],
      ['MTU', 'setup'],
      ['offloads', 'setup'],
    ],
  );
  for (const expected of [
    /Not the same machine \(CPU\): absolute values cannot be compared/,
    /Not the same set-up \(MTU and offloads\)/,
    /^from the files$/m,
    /Run B was interrupted/,
    /In run B the path of VS-DR is not proven/,
    /numbers rest on fewer than 6 rounds/,
  ]) {
    assert.match(warnings.join('\n'), expected);
  }
});

test('scale runs are compared at each number of realservers and clients', () => {
  const noticed = diffRuns(
    synthesiseScale({ seed: 2 }),
    synthesiseScale({
      seed: 3,
      rateMbps: (system, count) => 400 * count ** 0.5 * (system === 'dr' && count === 4 ? 0.9 : 1),
    }),
    OPTIONS,
  );
  assert.deepEqual(changed(noticed.ratios).toSorted(), ['dr: 2×4 CPU', 'dr: 2×4 rate', 'dr: 2×4 time']);
  const same = diffRuns(synthesiseScale({ seed: 2 }), synthesiseScale({ seed: 5 }), OPTIONS);
  assert.deepEqual([...changed(same.ratios), ...changed(same.absolutes)], []);
});

test('only windows that all clients shared count, and sizes have their own numbers', () => {
  const a = synthesiseScale({ rounds: 6 });
  const sizes = [65_536, 1_048_576];
  const several = {
    run: { ...a.run, sizesBytes: sizes },
    windows: a.windows.flatMap((window) => [
      ...sizes.map((sizeBytes) => ({ ...window, sizeBytes })),
      { ...window, shares: [], synchronised: false },
    ]),
  };
  const { absolutes } = diffRuns(several, several, OPTIONS);
  const rate = absolutes.find(({ system, name }) => system === 'nat' && name === '2×4 1 MB rate');
  assert.ok(rate !== undefined && Math.abs(rate.a.value - 800) < 20, JSON.stringify(rate));
});

test('what scale runs lost, dropped or failed at is laid side by side', () => {
  const a = synthesiseScale({ rounds: 6 });
  const b = {
    ...a,
    windows: a.windows.map((window, index) =>
      index === 1 ? { ...window, drops: 7, lost: [{ client: 'client2', why: 'killed' }] } : window,
    ),
  };
  assert.deepEqual(diffRuns(a, b, OPTIONS).counts, [
    { what: 'VS-NAT: packets that the director dropped', a: 0, b: 7 },
    { what: 'VS-NAT: clients lost', a: 0, b: 1 },
  ]);
});

/** The same windows as if they were of hosts, of which `kernel` is the client's. */
function onHosts({ run, windows }: ReturnType<typeof synthesiseScale>, kernel: string, node: string): RunContents {
  const found = { kernel, cpuModel: 'Xeon', cpuCount: 8, memoryBytes: 1, congestionControl: 'cubic', nics: [] };
  const { congestionControl: _, offloads: __, mtu: ___, pinning: ____, ...environment } = run.environment;
  const load = { machine: 'client', cpuCount: 8, cpuShare: 0.5, softirqCpuShare: 0.1, forwardedShare: 0 };
  return {
    run: {
      ...run,
      environment: { ...environment, cpuModel: node },
      hosts: [{ machine: 'client', host: 'alpha', found }],
    },
    windows: windows.map((window) => ({ ...window, machineCpuShare: 0.9, hosts: [load, { ...load, machine: 'x' }] })),
  };
}

test('of runs on hosts it is the hosts that are compared, not the machine that lvskit ran on', () => {
  const scale = synthesiseScale({ rounds: 6 });
  const diff = diffRuns(onHosts(scale, '6.1', 'a laptop'), onHosts(scale, '6.12', 'another'), OPTIONS);
  assert.deepEqual(diff.settings, [{ name: 'kernels of hosts', kind: 'software', a: 'alpha 6.1', b: 'alpha 6.12' }]);
  // 8 CPUs of two hosts, half of the time: of 400 Mbit/s a second, 50 MB.
  const cpu = diff.absolutes.find(({ system, name }) => system === 'nat' && name === '2×1 CPU');
  assert.ok(cpu !== undefined && Math.abs(cpu.a.value - 8000 / 50) < 5, JSON.stringify(cpu));
});

test('a lab and hosts are two set-ups', () => {
  const scale = synthesiseScale({ rounds: 6 });
  const { warnings, settings } = diffRuns(scale, onHosts(scale, '6.1', 'a laptop'), OPTIONS);
  assert.deepEqual(
    settings.map(({ name, a, b }) => [name, a, b]),
    [['machines', 'of a lab on one machine', 'client on alpha']],
  );
  assert.match(warnings.join(' '), /Not the same set-up \(machines\)/);
});

test('runs of two kinds, and runs that have nothing in common, are refused', () => {
  assert.throws(() => diffRuns(comparison(10), synthesiseScale(), OPTIONS), {
    code: 'DIFF_KINDS_DIFFER',
    exitStatus: 2,
  });
  assert.throws(() => diffRuns(comparison(10, { systems: ['nat'] }), comparison(11, { systems: ['dr'] }), OPTIONS), {
    code: 'DIFF_NOTHING_SHARED',
  });
  assert.throws(() => diffRuns(synthesiseScale({ clients: [1] }), synthesiseScale({ clients: [2] }), OPTIONS), {
    code: 'DIFF_NOTHING_SHARED',
  });
});

test('the same files give the same diff', () => {
  const [a, b] = [comparison(10), comparison(11)];
  assert.deepEqual(diffRuns(a, b, OPTIONS), diffRuns(a, b, OPTIONS));
});
