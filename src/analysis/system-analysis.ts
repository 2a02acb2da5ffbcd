// The statistics of one system's visits: a point for each size, the line through them, the comparison with its baseline.

import type { BlockSample, PathProof, SystemName } from '../model/mod.ts';
import { FIT_CRITERION, type HockneyFit, type SizePoint, type SystemAnalysis } from './analysis.ts';
import { mapEstimate } from './bootstrap.ts';
import { compareSystems } from './comparison.ts';
import { sumCpu } from './cpu.ts';
import { hockneyTimeNs } from './hockney.ts';
import { combine, estimateOf } from './quantity.ts';
import { lineOf, type Series, timeOf } from './series.ts';
import { baselineOf } from './systems.ts';
import { summariseTail } from './tail.ts';

export function analyseSystem(
  series: Series,
  system: SystemName,
  samples: readonly BlockSample[],
  proofs: readonly PathProof[],
): SystemAnalysis {
  const { seen, measure, smallBytes, largestBytes } = series;
  const visitsAt = (sizeBytes: number) =>
    samples.filter((sample) => sample.system === system && sample.sizeBytes === sizeBytes);
  const points = seen.sizes({ cell: system, measure }).map((sizeBytes) => summarisePoint(series, system, sizeBytes));
  const baseline = baselineOf(system);
  return {
    system,
    points,
    smallBlock: points.find((point) => point.sizeBytes === smallBytes),
    largestBlock: points.find((point) => point.sizeBytes === largestBytes),
    fit: fitLine(series, system, points),
    comparison: baseline === undefined ? undefined : compareSystems(series, system, baseline),
    smallBlockTail: summariseTail(visitsAt(smallBytes)),
    smallBlockCpu: sumCpu(visitsAt(smallBytes)),
    largestBlockCpu: sumCpu(visitsAt(largestBytes)),
    proof: proofs.find((proof) => proof.system === system),
  };
}

function summarisePoint(series: Series, cell: SystemName, sizeBytes: number): SizePoint {
  const { seen, measure } = series;
  const oneWayNs = estimateOf(timeOf(series, cell, sizeBytes));
  const timesNs = seen.values({ cell, measure, sizeBytes });
  const meanNs = timesNs.reduce((sum, timeNs) => sum + timeNs, 0) / timesNs.length;
  return {
    sizeBytes,
    rounds: timesNs.length,
    oneWayNs,
    varianceNs2: timesNs.reduce((sum, timeNs) => sum + (timeNs - meanNs) ** 2, 0) / timesNs.length,
    throughputMbps: mapEstimate(oneWayNs, (timeNs) => (sizeBytes * 8000) / timeNs),
  };
}

function fitLine(series: Series, system: SystemName, points: readonly SizePoint[]): HockneyFit | undefined {
  const line = lineOf(series, system);
  if (line === undefined) return undefined;
  const latencyNs = line.latencyNs.value;
  const nsPerByte = 8000 / line.rateMbps.value;
  const [medianResidual, largestResidual] = [line.medianResidual.value, line.largestResidual.value];
  return {
    latencyUs: estimateOf(combine((ns) => ns / 1000, line.latencyNs)),
    maxRateMbps: estimateOf(line.rateMbps),
    poleBytes: estimateOf(line.poleBytes),
    residuals: points.map(({ sizeBytes, oneWayNs }) => {
      const onLineNs = hockneyTimeNs({ latencyNs, nsPerByte }, sizeBytes);
      return { sizeBytes, relative: oneWayNs.value / onLineNs - 1 };
    }),
    medianResidual,
    largestResidual,
    describesData: medianResidual <= FIT_CRITERION.medianResidual && largestResidual <= FIT_CRITERION.largestResidual,
  };
}
