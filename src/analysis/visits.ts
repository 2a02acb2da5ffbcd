// The visits of a comparison as observations: a cell is a system, a measure is netpipe or the transfers of a service. What
// the report says of them, and what a diff lays beside another run's, is computed of these.

import { type BlockSample, type Observation, type Run, type TransferSample, VISIT_TIMES } from '../model/mod.ts';
import { lowerDecile } from './columns.ts';
import { Observations } from './observations.ts';
import { median } from './quantiles.ts';
import { NETPIPE } from './series.ts';

/** In order of round; a visit that was written twice counts once, as last written. */
export function inOrder<Sample extends BlockSample | TransferSample>(samples: readonly Sample[]): readonly Sample[] {
  const visits = new Map(
    samples.map((one) => [
      `${'transfer' in one ? one.transfer : NETPIPE} ${one.system} ${one.sizeBytes} ${one.round}`,
      one,
    ]),
  );
  return [...visits.values()].sort((one, other) => one.round - other.round);
}

/**
 * Whether times are the path's own. Where a link has a rate they are medians; and with two CPUs, where it is the users' times
 * that are asked for, which include waking the other one.
 */
export function areTimesUndisturbed({ environment: { rate, pinning } }: Pick<Run, 'environment'>): boolean {
  return rate === undefined && pinning === 'one';
}

/**
 * Times are those of docs/decisions/0019-undisturbed-times.md; means of blocks that do not wait for each other.
 */
export function observeRun(
  run: Pick<Run, 'mode' | 'environment' | 'cluster'>,
  samples: readonly BlockSample[],
  transfers: readonly TransferSample[] = [],
): Observations {
  const undisturbed = areTimesUndisturbed(run);
  const time = VISIT_TIMES[undisturbed ? 'undisturbed' : 'median'];
  const netpipeTime = run.mode === 'twoway' ? time : VISIT_TIMES.mean;
  const directors = run.cluster.machines.filter(({ role }) => role === 'director').map(({ name }) => name);
  return new Observations(
    [
      ...samples.map((one) => observationOf(NETPIPE, one, one.oneWayNs[netpipeTime], one.exchanges, directors)),
      ...transfers
        .filter((one) => one.transfers > 0)
        .map((one) => observationOf(one.transfer, one, one.timeNs[time], one.transfers, directors)),
    ],
    undisturbed ? lowerDecile : median,
  );
}

function observationOf(
  measure: string,
  { system, sizeBytes, round, cpu }: BlockSample | TransferSample,
  timeNs: number,
  exchanges: number,
  directors: readonly string[],
): Observation {
  const processNs = Object.values(cpu.processNs).reduce((sum, ns) => sum + ns, 0);
  const directorNs = directors.reduce((sum, name) => sum + (cpu.processNs[name] ?? 0), 0);
  const values = { timeNs, exchanges, processNs, directorNs, softirqNs: cpu.softirqNs };
  return { cell: system, measure, sizeBytes, round, values };
}
