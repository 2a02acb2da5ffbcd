// A comparison: every system stands in a lab of its own, all at the same time; the path of each is proved; then visits
// go round, system after system for each block size of netpipe and each file of a service, round after round. Writes
// result files only.

import { type LinkOptions, linkOptionsOf } from '../lab/mod.ts';
import type {
  BlockSample,
  Cluster,
  Environment,
  MeasuredTransfers,
  NetpipeMode,
  PathProof,
  Run,
  SystemName,
  TransferName,
  TransferSample,
} from '../model/mod.ts';
import { withCpuUse } from './cpu-use.ts';
import { readEnvironment } from './environment.ts';
import { interrupted, pathNotProven } from './errors.ts';
import { inTurn } from './in-turn.ts';
import { provePath } from './proof.ts';
import { RunFolder } from './run-folder.ts';
import { type LabService, requirePrograms, servicesFor } from './service-ports.ts';
import { planSystem, type SystemPlan } from './systems.ts';
import { Testbed } from './testbed.ts';

export interface CompareOptions extends LinkOptions {
  readonly systems: readonly SystemName[];
  readonly mode: NetpipeMode;
  readonly sizesBytes: readonly number[];
  readonly rounds: number;
  /** Of services, beside netpipe. */
  readonly transfers?: MeasuredTransfers | undefined;
  /** How long one visit is to last. */
  readonly visitSeconds: number;
  readonly pinning: Environment['pinning'];
  readonly folder: string;
  readonly command: readonly string[];
  readonly version: string;
  readonly signal: AbortSignal;
  onProgress(progress: CompareProgress): void;
}

export type CompareProgress =
  | { readonly stage: 'building'; readonly system: SystemName; readonly ready: number; readonly total: number }
  | { readonly stage: 'proving'; readonly system: SystemName }
  | { readonly stage: 'proven'; readonly proof: PathProof }
  | {
      readonly stage: 'measuring';
      readonly done: number;
      readonly total: number;
      readonly sample: BlockSample | TransferSample;
    };

/** The client's and the realservers' CPU. The controller sleeps meanwhile, so it needs none. */
function cpusOf(pinning: Environment['pinning']): { client: number; realserver: number } {
  return pinning === 'one' ? { client: 0, realserver: 0 } : { client: 0, realserver: 1 };
}

/** Unlike that of any other lab, and short: namespaces are named after it. */
function labNameOf(system: SystemName): string {
  return `cmp${process.pid}-${system}`;
}

/** Throws COMPARE_IMPOSSIBLE, COMPARE_PATH_NOT_PROVEN, COMPARE_INTERRUPTED, RESULTS_UNWRITABLE, and what labs throw. */
export async function compare(cluster: Cluster, options: CompareOptions): Promise<Run> {
  const services = servicesFor(options.transfers?.names ?? []);
  requirePrograms(services);
  const plans = options.systems.map((system) => planSystem(cluster, system, { measured: services }));
  const folder = new RunFolder(options.folder, 'samples.ndjson');
  let testbeds: readonly Testbed[] = [];
  try {
    testbeds = await startAll(plans, services, options);
    return await measure(cluster, testbeds, folder, options);
  } catch (error) {
    const isThere = folder.abandon();
    if (options.signal.aborted) throw interrupted(options.folder, isThere);
    throw error;
  } finally {
    folder.close();
    await Promise.all(testbeds.map((testbed) => testbed.stop()));
  }
}

/** All at once, because most of building a lab is waiting. One that fails takes the others down again. */
async function startAll(
  plans: readonly SystemPlan[],
  services: readonly LabService[],
  options: CompareOptions,
): Promise<readonly Testbed[]> {
  let ready = 0;
  const results = await Promise.allSettled(
    plans.map(async (plan) => {
      const testbed = await Testbed.start(plan, {
        ...linkOptionsOf(options),
        labName: labNameOf(plan.system),
        cpus: cpusOf(options.pinning),
        services,
        signal: options.signal,
      });
      options.onProgress({ stage: 'building', system: plan.system, ready: ++ready, total: plans.length });
      return testbed;
    }),
  );
  const testbeds = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure === undefined) return testbeds;
  await Promise.all(testbeds.map((testbed) => testbed.stop()));
  throw failure.reason;
}

