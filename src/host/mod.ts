// The host's public face: sets the machine that lvskit runs on up as its part of a cluster, and undoes that.

export { type Applied, applyHost, type HostOutlook, lookAtHost } from './apply.ts';
export { type Removed, removeHost } from './remove.ts';
export type { Undoing } from './undo.ts';
