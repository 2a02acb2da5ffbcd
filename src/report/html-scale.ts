// report.html of a scale run: what each system does with more clients and more realservers, what stood in the way, and the
// sum that clients without a common window would have reported.

import { directionsOf, formatSignificant, formatSize, type ScaleCurve, systemLabel } from '../analysis/mod.ts';
import type { ScaleHost, ScaleRun } from '../model/mod.ts';
import type { ChartOption } from './chart-axes.ts';
import { drawChart } from './draw-charts.ts';
import { formatFigure } from './html-figure.ts';
import { formatPage, formatTime } from './html-page.ts';
import { formatPointTable, hasConnections } from './html-scale-table.ts';
import { describeEnvironment, formatFacts } from './html-setup.ts';
import { element, escapeMarkup } from './markup.ts';
import { againstClients, againstRealservers, type Drawn } from './scale-charts.ts';
import { describeCurve } from './scale-table.ts';
import { quoteWords } from './shell-quote.ts';
import { bindUnits } from './wrap-text.ts';

const THROUGHPUT: Drawn = { axis: 'throughput, Mbit/s', of: (point) => point.throughputMbps };
const TRANSFERS: Drawn = { axis: 'transfers per second', of: (point) => point.transfersPerSecond };
const CONNECTIONS: Drawn = { axis: 'new connections per second', of: (point) => point.newConnectionsPerSecond };

export interface ScalePageOptions {
  /** The text of echarts.min.js; without it the plots are static. */
  readonly echartsScript?: string | undefined;
}

export function formatScalePage(run: ScaleRun, curves: readonly ScaleCurve[], options: ScalePageOptions = {}): string {
  const sizes = [...new Set(curves.map(({ sizeBytes }) => sizeBytes))];
  return formatPage({
    title: `lvskit scale, ${formatTime(run.startedAt)}`,
    body: [
      `<h1>${escapeMarkup(titleOf(run))}</h1>`,
      element('p', { class: 'meta' }, escapeMarkup(describeRun(run))),
      formatHeadline(curves),
      ...sizes.flatMap((sizeBytes) => formatSizeSection(run, curves, sizeBytes, sizes.length > 1)),
      formatMethod(run),
      formatEnvironment(run),
    ],
    footer: 'Drawn by lvskit from scale.json and the windows; lvskit report draws it again.',
    echartsScript: options.echartsScript,
  });
}

function titleOf({ transfer }: ScaleRun): string {
  return `Many clients at once: ${transfer}`;
}

function describeRun(run: ScaleRun): string {
  const { startedAt, environment, rounds, windowSeconds, hosts } = run;
  const rate = environment.rate === undefined ? 'links without a rate' : `links of ${environment.rate}`;
  const place =
    hosts === undefined
      ? [`${environment.cpuCount} × ${environment.cpuModel}`, `Linux ${environment.kernel}`, rate]
      : [countOf(hosts.length, 'host')];
  return [formatTime(startedAt), ...place, `${rounds} rounds, windows of ${windowSeconds} s`].join(' · ');
}

/** The most of all, and what the sum without common windows made of it. */
function formatHeadline(curves: readonly ScaleCurve[]): string {
  const points = curves.flatMap((curve) => curve.points.map((point) => ({ curve, point })));
  const best = points.toSorted((a, b) => b.point.throughputMbps.value - a.point.throughputMbps.value)[0];
  if (best === undefined) return '<p>The run was interrupted before its first window was over.</p>';
  const { curve, point } = best;
  const sentences = [
    `The most was ${formatSignificant(point.throughputMbps.value)} Mbit/s: ${systemLabel(curve.system)} with ` +
      `${countOf(point.clients, 'client')} on ${countOf(curve.realservers, 'realserver')}.`,
  ];
  const worst = points
    .flatMap(({ curve: own, point: { clients, unsynchronisedMbps, wireMbps } }) =>
      unsynchronisedMbps === undefined || wireMbps === undefined || wireMbps.value === 0
        ? []
        : [{ own, clients, reported: unsynchronisedMbps.value, carried: wireMbps.value }],
    )
    .toSorted((a, b) => b.reported / b.carried - a.reported / a.carried)[0];
  if (worst !== undefined) {
    sentences.push(
      `Clients without a common window would have reported up to ${(worst.reported / worst.carried).toFixed(2)} times what ` +
        `their links carry together (${systemLabel(worst.own.system)}, ${countOf(worst.clients, 'client')}: ` +
        `${formatSignificant(worst.reported)} against ${formatSignificant(worst.carried)} Mbit/s).`,
    );
  }
  return element('p', { class: 'headline' }, escapeMarkup(bindUnits(sentences.join(' '))));
}

