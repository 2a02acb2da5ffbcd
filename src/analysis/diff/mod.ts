// The public face of the diff of two runs.

export type { Change, ChangeVerdict } from './changes.ts';
export { diffRuns, type RunContents, type RunDiff } from './diff.ts';
export { diffVerdicts, type VerdictEntry } from './verdicts.ts';
