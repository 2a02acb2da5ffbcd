// One reading of the director of this network namespace. Its tables are opened anew each time, so that whoever looks
// for long sees a director that comes, goes, or is replaced by another.

import { type BpfDataPlane, listAttachments, withDataPlane } from '../dataplane/mod.ts';
import type { Reading } from '../monitor/mod.ts';
import { requireRoot } from '../system/mod.ts';

/** Undefined where there is no director. Throws NOT_ROOT, LIBBPF_MISSING, BPF_MAP_FAILED. */
export function readDirector(): Reading | undefined {
  requireRoot('looking into the director');
  const startMs = performance.now();
  return withDataPlane((plane) => readTables(plane, startMs));
}

function readTables(plane: BpfDataPlane, startMs: number): Reading {
  const takenAt = new Date();
  const { services, flows } = plane.readOverview();
  const monotonicMs = performance.now();
  const drops = plane.readDrops();
  const nics = listAttachments();
  const tookMs = performance.now() - startMs;
  return { takenAt, monotonicMs, tookMs, nics, services, flows, flowsMax: plane.connectionTableSize, drops };
}
