// The director's public face: the interface to data planes, changes of the service table, the ipvsadm command, the
// plan of each host, and the schedulers' tables.

export { serviceTableOf } from './apply.ts';
export * from './data-plane.ts';
export * from './errors.ts';
export { IpvsadmError } from './ipvsadm/errors.ts';
export { IPVSADM_HELP } from './ipvsadm/help.ts';
export { createSystemNames, type NameService } from './ipvsadm/names.ts';
export { runIpvsadm } from './ipvsadm/run.ts';
export type { IpvsadmSession } from './ipvsadm/session.ts';
export {
  DISTRIBUTION_KERNEL,
  type HostPlan,
  type HostPlanOptions,
  type HostStep,
  planHost,
} from './plan.ts';
export { formatHostPlans, formatIpArguments, formatStep } from './plan-format.ts';
export { buildScheduleTable, resumeCursor, scheduleTableLength, startCursor } from './schedulers/mod.ts';
export * from './settings.ts';
export { resolveSyncDaemon } from './sync-daemon.ts';
export * from './table.ts';
