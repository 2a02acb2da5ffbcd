// analysis' public face: result files' text → values → statistics with intervals, fits and verdicts. Pure.

export { type AnalyseOptions, analyse } from './analyse.ts';
export * from './analysis.ts';
export type { Estimate } from './bootstrap.ts';
export { explainLatency } from './latency-cause.ts';
export { parseRun, parseSamples, parseScale, parseTransfers, parseWindows } from './parse-results.ts';
export { analyseScaling, type ScaleCurve } from './scaling.ts';
export { systemLabel, systemPath } from './systems.ts';
export { transferLabel, transferPath } from './transfer-names.ts';
export type { TransferAnalysis, TransferCount } from './transfers.ts';
export {
  formatChange,
  formatInterval,
  formatSignificant,
  formatSize,
  groupThousands,
} from './wording.ts';
