// The shape of run.json and of a line of samples.ndjson, checked on reading. The types are the model's; the
// annotations below make the compiler hold the schemas to them.

import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import * as z from 'zod';
import {
  type BlockSample,
  type Cluster,
  type Ipv4,
  parseIpv4,
  type Run,
  SCHEDULER_NAMES,
  SYSTEM_NAMES,
  type TimeSummary,
  TRANSFER_NAMES,
  type TransferSample,
  type VirtualService,
} from '../model/mod.ts';

const count = z.int().nonnegative();
const nanoseconds = z.number().nonnegative();
const positiveNs = z.number().positive();
const port = z.int().min(0).max(65535);
const ipv4 = z.custom<Ipv4>((value) => typeof value === 'string' && parseIpv4(value) !== undefined, {
  message: 'Invalid input: expected an IPv4 address',
});
const network = z.object({ base: ipv4, prefixLength: z.int().min(0).max(32) });
const method = z.enum(['nat', 'dr', 'tun']);
const system = z.enum(SYSTEM_NAMES);
const mode = z.enum(['twoway', 'stream', 'bidirectional']);
const label = orMissing(z.string());

const vipHolding = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('arping'), device: z.string(), label, prefixLength: z.int().min(0).max(32) }),
  z.object({ kind: z.literal('silent'), device: z.string(), label }),
  z.object({ kind: z.literal('transparent-proxy') }),
]);

const machine = z.object({
  name: z.string(),
  hostname: z.string(),
  role: z.enum(['client', 'director', 'realserver']),
  nics: z.array(
    z.object({
      device: z.string(),
      address: ipv4,
      prefixLength: z.int().min(0).max(32),
      network: z.string(),
      hostName: z.string(),
    }),
  ),
  routes: z.array(
    z.object({
      destination: z.union([z.literal('default'), network]),
      via: ipv4,
      device: z.string(),
      source: z.exactOptional(ipv4),
    }),
  ),
  vip: orMissing(vipHolding),
  forwardsPackets: z.boolean(),
  acceptsLocalSource: z.boolean(),
});

const service: z.ZodType<VirtualService> = z.object({
  protocol: z.enum(['tcp', 'udp']),
  address: ipv4,
  port,
  scheduler: z.enum(SCHEDULER_NAMES),
  servers: z.array(z.object({ address: ipv4, port, method, weight: count })),
});

const cluster: z.ZodType<Cluster> = z.object({
  source: z.object({ confFile: z.string(), hostsFile: z.string() }),
  method,
  forwardingEnabled: z.boolean(),
  vip: z.object({ name: z.string(), address: ipv4 }),
  networks: z.array(z.object({ name: z.string(), subnet: network })),
  machines: z.array(machine),
  services: z.array(service),
});

export const environment = z.object({
  kernel: z.string(),
  cpuModel: z.string(),
  cpuCount: z.int().positive(),
  memoryBytes: count,
  node: z.string(),
  lvskit: z.string(),
  commit: orMissing(z.string()),
  congestionControl: z.string(),
  offloads: z.boolean(),
  mtu: z.int().positive(),
  rate: orMissing(z.string()),
  pinning: z.enum(['one', 'two', 'none']),
});

/** The number that `Run.format` has in files that this version reads. */
export const RUN_FORMAT = 1;

export const runSchema: z.ZodType<Run> = z.object({
  format: z.literal(RUN_FORMAT),
  kind: z.literal('compare'),
  startedAt: z.iso.datetime(),
  finishedAt: orMissing(z.iso.datetime()),
  command: z.array(z.string()),
  cluster,
  systems: z.array(system).min(1),
  mode,
  sizesBytes: z.array(count).min(1),
  rounds: z.int().positive(),
  transfers: orMissing(
    z.object({ names: z.array(z.enum(TRANSFER_NAMES)).min(1), sizesBytes: z.array(z.int().positive()).min(1) }),
  ),
  environment,
  proofs: z.array(
    z.object({
      system,
      hostnames: z.array(z.string()),
      hostnamesAsExpected: z.boolean(),
      counters: z.array(z.object({ name: z.string(), packets: z.number(), expected: z.enum(['some', 'none']) })),
      proven: z.boolean(),
    }),
  ),
});

const cpuUse = z.object({
  // Differences of counters that forget processes that have ended: they can be below zero.
  processNs: z.record(z.string(), z.number()),
  softirqNs: z.number(),
  elapsedNs: z.number(),
});

/** Files of before the 5th percentile was kept lack it. */
function timesOf(ns: z.ZodNumber) {
  return z.object({ min: nanoseconds, p5: ns.optional(), p50: ns, p99: ns, max: ns, mean: ns });
}

/** From the histogram where it lacks. */
function complete(
  times: z.infer<ReturnType<typeof timesOf>>,
  histogram: string,
  context: z.core.$RefinementCtx,
): TimeSummary {
  try {
    return { ...times, p5: times.p5 ?? decodeFromCompressedBase64(histogram).getValueAtPercentile(5) };
  } catch {
    context.addIssue({ code: 'custom', path: ['histogram'], message: 'it does not decode' });
    return z.NEVER;
  }
}

const sample = z.object({
  system,
  mode,
  round: count,
  sizeBytes: count,
  exchanges: z.int().positive(),
  oneWayNs: timesOf(positiveNs),
  histogram: z.string(),
  cpu: cpuUse,
});

export const sampleSchema: z.ZodType<BlockSample> = sample.transform((one, context) => ({
  ...one,
  oneWayNs: complete(one.oneWayNs, one.histogram, context),
}));

const transfer = z.object({
  transfer: z.enum(TRANSFER_NAMES),
  system,
  round: count,
  sizeBytes: z.int().positive(),
  transfers: count,
  timeNs: timesOf(nanoseconds),
  histogram: z.string(),
  failures: z.record(z.string(), z.int().positive()),
  counts: z.record(z.string(), z.number()),
  payloadBytes: count,
  wireBytes: count,
  cpu: cpuUse,
});

export const transferSchema: z.ZodType<TransferSample> = transfer.transform((one, context) => ({
  ...one,
  timeNs: complete(one.timeNs, one.histogram, context),
}));

/** JSON has no undefined: what the model has as `T | undefined` is a missing key in a file. */
export function orMissing<T extends z.ZodType>(schema: T) {
  return schema.optional().transform((value) => value);
}
