// All experiments, in the order of the paper's sections.

import { acceptingByTp } from './accepting-by-tp.ts';
import { directorLoad } from './director-load.ts';
import type { Experiment } from './experiment.ts';
import { forwardingMethods } from './forwarding-methods.ts';
import { idleHooks } from './idle-hooks.ts';
import { limitedLinks } from './limited-links.ts';
import { martian } from './martian.ts';
import { mtu } from './mtu.ts';
import { oneNetwork } from './one-network.ts';
import { streaming } from './streaming.ts';
import { twoKernels } from './two-kernels.ts';

export const EXPERIMENTS: readonly Experiment[] = [
  mtu,
  oneNetwork,
  forwardingMethods,
  limitedLinks,
  directorLoad,
  martian,
  twoKernels,
  idleHooks,
  acceptingByTp,
  streaming,
];
