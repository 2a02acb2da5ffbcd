// The synthetic run that the tests of reports share, analysed once.

import { analyse } from '../../src/analysis/mod.ts';
import { synthesiseRun } from '../fixtures/run/synthetic-run.ts';

export const { run, samples } = synthesiseRun();
export const analysis = analyse(run, samples);
