// Windows that go round: system after system for each size and number of clients, round after round. Of beds that stand,
// wherever that is.

import type { ScaleRun, SystemName, WindowSample } from '../model/mod.ts';
import type { MeasuredWindow, WindowBed } from './client-windows.ts';
import { clockUncertain, interrupted, nothingTransferred } from './errors.ts';
import { inTurn } from './in-turn.ts';
import { RunFolder } from './run-folder.ts';

export interface ScaleRounds
  extends Pick<ScaleRun, 'clients' | 'transfer' | 'sizesBytes' | 'windowSeconds' | 'rounds' | 'command'> {
  /** Windows that are not shared as well, for the sum that clients without a common clock report. */
  readonly unsynchronised: boolean;
  readonly folder: string;
  readonly version: string;
  readonly signal: AbortSignal;
  onProgress(progress: ScaleProgress): void;
}

export type ScaleProgress =
  | { readonly stage: 'building'; readonly system: SystemName; readonly realservers: number }
  | { readonly stage: 'connecting'; readonly hosts: number }
  | { readonly stage: 'unread'; readonly machine: string; readonly why: string }
  | { readonly stage: 'measuring'; readonly done: number; readonly total: number; readonly sample: WindowSample };

/** Systems that stand side by side. */
export interface StandingBeds {
  readonly beds: readonly { readonly system: SystemName; readonly bed: WindowBed }[];
  readonly realservers: number;
}

const WARM_UP_SECONDS = 0.1;
/** Of a window, that its start and end may be wrong by at any host. */
const CLOCK_SHARE = 0.01;

/** What is measured once a round on each system. */
interface Stop {
  readonly sizeBytes: number;
  readonly clients: number;
  readonly synchronised: boolean;
}

/** One client alone has nobody to be out of step with. */
function stopsOf({ sizesBytes, clients, unsynchronised }: ScaleRounds): readonly Stop[] {
  return sizesBytes.flatMap((sizeBytes) =>
    clients.flatMap((count) =>
      (unsynchronised && count > 1 ? [true, false] : [true]).map((synchronised) => ({
        sizeBytes,
        clients: count,
        synchronised,
      })),
    ),
  );
}

/** How many windows one system has on one number of realservers. */
export function countWindows(plan: ScaleRounds): number {
  return stopsOf(plan).length * plan.rounds;
}

/** All rounds on systems that stand. Throws CLOCK_UNCERTAIN, SCALE_NOTHING_TRANSFERRED. */
export async function goRounds(
  { beds, realservers }: StandingBeds,
  { done, total }: { readonly done: number; readonly total: number },
  folder: RunFolder,
  plan: ScaleRounds,
): Promise<void> {
  await warmUp(beds, plan);
  const { transfer, windowSeconds: seconds, signal } = plan;
  let measured = done;
  for (let round = 0; round < plan.rounds; round++) {
    for (const stop of stopsOf(plan)) {
      for (const { system, bed } of inTurn(beds, round)) {
        signal.throwIfAborted();
        const window = await bed.window({ transfer, seconds, signal, ...stop });
        requireExactClocks(window, seconds);
        const sample: WindowSample = { system, realservers, round, ...window };
        folder.append('windows.ndjson', sample);
        plan.onProgress({ stage: 'measuring', done: ++measured, total, sample });
      }
    }
  }
}

/**
 * A window of all clients that does not count: files come into memory, processes start, neighbours are learnt. What would
 * spoil every other window shows here.
 */
async function warmUp(beds: StandingBeds['beds'], plan: ScaleRounds): Promise<void> {
  const { transfer, signal } = plan;
  const [sizeBytes, clients] = [Math.max(...plan.sizesBytes), Math.max(...plan.clients)];
  const options = { transfer, signal, sizeBytes, clients, seconds: WARM_UP_SECONDS, synchronised: true };
  for (const { bed } of beds) {
    const window = await bed.window(options);
    requireExactClocks(window, plan.windowSeconds);
    const causes = window.shares.flatMap(({ failures }) => Object.keys(failures));
    const moved = window.shares.some(({ payloadBytes, own }) => payloadBytes > 0 || own.payloadBytes > 0);
    if (causes[0] !== undefined && !moved) throw nothingTransferred(transfer, causes[0]);
  }
}

function requireExactClocks({ clocks = [] }: MeasuredWindow, windowSeconds: number): void {
  const [worst] = clocks.toSorted((a, b) => b.boundNs - a.boundNs);
  const mostNs = CLOCK_SHARE * windowSeconds * 1e9;
  if (worst !== undefined && worst.boundNs > mostNs) throw clockUncertain(worst, mostNs, CLOCK_SHARE);
}

/**
 * Makes the folder of a run, lets `measure` fill it and closes the run. Throws RESULTS_UNWRITABLE, and COMPARE_INTERRUPTED
 * in place of what `measure` throws once the signal has come.
 */
export async function recordScale(
  { folder: path, signal }: Pick<ScaleRounds, 'folder' | 'signal'>,
  run: ScaleRun,
  measure: (folder: RunFolder) => Promise<void>,
): Promise<ScaleRun> {
  const folder = new RunFolder(path, 'windows.ndjson');
  try {
    folder.writeFile('scale.json', run);
    await measure(folder);
    const finished: ScaleRun = { ...run, finishedAt: new Date().toISOString() };
    folder.writeFile('scale.json', finished);
    return finished;
  } catch (error) {
    const isThere = folder.abandon();
    if (signal.aborted) throw interrupted(path, isThere);
    throw error;
  } finally {
    folder.close();
  }
}
