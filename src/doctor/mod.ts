// The doctor's public face: what is wrong with a standing cluster, from facts and a few probes.

export { type Diagnosis, diagnose } from './diagnose.ts';
export type { Finding } from './finding.ts';
export { type Reach, reachBy } from './reach.ts';
