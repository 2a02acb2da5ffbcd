// The suite's public face: virtual servers in labs, and comparisons of systems.

export { type CompareOptions, type CompareProgress, compare } from './compare.ts';
export { hostPlaces } from './connect-hosts.ts';
export type { Experiment } from './experiments/experiment.ts';
export { EXPERIMENTS } from './experiments/mod.ts';
export { runGuestProgram } from './guest-program.ts';
export { judgeExperiment } from './judge.ts';
export { openNetpipe } from './netpipe-between.ts';
export { type ReproduceProgress, reproduce } from './reproduce.ts';
export { type ScaleOptions, scale } from './scale.ts';
export { type ScaleHostsOptions, scaleOnHosts } from './scale-hosts.ts';
export type { ScaleProgress } from './scale-rounds.ts';
export { serveLab } from './serve-lab.ts';
export { bringUpVirtualServer, takeDownVirtualServer } from './virtual-server.ts';