/** One size: a table and a curve for each number of realservers, then the other plots of the largest number. */
function formatSizeSection(run: ScaleRun, all: readonly ScaleCurve[], sizeBytes: number, several: boolean): string[] {
  const curves = all.filter((curve) => curve.sizeBytes === sizeBytes);
  const byRealservers = [...Map.groupBy(curves, ({ realservers }) => realservers)];
  const [, widest = []] = byRealservers.at(-1) ?? [];
  const figure = (name: string, title: string, caption: string, option: ChartOption) => {
    const id = `${name}-${sizeBytes}`;
    return formatFigure(id, title, caption, drawChart(id, option), option);
  };
  return [
    several ? `<h2>${formatSize(sizeBytes)}</h2>` : '<h2>Against the number of clients</h2>',
    ...byRealservers.flatMap(([realservers, group]) => [
      formatPointTable(run, group),
      formatFindings(group),
      figure(
        `throughput-${realservers}`,
        `Throughput on ${countOf(realservers, 'realserver')}.`,
        'Sum of all clients in one window. Dotted: the Universal Scalability Law through it, where there are points enough.',
        againstClients(group, [{ ...THROUGHPUT, law: true }]),
      ),
    ]),
    ...(widest.length === 0 ? [] : formatWidest(run, widest, figure)),
    ...(byRealservers.length < 2
      ? []
      : [
          '<h3>Against the number of realservers</h3>',
          ...[THROUGHPUT, TRANSFERS, ...(hasConnections(curves) ? [CONNECTIONS] : [])].map((drawn, index) =>
            figure(
              `servers-${index}`,
              `${capitalise(drawn.axis.replace(/,.*/, ''))}.`,
              'With the most clients.',
              againstRealservers(curves, drawn),
            ),
          ),
        ]),
  ];
}

type DrawFigure = (name: string, title: string, caption: string, option: ChartOption) => string;

function formatWidest(run: ScaleRun, curves: readonly ScaleCurve[], figure: DrawFigure): string[] {
  const servers = countOf(curves[0]?.realservers ?? 0, 'realserver');
  const rateMbps =
    run.rateBitsPerSecond === undefined ? undefined : (directionsOf(run.transfer) * run.rateBitsPerSecond) / 1e6;
  const hasOwn = curves.some(({ points }) => points.some(({ unsynchronisedMbps }) => unsynchronisedMbps !== undefined));
  const twoSums: readonly Drawn[] = [
    { ...THROUGHPUT, suffix: ', one window' },
    { axis: THROUGHPUT.axis, of: (point) => point.unsynchronisedMbps, dash: 'dashed', suffix: ', own windows' },
  ];
  return [
    ...(hasOwn
      ? [
          figure(
            'sums',
            'Two sums.',
            `Of the same clients on ${servers}: in one window, and in windows of their own, of which every second one begins half ` +
              `a window later.${rateMbps === undefined ? '' : ` Dotted: the rate of one link${run.transfer === 'netpipe' ? ', both ways' : ''}.`}`,
            againstClients(curves, twoSums, rateMbps),
          ),
        ]
      : []),
    figure('transfers', 'Transfers per second.', `On ${servers}.`, againstClients(curves, [TRANSFERS])),
    ...(hasConnections(curves)
      ? [
          figure(
            'connections',
            'New connections per second.',
            `Those that ${servers} accepted in the window.`,
            againstClients(curves, [CONNECTIONS]),
          ),
        ]
      : []),
    figure(
      'fairness',
      'Fairness.',
      `Jain's index of the clients' shares, on ${servers}: 1 when all are alike, 1/n when one has everything.`,
      againstClients(curves, [{ axis: "Jain's index", of: ({ fairness }) => exactly(fairness), max: 1 }]),
    ),
    figure(
      'cpu',
      'CPU time.',
      `Of ${run.hosts === undefined ? 'the whole machine' : 'the busiest host'}, on ${servers}; dashed: the part in which packets were ` +
        'processed (softirq).',
      againstClients(curves, [
        { axis: 'share of all CPUs, %', of: (point) => percentOf(point.machineCpuShare), max: 100 },
        {
          axis: 'share of all CPUs, %',
          of: (point) => percentOf(point.softirqCpuShare),
          dash: 'dashed',
          suffix: ', packets',
        },
      ]),
    ),
  ];
}

