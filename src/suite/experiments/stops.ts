// The stops that most experiments make: netpipe's blocks, and transfers of a service.

import type { NetpipePair, ResultOf } from '../../agent/mod.ts';
import { TimeHistogram } from '../../measure/mod.ts';
import {
  type CpuUse,
  type NetpipeMode,
  type TimeSummary,
  type TransferName,
  VISIT_TIMES,
  type VisitTime,
} from '../../model/mod.ts';
import { withCpuUse } from '../cpu-use.ts';
import type { Testbed, TransferHow } from '../testbed.ts';
import type { Stop } from './bench.ts';

export interface NetpipeStopOptions {
  readonly mode?: NetpipeMode;
  /** From the realserver to the client. */
  readonly reverse?: boolean;
  /** How long a visit is to last. */
  readonly seconds?: number;
  /** Of the observations; by default `netpipe`. */
  readonly measure?: string;
  /** Another one than the testbed's own, which is that from the client through the system. */
  readonly pair?: NetpipePair;
  /** Whether the CPU time of all machines is read, too, which takes as long as a visit. */
  readonly cpu?: boolean;
  /** Of the blocks of a visit, that which is its `timeNs`; by default `undisturbed`. All are recorded. */
  readonly time?: VisitTime;
}

/** TCP's shortest retransmission timeout: what stood still for so long has lost something. */
export const STALL_MS = 200;

/** Short: machines are disturbed for tenths of a second, and neighbours in time suffer alike. */
const VISIT_SECONDS = 0.02;

/** Opens the testbed's netpipe connection if it has to. A stop for each size. */
export async function netpipeStops(
  cell: string,
  testbed: Testbed,
  sizesBytes: readonly number[],
  options: NetpipeStopOptions = {},
): Promise<readonly Stop[]> {
  const { mode = 'twoway', reverse = false, seconds = VISIT_SECONDS, measure = 'netpipe' } = options;
  const { time = mode === 'twoway' ? 'undisturbed' : 'mean' } = options;
  if (options.pair === undefined) await testbed.connectNetpipe();
  const pair = options.pair ?? testbed.netpipe;
  // Both ends' code is compiled and both ends' buffers are grown before anything counts.
  for (const sizeBytes of [Math.min(...sizesBytes), Math.max(...sizesBytes)]) {
    await pair.visit({ sizeBytes, mode, reverse, targetSeconds: 2 * seconds });
  }
  return sizesBytes.map((sizeBytes) => ({
    cell,
    measure,
    sizeBytes,
    visit: async () => {
      const work = () => pair.visit({ sizeBytes, mode, reverse, targetSeconds: seconds });
      const { result, cpu } = options.cpu ? await withCpuUse(testbed, work) : { result: await work(), cpu: undefined };
      const { oneWayNs, exchanges, elapsedNs, histogram } = result;
      const values = { ...timesOf(oneWayNs, histogram, time), exchanges, elapsedNs };
      return { values: cpu === undefined ? values : { ...values, ...cpuValues(cpu) }, histogram };
    },
  }));
}

export interface TransferStopOptions {
  /** How long a visit is to last. */
  readonly seconds?: number;
  /** Of the observations; by default the transfer. */
  readonly measure?: string;
  /** Otherwise than from the client through the system, one after the other. */
  readonly how?: TransferHow;
}

/** Transfers from the client through the system; a stop for each size. */
export function transferStops(
  cell: string,
  testbed: Testbed,
  transfer: TransferName,
  sizesBytes: readonly number[],
  { seconds = VISIT_SECONDS, measure = transfer, how = {} }: TransferStopOptions = {},
): readonly Stop[] {
  return sizesBytes.map((sizeBytes) => ({
    cell,
    measure,
    sizeBytes,
    visit: async () => {
      const result = await testbed.transfer(transfer, sizeBytes, seconds, how);
      const { timeNs, transfers, payloadBytes, wireBytes, counts, failures, stalls, elapsedNs, histogram } = result;
      const failed = Object.values(failures).reduce((sum, count) => sum + count, 0);
      return {
        // Without one that came to its end there is no time.
        values: {
          ...(transfers > 0 ? timesOf(timeNs, histogram) : {}),
          ...counts,
          transfers,
          failed,
          stalls: countStalls(stalls),
          payloadBytes,
          wireBytes,
          elapsedNs,
        },
        words: Object.keys(failures),
        histogram,
      };
    },
  }));
}

/** A transfer that took too long makes a gap, too, unless others went on; one that failed makes only that. */
function countStalls(stalls: ResultOf<'transfer.run'>['stalls']): number {
  const long = stalls.filter(({ lastedMs }) => lastedMs >= STALL_MS);
  const slow = long.filter(({ kind }) => kind === 'slow transfer').length;
  return Math.max(slow, long.length - slow);
}

function timesOf(times: TimeSummary, histogram: string, time: VisitTime = 'undisturbed') {
  const { min, p5, p50, p99, max, mean } = times;
  const p999Ns = TimeHistogram.decode(histogram).percentile(99.9);
  return {
    timeNs: times[VISIT_TIMES[time]],
    ...{ minNs: min, p5Ns: p5, p50Ns: p50, p99Ns: p99, p999Ns, maxNs: max, meanNs: mean },
  };
}

/** `cpuNs director` and so on: of the processes of each machine; `softirqNs` of all CPUs. */
function cpuValues({ processNs, softirqNs }: CpuUse): Record<string, number> {
  const perMachine = Object.entries(processNs).map(([machine, ns]) => [`cpuNs ${machine}`, ns]);
  return { ...Object.fromEntries(perMachine), softirqNs };
}
