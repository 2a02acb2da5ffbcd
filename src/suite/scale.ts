// How a system scales: many clients at the same time on a common clock, on ever more realservers. For each number of
// realservers all systems stand side by side, and windows go round: system after system for each number of clients, round
// after round. Writes result files only.

import { type LinkOptions, linkOptionsOf, resolveLinkSettings, scaleClients, scaleRealservers } from '../lab/mod.ts';
import type { Cluster, ScaleRun, SystemName, WindowSample } from '../model/mod.ts';
import { readEnvironment } from './environment.ts';
import { interrupted } from './errors.ts';
import { inTurn } from './in-turn.ts';
import { RunFolder } from './run-folder.ts';
import { ScaleBed } from './scale-bed.ts';
import { requirePrograms, servicesFor } from './service-ports.ts';
import { planSystem } from './systems.ts';

export interface ScaleOptions
  extends LinkOptions,
    Pick<
      ScaleRun,
      'systems' | 'realservers' | 'clients' | 'transfer' | 'sizesBytes' | 'windowSeconds' | 'rounds' | 'command'
    > {
  /** Windows that are not shared as well, for the sum that clients without a common clock report. */
  readonly unsynchronised: boolean;
  readonly folder: string;
  readonly version: string;
  readonly signal: AbortSignal;
  onProgress(progress: ScaleProgress): void;
}

export type ScaleProgress =
  | { readonly stage: 'building'; readonly system: SystemName; readonly realservers: number }
  | { readonly stage: 'measuring'; readonly done: number; readonly total: number; readonly sample: WindowSample };

const WARM_UP_SECONDS = 0.1;

/** Throws COMPARE_IMPOSSIBLE, COMPARE_INTERRUPTED, RESULTS_UNWRITABLE, COMMAND_NOT_FOUND, and what labs throw. */
export async function scale(cluster: Cluster, options: ScaleOptions): Promise<ScaleRun> {
  requirePrograms(servicesFor([options.transfer]));
  const folder = new RunFolder(options.folder, 'windows.ndjson');
  try {
    const run = describeRun(options);
    folder.writeFile('scale.json', run);
    let done = 0;
    for (const realservers of options.realservers) {
      done = await measureOn(cluster, realservers, done, folder, options);
    }
    const finished: ScaleRun = { ...run, finishedAt: new Date().toISOString() };
    folder.writeFile('scale.json', finished);
    return finished;
  } catch (error) {
    if (options.signal.aborted) throw interrupted(options.folder);
    throw error;
  } finally {
    folder.close();
  }
}

function describeRun(options: ScaleOptions): ScaleRun {
  const { systems, realservers, clients, transfer, sizesBytes, windowSeconds, rounds, command } = options;
  const { mtu, rate, offload, congestionControl } = resolveLinkSettings(options);
  return {
    format: 2,
    kind: 'scale',
    startedAt: new Date().toISOString(),
    finishedAt: undefined,
    command,
    systems,
    realservers,
    clients,
    transfer,
    sizesBytes,
    windowSeconds,
    rounds,
    rateBitsPerSecond: rate?.bitsPerSecond,
    environment: readEnvironment({
      lvskit: options.version,
      congestionControl,
      offloads: offload,
      mtu,
      rate: options.rate,
      pinning: 'none',
    }),
  };
}

/** What is measured once a round on each system. */
interface Stop {
  readonly sizeBytes: number;
  readonly clients: number;
  readonly synchronised: boolean;
}

/** One client alone has nobody to be out of step with. */
function stopsOf({ sizesBytes, clients, unsynchronised }: ScaleOptions): readonly Stop[] {
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

/** All windows with so many realservers. Returns how many have been done by now. */
async function measureOn(
  cluster: Cluster,
  realservers: number,
  doneBefore: number,
  folder: RunFolder,
  options: ScaleOptions,
): Promise<number> {
  const { systems, rounds, signal } = options;
  const stops = stopsOf(options);
  const total = options.realservers.length * stops.length * rounds * systems.length;
  const beds: ScaleBed[] = [];
  let done = doneBefore;
  try {
    for (const system of systems) beds.push(await build(cluster, system, realservers, options));
    await warmUp(beds, options);
    for (let round = 0; round < rounds; round++) {
      for (const stop of stops) {
        for (const bed of inTurn(beds, round)) {
          signal.throwIfAborted();
          const window = await bed.window({ ...windowOptions(options), ...stop });
          const sample: WindowSample = { system: bed.plan.system, realservers, round, ...window };
          folder.append('windows.ndjson', sample);
          options.onProgress({ stage: 'measuring', done: ++done, total, sample });
        }
      }
    }
    return done;
  } finally {
    await Promise.all(beds.map((bed) => bed.stop()));
  }
}

/** A window of all clients that does not count: files come into memory, processes start, neighbours are learnt. */
async function warmUp(beds: readonly ScaleBed[], options: ScaleOptions): Promise<void> {
  const stop = {
    sizeBytes: Math.max(...options.sizesBytes),
    clients: Math.max(...options.clients),
    synchronised: true,
  };
  for (const bed of beds) await bed.window({ ...windowOptions(options), ...stop, seconds: WARM_UP_SECONDS });
}

function windowOptions({ transfer, windowSeconds: seconds, signal }: ScaleOptions) {
  return { transfer, seconds, signal };
}

function build(cluster: Cluster, system: SystemName, realservers: number, options: ScaleOptions): Promise<ScaleBed> {
  const { clients, transfer, signal } = options;
  signal.throwIfAborted();
  options.onProgress({ stage: 'building', system, realservers });
  const services = servicesFor([transfer]);
  const scaled = scaleClients(scaleRealservers(cluster, realservers), Math.max(...clients));
  return ScaleBed.start(planSystem(scaled, system, { measured: services, servers: 'all' }), {
    name: `scl${process.pid}-${system}`,
    services,
    signal,
    ...linkOptionsOf(options),
  });
}
