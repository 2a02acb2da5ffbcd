// The shape of scale.json and of a line of windows.ndjson, checked on reading, as run-schema.ts does for comparisons.

import * as z from 'zod';
import { type ScaleRun, SYSTEM_NAMES, WINDOW_TRANSFER_NAMES, type WindowSample } from '../model/mod.ts';
import { environment, orMissing } from './run-schema.ts';

const count = z.int().nonnegative();
const amount = z.number().nonnegative();

/** The number that `ScaleRun.format` has in files that this version reads. */
export const SCALE_FORMAT = 2;

export const scaleSchema: z.ZodType<ScaleRun> = z.object({
  format: z.literal(SCALE_FORMAT),
  kind: z.literal('scale'),
  startedAt: z.iso.datetime(),
  finishedAt: orMissing(z.iso.datetime()),
  command: z.array(z.string()),
  systems: z.array(z.enum(SYSTEM_NAMES)).min(1),
  realservers: z.array(z.int().positive()).min(1),
  clients: z.array(z.int().positive()).min(1),
  transfer: z.enum(WINDOW_TRANSFER_NAMES),
  sizesBytes: z.array(z.int().positive()).min(1),
  windowSeconds: z.number().positive(),
  rounds: z.int().positive(),
  rateBitsPerSecond: orMissing(z.number().positive()),
  environment,
});

export const windowSchema: z.ZodType<WindowSample> = z.object({
  system: z.enum(SYSTEM_NAMES),
  realservers: z.int().positive(),
  clients: z.int().positive(),
  round: count,
  sizeBytes: z.int().positive(),
  synchronised: z.boolean(),
  seconds: z.number().positive(),
  shares: z.array(
    z.object({
      client: z.string(),
      payloadBytes: amount,
      transfers: count,
      timeNs: z.object({ min: amount, p50: amount, p99: amount, max: amount, mean: amount }),
      own: z.object({ payloadBytes: amount, seconds: amount }),
      failures: z.record(z.string(), z.int().positive()),
      covered: amount,
      cpuShare: amount,
    }),
  ),
  lost: z.array(z.object({ client: z.string(), why: z.string() })),
  links: z.array(z.object({ link: z.string(), inBytes: z.number(), outBytes: z.number() })),
  connections: z.record(z.string(), z.number()),
  newConnections: z.number(),
  drops: z.number(),
  machineCpuShare: z.number(),
  softirqCpuShare: z.number(),
  serverCpuShare: z.number(),
  clockOffsetNs: amount,
  clockBoundNs: amount,
});
