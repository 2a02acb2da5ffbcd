// The shape of reproduce.json, experiment.json and of a line of observations.ndjson, checked on reading. The types are
// the model's.

import * as z from 'zod';
import { DEPTHS, type ExperimentRun, type Observation, type Reproduction } from '../model/mod.ts';
import { environment, orMissing } from './run-schema.ts';

/** The number that `format` has in files that this version reads. */
export const EXPERIMENT_FORMAT = 1;

const count = z.int().nonnegative();
const machineOnly = environment.omit({ congestionControl: true, mtu: true, rate: true, offloads: true, pinning: true });

export const reproductionSchema: z.ZodType<Reproduction> = z.object({
  format: z.literal(EXPERIMENT_FORMAT),
  kind: z.literal('reproduce'),
  startedAt: z.iso.datetime(),
  command: z.array(z.string()),
  depth: z.enum(DEPTHS),
  environment: machineOnly,
});

export const experimentSchema: z.ZodType<ExperimentRun> = z.object({
  format: z.literal(EXPERIMENT_FORMAT),
  kind: z.literal('experiment'),
  experiment: z.string(),
  depth: z.enum(DEPTHS),
  startedAt: z.iso.datetime(),
  finishedAt: orMissing(z.iso.datetime()),
  needs: orMissing(z.string()),
  failure: orMissing(z.string()),
  environment: machineOnly,
});

export const observationSchema: z.ZodType<Observation> = z.object({
  cell: z.string(),
  measure: z.string(),
  sizeBytes: count,
  round: count,
  values: z.record(z.string(), z.number()),
  words: z.exactOptional(z.array(z.string())),
  histogram: z.exactOptional(z.string()),
});
