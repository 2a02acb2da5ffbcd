// Percentiles of single exchanges: the histograms of all rounds of a system at one size, added up.

import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import type { BlockSample } from '../model/mod.ts';
import type { Tail } from './analysis.ts';
import { badHistogram } from './errors.ts';

/** Undefined for no visits. Throws RESULTS_BAD_HISTOGRAM. */
export function summariseTail(visits: readonly BlockSample[]): Tail | undefined {
  const all = addHistograms(visits);
  if (all === undefined) return undefined;
  return {
    exchanges: all.totalCount,
    minNs: Math.min(...visits.map((visit) => visit.oneWayNs.min)),
    p50Ns: all.getValueAtPercentile(50),
    p90Ns: all.getValueAtPercentile(90),
    p99Ns: all.getValueAtPercentile(99),
    p999Ns: all.getValueAtPercentile(99.9),
    maxNs: Math.max(...visits.map((visit) => visit.oneWayNs.max)),
  };
}

/** As many quantiles of single exchanges, evenly spaced in probability. Throws RESULTS_BAD_HISTOGRAM. */
export function quantilesOfExchanges(visits: readonly BlockSample[], count: number): readonly number[] {
  const all = addHistograms(visits);
  if (all === undefined) return [];
  return Array.from({ length: count }, (_, index) => all.getValueAtPercentile((100 * (index + 0.5)) / count));
}

function addHistograms(visits: readonly BlockSample[]) {
  const [first, ...others] = visits.map(decodeHistogram);
  if (first === undefined) return undefined;
  first.autoResize = true;
  for (const histogram of others) first.add(histogram);
  return first;
}

function decodeHistogram(visit: BlockSample) {
  try {
    return decodeFromCompressedBase64(visit.histogram);
  } catch (cause) {
    throw badHistogram(`${visit.system} at ${visit.sizeBytes} bytes in round ${visit.round}`, cause);
  }
}
