// All experiments, in the order of the paper's sections.

import { acceptingByTp } from './accepting-by-tp.ts';
import { badNic } from './bad-nic.ts';
import { directorLoad } from './director-load.ts';
import type { Experiment } from './experiment.ts';
import { forwardingMethods } from './forwarding-methods.ts';
import { ftpModes } from './ftp-modes.ts';
import { http } from './http.ts';
import { httpStalls } from './http-stalls.ts';
import { idleHooks } from './idle-hooks.ts';
import { jaggies } from './jaggies.ts';
import { limitedLinks } from './limited-links.ts';
import { martian } from './martian.ts';
import { memoryLimit } from './memory-limit.ts';
import { mtu } from './mtu.ts';
import { mtuLoopback } from './mtu-loopback.ts';
import { nfs } from './nfs.ts';
import { nfsSemantics } from './nfs-semantics.ts';
import { oneNetwork } from './one-network.ts';
import { printServers } from './print-servers.ts';
import { printing } from './printing.ts';
import { rsh } from './rsh.ts';
import { rshLimit } from './rsh-limit.ts';
import { rshSlowEnds } from './rsh-slow-ends.ts';
import { serialClient } from './serial-client.ts';
import { services } from './services.ts';
import { slowEndpoint } from './slow-endpoint.ts';
import { slowLinks } from './slow-links.ts';
import { streaming } from './streaming.ts';
import { twoKernels } from './two-kernels.ts';
import { twoNetpipes } from './two-netpipes.ts';
import { unsynchronisedSums } from './unsynchronised-sums.ts';

export const EXPERIMENTS: readonly Experiment[] = [
  services,
  slowLinks,
  badNic,
  slowEndpoint,
  jaggies,
  mtu,
  mtuLoopback,
  twoNetpipes,
  oneNetwork,
  forwardingMethods,
  limitedLinks,
  directorLoad,
  martian,
  twoKernels,
  idleHooks,
  acceptingByTp,
  http,
  httpStalls,
  memoryLimit,
  ftpModes,
  serialClient,
  unsynchronisedSums,
  streaming,
  rsh,
  rshSlowEnds,
  rshLimit,
  printing,
  printServers,
  nfs,
  nfsSemantics,
];
