// The sections of report.html on what was measured: the path and its proof, CPU time, environment, files.

import { type Analysis, type CpuPerExchange, formatSignificant, formatSize, systemLabel } from '../analysis/mod.ts';
import {
  type Environment,
  isCounterAsExpected,
  type MachineEnvironment,
  type PathProof,
  type Run,
  type ScaleEnvironment,
} from '../model/mod.ts';
import { drawTopology } from './draw-topology.ts';
import { formatTable, systemCell, valueCell } from './html-table.ts';
import { element, escapeMarkup } from './markup.ts';
import { themeSvg } from './series-style.ts';
import { quoteWords } from './shell-quote.ts';

export function formatPathSection({ cluster, proofs }: Run): string {
  const { confFile, hostsFile } = cluster.source;
  const caption = `The cluster of ${confFile} with ${hostsFile}. Blue is the way of a request, orange that of its reply.`;
  const rows = proofs.map((proof) => ({
    cells: [
      systemCell(proof.system),
      proof.proven ? 'proven' : '<span class="slower">not proven</span>',
      escapeMarkup(summariseHostnames(proof.hostnames)) + mark(proof.hostnamesAsExpected),
      proof.counters.map((counter) => formatCounter(proof, counter)).join('<br>') || '–',
    ],
  }));
  const headings = [
    { title: 'System' },
    { title: 'Path' },
    { title: 'Hostnames answered, in turn' },
    { title: 'Packets counted' },
  ];
  return [
    '<h2>Topology and proof of path</h2>',
    element(
      'figure',
      {},
      element('figcaption', {}, escapeMarkup(caption)) +
        element('div', { class: 'static' }, themeSvg(drawTopology(cluster))),
    ),
    rows.length === 0 ? '<p>The run holds no proof of any path.</p>' : formatTable(headings, rows),
  ].join('\n');
}

export function formatCpuSection({ systems }: Analysis): string {
  const uses = systems.flatMap(({ system, smallBlockCpu, largestBlockCpu }) =>
    [smallBlockCpu, largestBlockCpu].flatMap((cpu) => (cpu === undefined ? [] : [{ system, cpu }])),
  );
  const tables = Map.groupBy(uses, ({ cpu }) => cpu.sizeBytes);
  const machines = [...new Set(uses.flatMap(({ cpu }) => Object.keys(cpu.use.processNs)))];
  const columns = [...machines.map((name) => ({ title: name })), { title: 'softirq' }, { title: 'elapsed' }];
  const headings = [
    { title: 'System' },
    ...columns.map(({ title }) => ({ title, unit: 'µs', kind: 'number' }) as const),
  ];
  const written = [...tables].map(([sizeBytes, group]) =>
    formatTable(
      headings,
      group.map(({ system, cpu }) => ({ cells: [systemCell(system), ...cpuCells(cpu, machines)] })),
      { caption: `An exchange of ${formatSize(sizeBytes)}` },
    ),
  );
  if (written.length === 0) return '';
  return [
    '<h2>CPU time per exchange</h2>',
    "<p>User and system time of each machine's processes, softirq time of the whole host, and the time that passed: all " +
      'visits together, divided by their exchanges. Softirq is counted in steps of 10 ms.</p>',
    ...written,
  ].join('\n');
}

export function formatEnvironmentSection(run: Run, fileNames: readonly string[]): string {
  const { environment: env, cluster } = run;
  const facts: readonly (readonly [string, string])[] = [
    ['started', run.startedAt],
    ['finished', run.finishedAt ?? 'interrupted'],
    ...describeEnvironment(env),
    ['cluster', `${cluster.source.confFile}, hosts ${cluster.source.hostsFile}`],
    ['systems', run.systems.map(systemLabel).join(', ')],
    ['plan', `${run.rounds} rounds of ${run.sizesBytes.length} block sizes, netpipe ${run.mode}`],
  ];
  return [
    '<h2>Environment</h2>',
    formatFacts(facts),
    '<h3>To measure again</h3>',
    element('pre', {}, escapeMarkup(quoteWords(run.command))),
    '<h3>Files beside this one</h3>',
    element('p', {}, fileNames.map((name) => element('code', {}, escapeMarkup(name))).join(', ')),
    '<p>The .out files have the columns of NetPIPE (seconds, Mbps, bits, bytes, variance), where Mbps are 2²⁰ bit/s. ' +
      'In this page Mbit/s are 10⁶ bit/s, and a kB is 1024 bytes.</p>',
  ].join('\n');
}

function cpuCells({ use }: CpuPerExchange, machines: readonly string[]): string[] {
  const times = [...machines.map((name) => use.processNs[name]), use.softirqNs, use.elapsedNs];
  return times.map((ns) => valueCell(ns, (value) => (value === 0 ? '0' : formatSignificant(value / 1000))));
}

function formatCounter(proof: PathProof, counter: PathProof['counters'][number]): string {
  const { name, packets, expected } = counter;
  const note = expected === 'none' ? ', none expected' : '';
  return `${escapeMarkup(`${name}: ${packets}${note}`)}${mark(isCounterAsExpected(counter, proof.hostnames.length))}`;
}

/** Long answers by their beginning: the verdict stands beside them. */
function summariseHostnames(hostnames: readonly string[]): string {
  const shown = hostnames.slice(0, 4).join(', ');
  return hostnames.length > 4 ? `${shown}, … (${hostnames.length})` : shown;
}

function mark(good: boolean): string {
  return good ? ' ✓' : ' <span class="slower">✗</span>';
}

/** What all numbers of a machine depend on. */
export function describeMachine(env: MachineEnvironment): readonly (readonly [string, string])[] {
  return [
    ['lvskit', env.commit === undefined ? env.lvskit : `${env.lvskit}, commit ${env.commit}`],
    ['kernel', env.kernel],
    ['CPU', `${env.cpuCount} × ${env.cpuModel}`],
    ['memory', formatSize(env.memoryBytes)],
    ['node', env.node],
  ];
}

/** What numbers depend on besides what was measured; of links and TCP what one setting says for all machines. */
export function describeEnvironment(env: ScaleEnvironment): readonly (readonly [string, string])[] {
  const { pinning, mtu, offloads, rate, congestionControl } = env;
  const links =
    mtu === undefined ? undefined : `MTU ${mtu}, offloads ${offloads ? 'on' : 'off'}, rate ${rate ?? 'not limited'}`;
  const settings = [
    ['pinning', pinning === undefined ? undefined : PINNINGS[pinning]],
    ['links', links],
    ['congestion control', congestionControl],
  ] as const;
  return [
    ...describeMachine(env),
    ...settings.flatMap(([term, value]) => (value === undefined ? [] : [[term, value] as const])),
  ];
}

const PINNINGS: Readonly<Record<Environment['pinning'], string>> = {
  one: 'everything on one CPU',
  two: 'client and realserver on two CPUs',
  none: 'none: wherever the kernel puts them',
};

/** Terms with their values. */
export function formatFacts(facts: readonly (readonly [string, string])[]): string {
  const list = facts.map(([term, value]) => `<dt>${escapeMarkup(term)}</dt><dd>${escapeMarkup(value)}</dd>`);
  return element('dl', {}, list.join('\n'));
}