async function measure(
  cluster: Cluster,
  testbeds: readonly Testbed[],
  folder: RunFolder,
  options: CompareOptions,
): Promise<Run> {
  const startedAt = new Date().toISOString();
  const proofs = await proveAll(testbeds, options);
  const [first] = testbeds;
  const run: Run = {
    format: 1,
    kind: 'compare',
    startedAt,
    finishedAt: undefined,
    command: options.command,
    cluster,
    systems: options.systems,
    mode: options.mode,
    sizesBytes: options.sizesBytes,
    rounds: options.rounds,
    transfers: options.transfers,
    environment: readEnvironment({
      lvskit: options.version,
      congestionControl: first?.lab.plan.settings.congestionControl ?? 'unknown',
      offloads: first?.lab.plan.settings.offload ?? true,
      mtu: first?.lab.plan.settings.mtu ?? 1500,
      rate: options.rate,
      pinning: options.pinning,
    }),
    proofs,
  };
  folder.writeFile('run.json', run);
  for (const testbed of testbeds) await testbed.connectNetpipe();
  await visitAll(testbeds, folder, options);
  const finished: Run = { ...run, finishedAt: new Date().toISOString() };
  folder.writeFile('run.json', finished);
  return finished;
}

async function proveAll(testbeds: readonly Testbed[], options: CompareOptions): Promise<PathProof[]> {
  const proofs: PathProof[] = [];
  for (const testbed of testbeds) {
    options.signal.throwIfAborted();
    options.onProgress({ stage: 'proving', system: testbed.plan.system });
    const proof = await provePath(testbed);
    options.onProgress({ stage: 'proven', proof });
    if (!proof.proven) throw pathNotProven(proof.system, describeDoubt(proof));
    proofs.push(proof);
  }
  return proofs;
}

function describeDoubt(proof: PathProof): string {
  if (!proof.hostnamesAsExpected) return `the connections were answered by ${proof.hostnames.join(' ')}`;
  return proof.counters
    .map(({ name, packets, expected }) => `${name}: ${packets} packets, expected ${expected}`)
    .join('; ');
}

async function visitAll(testbeds: readonly Testbed[], folder: RunFolder, options: CompareOptions): Promise<void> {
  const { sizesBytes, rounds, transfers, signal } = options;
  const stops = [
    ...sizesBytes.map((sizeBytes) => ({ transfer: undefined, sizeBytes })),
    ...(transfers?.names ?? []).flatMap((transfer) =>
      (transfers?.sizesBytes ?? []).map((sizeBytes) => ({ transfer, sizeBytes })),
    ),
  ];
  const total = rounds * stops.length * testbeds.length;
  let done = 0;
  await warmUp(testbeds, options);
  for (let round = 0; round < rounds; round++) {
    for (const { transfer, sizeBytes } of stops) {
      for (const testbed of inTurn(testbeds, round)) {
        signal.throwIfAborted();
        const sample =
          transfer === undefined
            ? await visit(testbed, round, sizeBytes, options)
            : await visitService(testbed, round, transfer, sizeBytes, options);
        folder.append('transfer' in sample ? 'transfers.ndjson' : 'samples.ndjson', sample);
        options.onProgress({ stage: 'measuring', done: ++done, total, sample });
      }
    }
  }
}

/** Both ends' code is compiled and both ends' buffers are grown before anything counts. */
async function warmUp(testbeds: readonly Testbed[], { sizesBytes, mode, visitSeconds }: CompareOptions): Promise<void> {
  const extremes = [Math.min(...sizesBytes), Math.max(...sizesBytes)];
  for (const testbed of testbeds) {
    for (const sizeBytes of extremes) await testbed.netpipe.visit({ sizeBytes, mode, targetSeconds: visitSeconds * 2 });
  }
}

async function visit(
  testbed: Testbed,
  round: number,
  sizeBytes: number,
  options: CompareOptions,
): Promise<BlockSample> {
  const { mode, visitSeconds } = options;
  const { result, cpu } = await withCpuUse(testbed, () =>
    testbed.netpipe.visit({ sizeBytes, mode, targetSeconds: visitSeconds }),
  );
  return {
    system: testbed.plan.system,
    mode,
    round,
    sizeBytes,
    exchanges: result.exchanges,
    oneWayNs: result.oneWayNs,
    histogram: result.histogram,
    cpu,
  };
}

async function visitService(
  testbed: Testbed,
  round: number,
  transfer: TransferName,
  sizeBytes: number,
  { visitSeconds }: CompareOptions,
): Promise<TransferSample> {
  const { result, cpu } = await withCpuUse(testbed, () => testbed.transfer(transfer, sizeBytes, visitSeconds));
  const { elapsedNs: _, stalls: __, ...measured } = result;
  return { transfer, system: testbed.plan.system, round, sizeBytes, ...measured, cpu };
}
