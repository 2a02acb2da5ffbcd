// The data plane's public face: the only code that touches bpf(2), through libbpf.

export { ATTACH_MODES, type AttachMode, listAttachments } from './attachments.ts';
export { attachBlockDelay } from './block-delay.ts';
export type { BpfDataPlane } from './bpf-data-plane.ts';
export { ConnectionExchange, openConnectionExchange } from './connection-exchange.ts';
export { attachDecapsulation, detachDecapsulation, readDecapsulated } from './decapsulation.ts';
export { listUnbalanced } from './devices.ts';
export { type DirectorCounters, directorCountersSince, readDirectorCounters } from './director-counters.ts';
export {
  findDataPlane,
  openDataPlane,
  reloadDataPlane,
  removeDataPlane,
  removeStateOf,
  setAttachMode,
  withDataPlane,
} from './director-plane.ts';
export { findWatcher, openWatched, settleWatcher } from './nic-watcher.ts';
export { readRunTime, timeRuns } from './run-time.ts';
export type { SharedConnection } from './shared-connection.ts';
export { sweepDeadNamespaces } from './sweep.ts';
export { recordSyncDaemon } from './sync-daemons.ts';
export { startTrace, type Trace } from './tracing.ts';
export { attachWires } from './wires.ts';
