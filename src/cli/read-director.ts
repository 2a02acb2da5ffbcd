// One reading of the director of this network namespace. Its tables are opened anew each time, so that whoever looks
// for long sees a director that comes, goes, or is replaced by another.

import { findDataPlane, listAttachments } from '../dataplane/mod.ts';
import type { Reading } from '../monitor/mod.ts';
import { requireRoot } from '../system/mod.ts';

/** Undefined where there is no director. Throws NOT_ROOT, LIBBPF_MISSING, BPF_MAP_FAILED. */
export function readDirector(): Reading | undefined {
  requireRoot('looking into the director');
  try {
    return readTables();
  } catch (error) {
    // It may have been taken down while it was read.
    const plane = findDataPlane();
    if (plane === undefined) return undefined;
    plane.close();
    throw error;
  }
}

function readTables(): Reading | undefined {
  const startMs = performance.now();
  const plane = findDataPlane();
  if (plane === undefined) return undefined;
  try {
    const takenAt = new Date();
    const { services, flows } = plane.readOverview();
    const monotonicMs = performance.now();
    const drops = plane.readDrops();
    const nics = listAttachments();
    const tookMs = performance.now() - startMs;
    return { takenAt, monotonicMs, tookMs, nics, services, flows, flowsMax: plane.connectionTableSize, drops };
  } finally {
    plane.close();
  }
}
