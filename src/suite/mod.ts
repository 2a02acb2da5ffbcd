// The suite's public face: virtual servers in labs, and comparisons of systems.

export { type CompareOptions, type CompareProgress, compare } from './compare.ts';
export { serveLabLines } from './lab-services.ts';
export { type SystemPlan, planSystem } from './systems.ts';
export { bringUpVirtualServer, type BringUpOptions, takeDownVirtualServer } from './virtual-server.ts';
