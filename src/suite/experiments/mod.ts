// All experiments, in the order of the paper's sections.

import { directorLoad } from './director-load.ts';
import type { Experiment } from './experiment.ts';
import { forwardingMethods } from './forwarding-methods.ts';
import { limitedLinks } from './limited-links.ts';
import { mtu } from './mtu.ts';
import { streaming } from './streaming.ts';

export const EXPERIMENTS: readonly Experiment[] = [mtu, forwardingMethods, limitedLinks, directorLoad, streaming];
