// Hockney's line of a system: fitted to the median time of each size, its intervals from resampling rounds whole,
// so that what disturbed a round moves all its sizes together.

import type { SystemName } from '../model/mod.ts';
import { FIT_CRITERION, type HockneyFit } from './analysis.ts';
import { bootstrap, FIT_REPLICATES, percentileEstimate } from './bootstrap.ts';
import { allRounds, type SizeColumn, timesOver } from './columns.ts';
import { fitHockney, type HockneyLine, hockneyPoleBytes, hockneyRateMbps, relativeResiduals } from './hockney.ts';
import { median } from './quantiles.ts';
import { sizesOf, type Visits, visitsAt } from './visits.ts';

/** Undefined when the sizes cannot tell L from r∞. */
export function fitSystem(visits: Visits, system: SystemName): HockneyFit | undefined {
  const columns = columnsOf(visits, system);
  const rounds = Math.max(0, ...columns.map(({ column }) => column.length));
  const blocks = timesOver(columns, allRounds(rounds), median);
  const line = fitHockney(blocks);
  if (line === undefined) return undefined;

  const replicas = bootstrap(
    rounds,
    (indices) => fitHockney(timesOver(columns, indices, median)),
    FIT_REPLICATES,
  ).filter((replica) => replica !== undefined);
  const estimate = (quantity: (line: HockneyLine) => number) =>
    percentileEstimate(quantity(line), replicas.length === 0 ? [quantity(line)] : replicas.map(quantity));

  const residuals = relativeResiduals(line, blocks);
  const sizesOfResiduals = residuals.map(Math.abs);
  const medianResidual = median(sizesOfResiduals);
  const largestResidual = Math.max(...sizesOfResiduals);
  return {
    latencyUs: estimate((one) => one.latencyNs / 1000),
    maxRateMbps: estimate(hockneyRateMbps),
    poleBytes: estimate(hockneyPoleBytes),
    residuals: blocks.map(({ sizeBytes }, index) => ({ sizeBytes, relative: residuals[index] as number })),
    medianResidual,
    largestResidual,
    describesData: medianResidual <= FIT_CRITERION.medianResidual && largestResidual <= FIT_CRITERION.largestResidual,
  };
}

function columnsOf(visits: Visits, system: SystemName): SizeColumn[] {
  return sizesOf(visits, system).map((sizeBytes) => {
    const column: (number | undefined)[] = [];
    for (const visit of visitsAt(visits, system, sizeBytes)) column[visit.round] = visit.oneWayNs.p50;
    return { sizeBytes, column };
  });
}
