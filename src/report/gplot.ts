// Scripts that gnuplot draws from the .out files, as the paper's were: one for throughput against block size, one for
// the signature plot. They need the .out files beside them.

import { type Analysis, formatSize, systemLabel, transferLabel } from '../analysis/mod.ts';
import type { TransferName } from '../model/mod.ts';
import { SIZE_TICKS } from './chart-axes.ts';
import type { Drawable } from './chart-options.ts';
import { outFileName } from './out-file.ts';
import type { ReportFile } from './report-file.ts';
import { lineStyleOf } from './series-style.ts';

interface Plot {
  readonly name: string;
  readonly title: string;
  readonly xLabel: string;
  /** Column of the .out file. */
  readonly xColumn: number;
  readonly xScale: readonly string[];
}

const PLOTS: readonly [Plot, Plot] = [
  {
    name: 'throughput',
    title: 'throughput against block size',
    xLabel: 'block size, bytes',
    xColumn: 4,
    xScale: ['set logscale x 2', `set xtics (${SIZE_TICKS.map((size) => `'${formatSize(size)}' ${size}`).join(', ')})`],
  },
  {
    name: 'signature',
    title: 'signature: throughput against time per block',
    xLabel: 'time one way, sec',
    xColumn: 1,
    xScale: ['set logscale x 10'],
  },
];
const THROUGHPUT_COLUMN = 2;
const DASH_TYPES = { solid: 1, dashed: 2, dotted: 3 } as const;

/** One per plot, named after it; and one for the throughput of each service. */
export function formatGplotFiles(analysis: Analysis): ReportFile[] {
  const [throughput] = PLOTS;
  return [
    ...PLOTS.map((plot) => ({ name: `${plot.name}.gplot`, content: formatGplot(plot, analysis) })),
    ...analysis.transfers.map((one) => {
      const label = transferLabel(one.transfer);
      const plot = {
        ...throughput,
        name: one.transfer,
        title: `${label}: throughput against size`,
        xLabel: 'size, bytes',
      };
      return { name: `${plot.name}.gplot`, content: formatGplot(plot, one, one.transfer) };
    }),
  ];
}

function formatGplot(
  { name, title, xLabel, xColumn, xScale }: Plot,
  { systems }: Drawable,
  transfer?: TransferName,
): string {
  const curves = systems.map(({ system }) => {
    const { color, dash } = lineStyleOf(system);
    const line = `with linespoints lc rgb '${color}' dt ${DASH_TYPES[dash]} pt 7 ps 0.4`;
    return `  '${outFileName(system, transfer)}' using ${xColumn}:${THROUGHPUT_COLUMN} title '${systemLabel(system)}' ${line}`;
  });
  return [
    '# lvskit: draws the .out files beside it. In this folder, to a window or to a file:',
    `#   gnuplot -p ${name}.gplot`,
    `#   gnuplot -e "set terminal svg size 900,600; set output '${name}-gnuplot.svg'" ${name}.gplot`,
    '# Mbps are 2**20 bit/s, as NetPIPE counts them.',
    `set title '${title}' noenhanced`,
    `set xlabel '${xLabel}' noenhanced`,
    "set ylabel 'throughput, Mbps' noenhanced",
    ...xScale,
    'set logscale y 10',
    'set key bottom right noenhanced',
    'set grid',
    'plot \\',
    curves.join(', \\\n'),
    '',
  ].join('\n');
}
