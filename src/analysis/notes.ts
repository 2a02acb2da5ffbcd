// The sentences that an expert would write beside the numbers. Each kind has its file; this one puts them in order.

import type { BlockSample, Run } from '../model/mod.ts';
import type { AnalysisFacts, Note } from './analysis.ts';
import { anomalyFindings, anomalyWarnings } from './notes-anomalies.ts';
import { contextNotes } from './notes-context.ts';
import { findingNotes } from './notes-findings.ts';
import { warningNotes } from './notes-warnings.ts';

/** Warnings, findings, context; in each the most consequential first. */
export function writeNotes(
  run: Run,
  samples: readonly BlockSample[],
  facts: AnalysisFacts,
  lastLineDropped: boolean,
): readonly Note[] {
  return [
    ...warningNotes(run, samples, facts, lastLineDropped),
    ...anomalyWarnings(samples),
    ...findingNotes(run, facts),
    ...anomalyFindings(samples, facts),
    ...contextNotes(run, facts),
  ];
}
