// The shape of scale.json and of a line of windows.ndjson, checked on reading, as run-schema.ts does for comparisons.

import * as z from 'zod';
import { type ScaleRun, SYSTEM_NAMES, WINDOW_TRANSFER_NAMES, type WindowSample } from '../model/mod.ts';
import { environment, orMissing } from './run-schema.ts';

const count = z.int().nonnegative();
const amount = z.number().nonnegative();

const scaleHost = z.object({
  machine: z.string(),
  host: z.string(),
  found: orMissing(
    z.object({
      kernel: z.string(),
      cpuModel: z.string(),
      cpuCount: z.int().positive(),
      memoryBytes: amount,
      congestionControl: z.string(),
      nics: z.array(
        z.object({
          device: z.string(),
          mtu: orMissing(z.int().positive()),
          rateMbps: orMissing(z.number().positive()),
        }),
      ),
    }),
  ),
});

/** Of hosts, those settings are missing that are each host's own. */
const { congestionControl, offloads, mtu, pinning } = environment.shape;
const scaleEnvironment = environment.extend({
  congestionControl: z.exactOptional(congestionControl),
  offloads: z.exactOptional(offloads),
  mtu: z.exactOptional(mtu),
  pinning: z.exactOptional(pinning),
});

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
  environment: scaleEnvironment,
  hosts: z.exactOptional(z.array(scaleHost)),
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
  links: z.array(
    z.object({
      link: z.string(),
      inBytes: z.number(),
      outBytes: z.number(),
      seconds: z.exactOptional(z.number().positive()),
    }),
  ),
  connections: z.record(z.string(), z.number()),
  newConnections: orMissing(z.number()),
  drops: orMissing(z.number()),
  machineCpuShare: orMissing(z.number()),
  softirqCpuShare: orMissing(z.number()),
  serverCpuShare: orMissing(z.number()),
  clockOffsetNs: amount,
  clockBoundNs: amount,
  clocks: z.exactOptional(z.array(z.object({ machine: z.string(), offsetNs: z.number(), boundNs: amount }))),
  hosts: z.exactOptional(
    z.array(
      z.object({
        machine: z.string(),
        cpuCount: z.int().positive(),
        cpuShare: z.number(),
        softirqCpuShare: z.number(),
        forwardedShare: z.number(),
      }),
    ),
  ),
  unread: z.exactOptional(z.array(z.object({ machine: z.string(), why: z.string() }))),
});
