// The sections of report.html on latency: the paper's table, the fits with their residuals, single exchanges.

import {
  type Analysis,
  explainLatency,
  formatSignificant,
  formatSize,
  groupThousands,
  type HockneyFit,
} from '../analysis/mod.ts';
import type { Run } from '../model/mod.ts';
import { residualOption } from './chart-options.ts';
import { drawResiduals } from './draw-charts.ts';
import { formatFigure } from './html-figure.ts';
import { estimateCell, formatTable, systemCell, valueCell } from './html-table.ts';
import { escapeMarkup } from './markup.ts';

/** J. Mack's netpipe on Pentiums of 75 and 133 MHz, 100 Mbit/s Ethernet, June 2000. */
const PAPER_ROW = ['netpipe in the paper, June 2000', '0.0003', '1500', 'mtu'];

export function formatLatencySection(run: Run, analysis: Analysis): string {
  const { systems } = analysis;
  const smallBlock = formatSize(analysis.smallBlockBytes);
  const rows = systems.map((system) => ({
    cells: [
      systemCell(system.system),
      estimateCell(system.fit?.latencyUs, (us) => (us / 1e6).toFixed(8)),
      estimateCell(system.fit?.poleBytes, groupThousands),
      escapeMarkup(explainLatency(run, system)),
    ],
  }));
  const headings = [
    { title: 'Process', unit: `netpipe, ${run.mode}` },
    { title: 'Latency', unit: 'sec', kind: 'number' },
    { title: 'Latency equivalent', unit: 'bytes', kind: 'number' },
    { title: 'Cause of latency', kind: 'text' },
  ] as const;
  return [
    '<h2>Latency and its equivalent in bytes</h2>',
    '<p>The equivalent n½ = L · r∞ is what the plateau would have carried in the time of the latency: the pole of the curve. ' +
      `Differences in the cause are of times with ${smallBlock}.</p>`,
    formatTable(headings, [...rows, { cells: PAPER_ROW.map(escapeMarkup), reference: true }], { cards: true }),
    formatFits(analysis),
  ].join('\n');
}

export function formatTailSection({ systems, smallBlockBytes }: Analysis): string {
  const us = (ns: number) => formatSignificant(ns / 1000);
  const number = (title: string) => ({ title, unit: 'µs', kind: 'number' }) as const;
  const rows = systems.map(({ system, smallBlockTail: tail }) => ({
    cells: [
      systemCell(system),
      ...[tail?.minNs, tail?.p50Ns, tail?.p90Ns, tail?.p99Ns, tail?.p999Ns, tail?.maxNs].map((ns) => valueCell(ns, us)),
      valueCell(tail?.exchanges, groupThousands),
    ],
  }));
  return [
    '<h2>Single exchanges</h2>',
    `<p>One-way times of every exchange with ${formatSize(smallBlockBytes)}, all rounds together.</p>`,
    formatTable(
      [
        { title: 'System' },
        ...['min', 'p50', 'p90', 'p99', 'p99.9', 'max'].map(number),
        { title: 'Exchanges', kind: 'number' },
      ],
      rows,
    ),
  ].join('\n');
}

function formatFits(analysis: Analysis): string {
  const fitted = analysis.systems.filter(({ fit }) => fit !== undefined);
  if (fitted.length === 0) return '';
  const percent = (share: number | undefined) => valueCell(share, (value) => `${(value * 100).toFixed(1)} %`);
  const rows = fitted.map(({ system, fit }) => ({
    cells: [
      systemCell(system),
      estimateCell(fit?.latencyUs, formatSignificant),
      estimateCell(fit?.maxRateMbps, formatSignificant),
      estimateCell(fit?.poleBytes, formatSize),
      percent(fit?.medianResidual),
      percent(fit?.largestResidual),
      fit === undefined ? '' : formatFitVerdict(fit),
    ],
  }));
  const headings = [
    { title: 'System' },
    { title: 'L', unit: 'µs', kind: 'number' },
    { title: 'r∞', unit: 'Mbit/s', kind: 'number' },
    { title: 'n½', kind: 'number' },
    { title: 'Median residual', unit: 'criterion 10 %', kind: 'number' },
    { title: 'Largest residual', unit: 'criterion 30 %', kind: 'number' },
    { title: 'One line fits' },
  ] as const;
  return [
    "<h3>Hockney's model, t(n) = L + n / r∞</h3>",
    formatTable(headings, rows),
    formatFigure(
      'residuals',
      'Residuals.',
      'What the lines leave over at each block size. Dotted: the criterion for their median.',
      drawResiduals(analysis),
      residualOption(analysis),
    ),
  ].join('\n');
}

function formatFitVerdict({ describesData }: HockneyFit): string {
  return describesData ? 'yes' : '<span class="slower">no</span>';
}
