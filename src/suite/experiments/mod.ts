// All experiments, in the order of the paper's sections.

import type { Experiment } from './experiment.ts';
import { forwardingMethods } from './forwarding-methods.ts';

export const EXPERIMENTS: readonly Experiment[] = [forwardingMethods];
