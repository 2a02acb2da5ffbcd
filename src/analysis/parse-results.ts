// The text of result files → the model's values. Reads no files: callers pass the text and the name for messages.

import * as z from 'zod';
import type {
  BlockSample,
  ExperimentRun,
  Observation,
  Reproduction,
  Run,
  ScaleRun,
  TransferSample,
  WindowSample,
} from '../model/mod.ts';
import { badRun, badSample, formatVersionUnknown } from './errors.ts';
import { EXPERIMENT_FORMAT, experimentSchema, observationSchema, reproductionSchema } from './experiment-schema.ts';
import { RUN_FORMAT, runSchema, sampleSchema, transferSchema } from './run-schema.ts';
import { SCALE_FORMAT, scaleSchema, windowSchema } from './scale-schema.ts';

/** Throws RESULTS_BAD_RUN and RESULTS_FORMAT_VERSION. */
export function parseRun(text: string, fileName = 'run.json'): Run {
  return parseDescription(text, fileName, RUN_FORMAT, runSchema);
}

/** The same for `scale.json`. */
export function parseScale(text: string, fileName = 'scale.json'): ScaleRun {
  return parseDescription(text, fileName, SCALE_FORMAT, scaleSchema);
}

/** The same for `reproduce.json`. */
export function parseReproduction(text: string, fileName = 'reproduce.json'): Reproduction {
  return parseDescription(text, fileName, EXPERIMENT_FORMAT, reproductionSchema);
}

/** The same for `experiment.json`. */
export function parseExperiment(text: string, fileName = 'experiment.json'): ExperimentRun {
  return parseDescription(text, fileName, EXPERIMENT_FORMAT, experimentSchema);
}

function parseDescription<T>(text: string, fileName: string, known: number, schema: z.ZodType<T>): T {
  const value = parseJson(text, (cause) => badRun(fileName, 'not JSON', cause));
  if (typeof value !== 'object' || value === null) throw badRun(fileName, 'not a JSON object');
  const format = 'format' in value ? value.format : undefined;
  if (format !== known) throw formatVersionUnknown(fileName, format, known);
  const result = schema.safeParse(value);
  if (!result.success) throw badRun(fileName, describeIssue(result.error), result.error);
  return result.data;
}

export interface ParsedSamples<Sample> {
  readonly samples: readonly Sample[];
  /** Whether the last line was cut short, as when the run was killed while it wrote; it is left out. */
  readonly lastLineDropped: boolean;
}

/** Lines are numbered from 1 in messages; empty lines are passed over. Throws RESULTS_BAD_SAMPLE. */
export function parseSamples(text: string, fileName = 'samples.ndjson'): ParsedSamples<BlockSample> {
  return parseLines(text, fileName, sampleSchema);
}

/** The same for the transfers of services. */
export function parseTransfers(text: string, fileName = 'transfers.ndjson'): ParsedSamples<TransferSample> {
  return parseLines(text, fileName, transferSchema);
}

/** And for the windows of a scale run. */
export function parseWindows(text: string, fileName = 'windows.ndjson'): ParsedSamples<WindowSample> {
  return parseLines(text, fileName, windowSchema);
}

/** And for those of an experiment. */
export function parseObservations(text: string, fileName = 'observations.ndjson'): ParsedSamples<Observation> {
  return parseLines(text, fileName, observationSchema);
}

function parseLines<Sample>(text: string, fileName: string, schema: z.ZodType<Sample>): ParsedSamples<Sample> {
  const lines = text.split('\n');
  const unfinished = lines.pop() ?? '';
  const parse = (line: string, number: number) => parseLine(line, fileName, number, schema);
  const samples = lines.flatMap((line, index) => (line.trim() === '' ? [] : [parse(line, index + 1)]));
  if (unfinished.trim() === '') return { samples, lastLineDropped: false };
  // A whole line without its newline may be a whole sample; a prefix of one is not JSON, for it lacks its last brace.
  if (!isJson(unfinished)) return { samples, lastLineDropped: true };
  return { samples: [...samples, parse(unfinished, lines.length + 1)], lastLineDropped: false };
}

function parseLine<Sample>(line: string, fileName: string, lineNumber: number, schema: z.ZodType<Sample>): Sample {
  const value = parseJson(line, (cause) => badSample(fileName, lineNumber, 'not JSON', cause));
  const result = schema.safeParse(value);
  if (!result.success) throw badSample(fileName, lineNumber, describeIssue(result.error), result.error);
  return result.data;
}

function parseJson(text: string, failure: (cause: unknown) => Error): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw failure(cause);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The first issue: `environment.cpuCount: Invalid input: expected number, received undefined`. */
function describeIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return 'not as expected';
  const path = z.core.toDotPath(issue.path);
  return path === '' ? issue.message : `${path}: ${issue.message}`;
}
