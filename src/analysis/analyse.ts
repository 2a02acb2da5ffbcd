// A run and its samples → the analysis that every report shows. Pure and deterministic: the same files give the
// same numbers, intervals included.

import type { BlockSample, Run, TransferSample } from '../model/mod.ts';
import type { Analysis } from './analysis.ts';
import { compareSystems } from './comparison.ts';
import { noSamples } from './errors.ts';
import { writeHeadline } from './headline.ts';
import { writeNotes } from './notes.ts';
import { transferNotes } from './notes-anomalies.ts';
import { createSeries, NETPIPE } from './series.ts';
import { analyseSystem } from './system-analysis.ts';
import { RIVALS } from './systems.ts';
import { analyseTransfers } from './transfers.ts';
import { inOrder, observeRun } from './visits.ts';

export interface AnalyseOptions {
  /** The samples end in a line that was cut short and left out; the notes then say so. */
  readonly lastLineDropped?: boolean;
  /** Of the services that were measured in the same run. */
  readonly transfers?: readonly TransferSample[];
}

/** Throws RESULTS_NO_SAMPLES and RESULTS_BAD_HISTOGRAM. */
export function analyse(run: Run, written: readonly BlockSample[], options: AnalyseOptions = {}): Analysis {
  if (written.length === 0) throw noSamples();
  const samples = inOrder(written);
  const transferSamples = inOrder(options.transfers ?? []);
  const seen = observeRun(run, samples, transferSamples);
  const sizes = [...new Set(samples.map(({ sizeBytes }) => sizeBytes))];
  const present = run.systems.filter((system) => samples.some((sample) => sample.system === system));
  const series = createSeries(seen, NETPIPE, present, sizes);
  const systems = present.map((system) => analyseSystem(series, system, samples, run.proofs));
  const rivals = RIVALS.flatMap(([system, rival]) => compareSystems(series, system, rival) ?? []);
  const facts = { smallBlockBytes: series.smallBytes, largestBlockBytes: series.largestBytes, systems, rivals };
  const transfers = analyseTransfers(run, seen, transferSamples);
  return {
    ...facts,
    headline: writeHeadline(facts),
    transfers,
    notes: [
      ...writeNotes(run, samples, facts, options.lastLineDropped ?? false),
      ...transferNotes(transferSamples, transfers),
    ],
  };
}
