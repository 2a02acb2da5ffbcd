// analysis' public face: result files' text → values → statistics with intervals, fits and verdicts. Pure.

export { type AnalyseOptions, analyse } from './analyse.ts';
export * from './analysis.ts';
export { type Estimate, MINIMUM_ROUNDS } from './bootstrap.ts';
export { explainLatency } from './latency-cause.ts';
export { type ParsedSamples, parseRun, parseSamples } from './parse-results.ts';
export { isCounterAsExpected } from './path-proof.ts';
export { baselineOf, systemLabel, systemPath } from './systems.ts';
export {
  formatChange,
  formatInterval,
  formatList,
  formatSignificant,
  formatSize,
  groupThousands,
} from './wording.ts';
