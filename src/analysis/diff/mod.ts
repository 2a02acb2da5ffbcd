// The public face of the diff of two runs.

export type { Change, ChangeVerdict } from './changes.ts';
export { diffRuns, type RunContents, type RunDiff } from './diff.ts';
export { kindsDiffer } from './errors.ts';
export { diffReproductions, type JudgedReproduction, type ReproductionDiff } from './reproductions.ts';
export type { SettingDifference } from './settings.ts';
export { type ClaimChange, diffVerdicts, type QuantityChange, type VerdictEntry } from './verdicts.ts';
