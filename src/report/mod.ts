// report's public face: an analysis → tables, drawings, gnuplot files and report.html. Pure: callers write files.

export { formatCompareTable } from './compare-table.ts';
export { createReport } from './create-report.ts';
export { formatDiffTable } from './diff-table.ts';
export { formatVerdictsDiff } from './diff-verdicts-table.ts';
export { drawRatios, drawResiduals, drawSignature, drawThroughput } from './draw-charts.ts';
export { drawTopology } from './draw-topology.ts';
export { reportNotWritten, runFolderUnreadable } from './errors.ts';
export { formatGplotFiles } from './gplot.ts';
export { formatHtmlReport } from './html-report.ts';
export { formatReproductionPage } from './html-reproduction.ts';
export { formatScalePage } from './html-scale.ts';
export { formatOutFile } from './out-file.ts';
export type { ReportFile } from './report-file.ts';
export { formatScaleTable } from './scale-table.ts';
export { formatVerdictTable } from './verdict-table.ts';
