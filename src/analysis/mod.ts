// analysis' public face: result files' text → values → statistics with intervals, fits and verdicts. Pure.

export { type AnalyseOptions, analyse } from './analyse.ts';
export * from './analysis.ts';
export type { Estimate } from './bootstrap.ts';
export { type BusyInterval, measureOverlap } from './busy-overlap.ts';
export type { CurvePoint } from './detectors/curve.ts';
export { areNear, findJaggies, type Jag } from './detectors/jaggies.ts';
export * from './diff/mod.ts';
export * from './figure.ts';
export * from './judged.ts';
export { explainLatency } from './latency-cause.ts';
export * from './observations.ts';
export {
  parseExperiment,
  parseObservations,
  parseReproduction,
  parseRun,
  parseSamples,
  parseScale,
  parseTransfers,
  parseWindows,
} from './parse-results.ts';
export { median } from './quantiles.ts';
export * from './quantity.ts';
export { throughputBy } from './scalability-law.ts';
export { analyseScaling, directionsOf, type ScaleCurve, type ScalePoint } from './scaling.ts';
export { systemLabel, systemNamed, systemPath } from './systems.ts';
export { transferLabel, transferPath } from './transfer-names.ts';
export * from './verdict.ts';
export { areTimesUndisturbed } from './visits.ts';
export {
  formatChange,
  formatInterval,
  formatList,
  formatSignificant,
  formatSize,
  groupThousands,
} from './wording.ts';
