// The data plane's public face: the only code that touches bpf(2), through libbpf.

export type { BpfDataPlane } from './bpf-data-plane.ts';
export { attachDecapsulation, detachDecapsulation, readDecapsulated } from './decapsulation.ts';
export { findDataPlane, listAttachments, openDataPlane, removeDataPlane, removeStateOf } from './director-plane.ts';
export { sweepDeadNamespaces } from './sweep.ts';