function formatFindings(curves: readonly ScaleCurve[]): string {
  const items = curves.map((curve) =>
    element('li', {}, escapeMarkup(bindUnits(`${systemLabel(curve.system)}: ${describeCurve(curve)}`))),
  );
  return element('ul', {}, items.join('\n'));
}

function formatMethod({ transfer, hosts }: ScaleRun): string {
  const bothWays = transfer === 'netpipe' ? ' A block goes to and fro, and counts in both directions.' : '';
  return [
    '<h2>Method</h2>',
    element(
      'p',
      {},
      'Every client is a machine of its own and transfers without a pause from before the window until after it. All windows ' +
        'have one start and one end on one clock, and only what falls between them counts: what is partly in it, by its share ' +
        `of time.${bothWays} On the wire is what the clients' interfaces counted in the payload's directions, headers ` +
        'included. In own windows, every second client begins half a window later and each reports its own average: their ' +
        'sum is what misleads who adds up results that were not taken at the same time.',
    ),
    ...(hosts === undefined
      ? []
      : [
          element(
            'p',
            {},
            'The clock of every host was compared with that of the one that lvskit ran on before each window and after it. The ' +
              'bound that is given for the clocks is half of the fastest answer’s way there and back, and what they went ' +
              'apart meanwhile.',
          ),
        ]),
    element(
      'p',
      {},
      'A link is the limit where it carried 94 % of its rate, CPUs where they were 95 % busy, a client or a realserver where ' +
        'its processes used 95 % of one CPU. Values are medians of the rounds with 95 % intervals.',
    ),
  ].join('\n');
}

function formatEnvironment(run: ScaleRun): string {
  const facts: readonly (readonly [string, string])[] = [
    ['started', run.startedAt],
    ['finished', run.finishedAt ?? 'interrupted'],
    ...describePlace(run),
    ['systems', run.systems.map(systemLabel).join(', ')],
    ['realservers', run.realservers.join(', ')],
    ['clients', run.clients.join(', ')],
  ];
  return [
    '<h2>Environment</h2>',
    formatFacts(facts),
    '<h3>To measure again</h3>',
    element('pre', {}, escapeMarkup(quoteWords(run.command))),
  ].join('\n');
}

function describePlace({ environment, hosts }: ScaleRun): readonly (readonly [string, string])[] {
  if (hosts === undefined) return describeEnvironment(environment);
  const { commit, lvskit, node } = environment;
  return [
    ['lvskit', commit === undefined ? lvskit : `${lvskit}, commit ${commit}`],
    ['node', node],
    ...hosts.map(({ machine, host, found }) => [`${machine}, ${host}`, describeHost(found)] as const),
  ];
}

function describeHost(found: ScaleHost['found']): string {
  if (found === undefined) return 'not reached: its counters are missing';
  const nics = found.nics.map(({ device, mtu, rateMbps }) =>
    [
      device,
      ...(mtu === undefined ? [] : [`MTU ${mtu}`]),
      ...(rateMbps === undefined ? [] : [`${rateMbps} Mbit/s`]),
    ].join(' '),
  );
  const { cpuCount, cpuModel, memoryBytes, kernel, congestionControl } = found;
  const hardware = `${cpuCount} × ${cpuModel}, ${formatSize(memoryBytes)}`;
  return [hardware, `Linux ${kernel}`, `congestion control ${congestionControl}`, ...nics].join('; ');
}

function percentOf(share: number | undefined) {
  return share === undefined ? undefined : exactly(100 * share);
}

function exactly(value: number) {
  return { value, low: value, high: value };
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function capitalise(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
