// Lab plan → network namespaces. Either the whole lab stands at the end or nothing of it is left. It runs as few
// programs as possible: one for all namespaces, one for the switch, two for each machine.

import { availableParallelism } from 'node:os';
import { CommandError, requireRoot, runCommandAsync } from '../system/mod.ts';
import { machineBatch, type NamespaceBatch, OFFLOADS, switchBatch } from './batches.ts';
import { buildFailedError, interruptedError, namespaceInUseError, rollbackFailedError } from './errors.ts';
import { existingNamespaces, namespacePath } from './namespaces.ts';
import { type LabPlan, namespacesOf } from './plan.ts';
import { removeLab } from './remove.ts';
import { createState, deleteState, LAB_STATE_DIRECTORY, type Lab, updateState } from './state.ts';

export interface ApplyOptions {
  /** Once aborted, building stops at the next step and what stands is removed. */
  readonly signal?: AbortSignal;
  /** Where labs are recorded; tests choose their own. */
  readonly stateDirectory?: string;
  /** Whether the lab is whole with its links; otherwise {@link completeLab} is to be called. */
  readonly isWhole?: boolean;
}

/**
 * Throws NOT_ROOT, COMMAND_NOT_FOUND, LAB_NAME_IN_USE, LAB_NAMESPACE_IN_USE, LAB_BUILD_FAILED, LAB_INTERRUPTED,
 * LAB_ROLLBACK_FAILED.
 */
export async function applyLab(plan: LabPlan, options: ApplyOptions = {}): Promise<Lab> {
  requireRoot('building a lab');
  const directory = options.stateDirectory ?? LAB_STATE_DIRECTORY;
  const createdAt = new Date().toISOString();
  const lab: Lab = { format: 1, status: 'building', createdAt, builderPid: process.pid, plan };
  createState(lab, directory);
  // Only now, with the name taken, do its namespaces belong to this lab, if nobody else has made them.
  const foreign = existingNamespaces(namespacesOf(plan));
  if (foreign.length > 0) {
    deleteState(plan.name, directory);
    throw namespaceInUseError(plan.name, foreign);
  }
  try {
    await build(plan, options.signal);
  } catch (error) {
    await rollBack(plan.name, directory, error);
    throw options.signal?.aborted ? interruptedError(plan.name) : error;
  }
  return options.isWhole === false ? lab : completeLab(lab, directory);
}

/** Records that the lab is up. */
export function completeLab(lab: Lab, directory = LAB_STATE_DIRECTORY): Lab {
  const complete: Lab = { ...lab, status: 'up' };
  updateState(complete, directory);
  return complete;
}

async function build(plan: LabPlan, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  const additions = namespacesOf(plan).map((namespace) => `netns add ${namespace}`);
  await runBatch(plan.name, ['ip', '-batch', '-'], additions);
  signal?.throwIfAborted();
  await applyBatch(plan.name, switchBatch(plan));
  await forEachConcurrently(plan.machines, async (machine) => {
    signal?.throwIfAborted();
    await applyBatch(plan.name, machineBatch(plan, machine));
  });
}

/**
 * Sysctls come first: they must hold when the first link comes up. Keys that a kernel does not have are passed over:
 * what they would switch off (IPv6, packet filters on bridges) is not there either.
 */
async function applyBatch(lab: string, batch: NamespaceBatch): Promise<void> {
  const { namespace } = batch;
  const inside = ['nsenter', `--net=${namespacePath(namespace)}`];
  await runBatch(lab, [...inside, 'sysctl', '-e', '-q', '-p', '-'], batch.sysctls);
  await runBatch(lab, ['ip', '-n', namespace, '-batch', '-'], batch.ip);
  await runBatch(lab, ['tc', '-n', namespace, '-batch', '-'], batch.tc);
  const features = OFFLOADS.flatMap((feature) => [feature, 'off']);
  for (const device of batch.offloadsOff) {
    await runBatch(lab, [...inside, 'ethtool', '-K', device, ...features], undefined);
  }
}

/** Runs a program on lines of input; on none, it has nothing to do. */
async function runBatch(lab: string, argv: readonly string[], lines: readonly string[] | undefined): Promise<void> {
  if (lines?.length === 0) return;
  try {
    await runCommandAsync(argv, lines === undefined ? {} : { input: lines.map((line) => `${line}\n`).join('') });
  } catch (error) {
    if (!(error instanceof CommandError) || error.code !== 'COMMAND_FAILED') throw error;
    throw buildFailedError(lab, describeFailure(error, lines ?? []), error);
  }
}

/** iproute2 says `Command failed -:7`: the seventh line is what the reader needs to see. */
function describeFailure(error: CommandError, lines: readonly string[]): string {
  const lineNumber = /Command failed -:(\d+)/.exec(error.stderr)?.[1];
  const line = lineNumber === undefined ? undefined : lines[Number(lineNumber) - 1];
  return line === undefined ? error.message : `${error.message} (line: ${line})`;
}

async function rollBack(name: string, directory: string, buildError: unknown): Promise<void> {
  try {
    await removeLab(name, directory);
  } catch (removalError) {
    throw rollbackFailedError(name, buildError, removalError);
  }
}

/** Twice as many at a time as there are CPUs: half of each program's time is waiting for the kernel's lock. */
async function forEachConcurrently<T>(items: readonly T[], action: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async () => {
    for (const item of queue) await action(item);
  };
  const results = await Promise.allSettled(Array.from({ length: 2 * availableParallelism() }, worker));
  const failure = results.find((result) => result.status === 'rejected');
  if (failure !== undefined) throw failure.reason;
}
