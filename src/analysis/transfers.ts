// The transfers of services: each kind summarised by system as netpipe's blocks are, a transfer's time in the place of a
// block's; and what failed.

import type { BlockSample, Run, TransferName, TransferSample } from '../model/mod.ts';
import { TRANSFER_NAMES } from '../model/mod.ts';
import type { TransferAnalysis, TransferCount } from './analysis.ts';
import type { Observations } from './observations.ts';
import { createSeries } from './series.ts';
import { analyseSystem } from './system-analysis.ts';

/** In the order of TRANSFER_NAMES. */
export function analyseTransfers(
  run: Run,
  seen: Observations,
  samples: readonly TransferSample[],
): readonly TransferAnalysis[] {
  return TRANSFER_NAMES.flatMap((transfer) => {
    const own = samples.filter((sample) => sample.transfer === transfer);
    return own.length === 0 ? [] : [analyseTransfer(run, seen, transfer, own)];
  });
}

function analyseTransfer(
  run: Run,
  seen: Observations,
  transfer: TransferName,
  samples: readonly TransferSample[],
): TransferAnalysis {
  const visits = samples.flatMap(blockSampleOf);
  const present = run.systems.filter((system) => visits.some((visit) => visit.system === system));
  const sizes = samples.map(({ sizeBytes }) => sizeBytes);
  const series = createSeries(seen, transfer, present, sizes);
  return {
    transfer,
    smallBytes: series.smallBytes,
    largestBytes: series.largestBytes,
    systems: present.map((system) => analyseSystem(series, system, visits, run.proofs)),
    failures: sumCounts(run, samples, ({ failures }) => failures),
    counts: sumCounts(run, samples, ({ counts }) => counts),
  };
}

/** None of a visit in which every transfer failed. */
function blockSampleOf(sample: TransferSample): BlockSample[] {
  const { system, round, sizeBytes, transfers, timeNs, histogram, cpu } = sample;
  if (transfers === 0) return [];
  return [{ system, mode: 'twoway', round, sizeBytes, exchanges: transfers, oneWayNs: timeNs, histogram, cpu }];
}

function sumCounts(
  run: Run,
  samples: readonly TransferSample[],
  countsOf: (sample: TransferSample) => Readonly<Record<string, number>>,
): TransferCount[] {
  return run.systems.flatMap((system) => {
    const sums = new Map<string, number>();
    for (const sample of samples) {
      if (sample.system !== system) continue;
      for (const [what, count] of Object.entries(countsOf(sample))) sums.set(what, (sums.get(what) ?? 0) + count);
    }
    return [...sums].filter(([, count]) => count > 0).map(([what, count]) => ({ system, what, count }));
  });
}
