// A run and its samples → the analysis that every report shows. Pure and deterministic: the same files give the
// same numbers, intervals included.

import type { BlockSample, Run, TransferSample } from '../model/mod.ts';
import type { Analysis } from './analysis.ts';
import { compareSystems } from './comparison.ts';
import { noSamples } from './errors.ts';
import { writeHeadline } from './headline.ts';
import { writeNotes } from './notes.ts';
import { transferNotes } from './notes-anomalies.ts';
import { analyseSystem } from './system-analysis.ts';
import { RIVALS } from './systems.ts';
import { analyseTransfers } from './transfers.ts';
import { indexVisits } from './visits.ts';

/** The block that stands for small ones: a packet that carries as little as real requests do. */
const USUAL_SMALL_BLOCK_BYTES = 64;

export interface AnalyseOptions {
  /** The samples end in a line that was cut short and left out; the notes then say so. */
  readonly lastLineDropped?: boolean;
  /** Of the services that were measured in the same run. */
  readonly transfers?: readonly TransferSample[];
}

/** Throws RESULTS_NO_SAMPLES and RESULTS_BAD_HISTOGRAM. */
export function analyse(run: Run, samples: readonly BlockSample[], options: AnalyseOptions = {}): Analysis {
  if (samples.length === 0) throw noSamples();
  const visits = indexVisits(samples);
  const sizes = new Set(samples.map((sample) => sample.sizeBytes));
  const blocks = {
    smallBytes: sizes.has(USUAL_SMALL_BLOCK_BYTES) ? USUAL_SMALL_BLOCK_BYTES : Math.min(...sizes),
    largestBytes: Math.max(...sizes),
  };
  const systems = run.systems
    .filter((system) => visits.has(system))
    .map((system) => analyseSystem(run, visits, system, blocks));
  const rivals = RIVALS.flatMap(([system, rival]) => compareSystems(visits, system, rival, blocks) ?? []);
  const facts = { smallBlockBytes: blocks.smallBytes, largestBlockBytes: blocks.largestBytes, systems, rivals };
  const { transfers: transferSamples = [], lastLineDropped = false } = options;
  const transfers = analyseTransfers(run, transferSamples);
  return {
    ...facts,
    headline: writeHeadline(facts),
    transfers,
    notes: [...writeNotes(run, samples, facts, lastLineDropped), ...transferNotes(transferSamples, transfers)],
  };
}
