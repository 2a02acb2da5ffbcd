// Everything that a run's folder gets besides run.json and the samples, as names and contents.

import { type AnalyseOptions, type Analysis, analyse } from '../analysis/mod.ts';
import type { BlockSample, Run } from '../model/mod.ts';
import { formatCompareTable } from './compare-table.ts';
import { drawRatios, drawResiduals, drawSignature, drawThroughput } from './draw-charts.ts';
import { drawTopology } from './draw-topology.ts';
import { formatGplotFiles } from './gplot.ts';
import { formatHtmlReport } from './html-report.ts';
import { formatOutFile, outFileName } from './out-file.ts';
import type { ReportFile } from './report-file.ts';

export interface ReportOptions extends AnalyseOptions {
  /** The text of echarts.min.js, for interactive plots in report.html. */
  readonly echartsScript?: string;
}

export interface Report {
  readonly analysis: Analysis;
  readonly files: readonly ReportFile[];
}

/** Throws what `analyse` throws. */
export function createReport(run: Run, samples: readonly BlockSample[], options: ReportOptions = {}): Report {
  const analysis = analyse(run, samples, options);
  const files = [
    { name: 'summary.txt', content: formatCompareTable(analysis) },
    ...analysis.systems.map((system) => ({ name: outFileName(system.system), content: formatOutFile(system) })),
    ...analysis.transfers.flatMap(({ transfer, systems }) =>
      systems.map((system) => ({ name: outFileName(system.system, transfer), content: formatOutFile(system) })),
    ),
    ...formatGplotFiles(analysis),
    { name: 'throughput.svg', content: drawThroughput(analysis) },
    { name: 'signature.svg', content: drawSignature(analysis) },
    { name: 'ratios.svg', content: drawRatios(analysis) },
    { name: 'residuals.svg', content: drawResiduals(analysis) },
    ...analysis.transfers.map((one) => ({ name: `${one.transfer}.svg`, content: drawThroughput(one, one.transfer) })),
    { name: 'topology.svg', content: drawTopology(run.cluster) },
  ];
  const html = formatHtmlReport(run, analysis, {
    echartsScript: options.echartsScript,
    fileNames: [
      'run.json',
      'samples.ndjson',
      ...(analysis.transfers.length > 0 ? ['transfers.ndjson'] : []),
      ...files.map(({ name }) => name),
    ],
  });
  return { analysis, files: [...files, { name: 'report.html', content: html }] };
}
