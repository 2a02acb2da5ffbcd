// A run and its samples → the analysis that every report shows. Pure and deterministic: the same files give the
// same numbers, intervals included.

import type { BlockSample, Run, SystemName } from '../model/mod.ts';
import type { Analysis, SizePoint, SystemAnalysis } from './analysis.ts';
import { estimateMedian, mapEstimate } from './bootstrap.ts';
import { compareSystems } from './comparison.ts';
import { sumCpu } from './cpu.ts';
import { noSamples } from './errors.ts';
import { writeHeadline } from './headline.ts';
import { fitSystem } from './hockney-fit.ts';
import { writeNotes } from './notes.ts';
import { baselineOf, RIVALS } from './systems.ts';
import { summariseTail } from './tail.ts';
import { indexVisits, sizesOf, type Visits, visitsAt } from './visits.ts';

/** The block that stands for small ones: a packet that carries as little as real requests do. */
const USUAL_SMALL_BLOCK_BYTES = 64;

export interface AnalyseOptions {
  /** The samples end in a line that was cut short and left out; the notes then say so. */
  readonly lastLineDropped?: boolean;
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
  return {
    ...facts,
    headline: writeHeadline(facts),
    notes: writeNotes(run, samples, facts, options.lastLineDropped ?? false),
  };
}

function analyseSystem(
  run: Run,
  visits: Visits,
  system: SystemName,
  blocks: { readonly smallBytes: number; readonly largestBytes: number },
): SystemAnalysis {
  const points = sizesOf(visits, system).map((sizeBytes) =>
    summarisePoint(sizeBytes, visitsAt(visits, system, sizeBytes)),
  );
  const smallVisits = visitsAt(visits, system, blocks.smallBytes);
  const baseline = baselineOf(system);
  return {
    system,
    points,
    smallBlock: points.find((point) => point.sizeBytes === blocks.smallBytes),
    largestBlock: points.find((point) => point.sizeBytes === blocks.largestBytes),
    fit: fitSystem(visits, system),
    comparison: baseline === undefined ? undefined : compareSystems(visits, system, baseline, blocks),
    smallBlockTail: summariseTail(smallVisits),
    smallBlockCpu: sumCpu(smallVisits),
    largestBlockCpu: sumCpu(visitsAt(visits, system, blocks.largestBytes)),
    proof: run.proofs.find((proof) => proof.system === system),
  };
}

function summarisePoint(sizeBytes: number, visits: readonly BlockSample[]): SizePoint {
  const timesNs = visits.map((visit) => visit.oneWayNs.p50);
  const oneWayNs = estimateMedian(timesNs);
  const meanNs = timesNs.reduce((sum, timeNs) => sum + timeNs, 0) / timesNs.length;
  return {
    sizeBytes,
    rounds: visits.length,
    oneWayNs,
    varianceNs2: timesNs.reduce((sum, timeNs) => sum + (timeNs - meanNs) ** 2, 0) / timesNs.length,
    throughputMbps: mapEstimate(oneWayNs, (timeNs) => (sizeBytes * 8000) / timeNs),
  };
}
