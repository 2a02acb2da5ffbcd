// The statistics of one system's visits: a point for each size, the line through them, the comparison with its baseline.

import type { BlockSample, Run, SystemName } from '../model/mod.ts';
import type { SizePoint, SystemAnalysis } from './analysis.ts';
import { estimateMedian, mapEstimate } from './bootstrap.ts';
import { compareSystems } from './comparison.ts';
import { sumCpu } from './cpu.ts';
import { fitSystem } from './hockney-fit.ts';
import { baselineOf } from './systems.ts';
import { summariseTail } from './tail.ts';
import { sizesOf, type Visits, visitsAt } from './visits.ts';

export function analyseSystem(
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
