// How a system scales: many clients at the same time on a common clock, on ever more realservers. For each number of
// realservers all systems stand side by side in labs, and windows go round. Writes result files only.

import { type LinkOptions, linkOptionsOf, resolveLinkSettings, scaleClients, scaleRealservers } from '../lab/mod.ts';
import type { Cluster, ScaleRun, SystemName } from '../model/mod.ts';
import { readEnvironment } from './environment.ts';
import type { RunFolder } from './run-folder.ts';
import { ScaleBed } from './scale-bed.ts';
import { countWindows, goRounds, recordScale, type ScaleRounds } from './scale-rounds.ts';
import { requirePrograms, servicesFor } from './service-ports.ts';
import { planSystem } from './systems.ts';

export interface ScaleOptions extends LinkOptions, ScaleRounds, Pick<ScaleRun, 'systems' | 'realservers'> {}

/** Throws COMPARE_IMPOSSIBLE, COMPARE_INTERRUPTED, RESULTS_UNWRITABLE, COMMAND_NOT_FOUND, and what labs throw. */
export async function scale(cluster: Cluster, options: ScaleOptions): Promise<ScaleRun> {
  requirePrograms(servicesFor([options.transfer]));
  return await recordScale(options, describeRun(options), async (folder) => {
    for (const index of options.realservers.keys()) await measureOn(cluster, index, folder, options);
  });
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

/** All windows with the number of realservers at `index`. */
async function measureOn(cluster: Cluster, index: number, folder: RunFolder, options: ScaleOptions): Promise<void> {
  const realservers = options.realservers[index] ?? 1;
  const windows = countWindows(options) * options.systems.length;
  const beds: { readonly system: SystemName; readonly bed: ScaleBed }[] = [];
  try {
    for (const system of options.systems) {
      beds.push({ system, bed: await build(cluster, system, realservers, options) });
    }
    const counts = { done: index * windows, total: options.realservers.length * windows };
    await goRounds({ beds, realservers }, counts, folder, options);
  } finally {
    await Promise.all(beds.map(({ bed }) => bed.stop()));
  }
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
