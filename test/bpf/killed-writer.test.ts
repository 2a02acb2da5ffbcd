// A writer that is killed before any of its writes: every service is as it was or as it was to be, packets find a whole
// table, and the next writer puts everything right.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openMaps } from '../../src/dataplane/maps.ts';
import { openDataPlane } from '../../src/dataplane/mod.ts';
import { findStateDirectory } from '../../src/dataplane/state-directory.ts';
import type { ServiceEntry } from '../../src/director/mod.ts';
import { inNetworkNamespace, runCommand } from '../../src/system/mod.ts';
import { AFTER, BEFORE } from './killed-writer-tables.ts';
import { makeNamespace, removeNamespace } from './namespace.ts';
import { BPF_MISSING } from './requirements.ts';

const WRITER = join(import.meta.dirname, 'write-and-die.ts');
/** As a shell has it: 128 and SIGKILL. */
const KILLED = 137;
/** More than the change takes. */
const MOST_WRITES = 100;

function nameOf(entry: ServiceEntry): string {
  return JSON.stringify(
    [entry].map(({ servers: _, scheduler: __, ...rest }) => ('mark' in rest ? rest.mark : [rest.protocol, rest.port])),
  );
}

/** Says whether each service is as before the change, or as after it: nothing in between. */
function assertOldOrNew(table: readonly ServiceEntry[]): void {
  for (const entry of table) {
    const allowed = [...BEFORE, ...AFTER].filter((other) => nameOf(other) === nameOf(entry));
    assert.ok(
      allowed.some((other) => JSON.stringify(sorted(other)) === JSON.stringify(sorted(entry))),
      `${JSON.stringify(entry)} is neither of before nor of after`,
    );
  }
}

/** The same members in the same order, whatever order they were written in. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}

test('a writer that is killed at any of its writes leaves each service whole', { skip: BPF_MISSING }, () => {
  const namespace = makeNamespace();
  const inside = <T>(work: () => T): T => inNetworkNamespace(`/run/netns/${namespace}`, work);
  try {
    let writes = 1;
    for (; writes < MOST_WRITES; writes++) {
      inside(() => openDataPlane().update(() => BEFORE));
      const { status, stderr } = runCommand([process.execPath, WRITER, namespace, String(writes)], {
        allowFailure: true,
      });
      assert.ok(status === 0 || status === KILLED, stderr);
      const table = inside(() =>
        openDataPlane()
          .readStatus()
          .map(({ entry }) => entry),
      );
      if (status === 0) {
        assert.deepEqual(table.map(sorted), AFTER.map(sorted));
        break;
      }
      assertOldOrNew(table);
    }
    assert.ok(writes > 10 && writes < MOST_WRITES, `${writes} writes`);
    // Nothing is left of the many changes but what the last one needs.
    inside(() => {
      const plane = openDataPlane();
      plane.update(() => []);
      const maps = openMaps(findStateDirectory()?.path ?? '');
      assert.deepEqual([...maps.serverIndex.entries(), ...maps.addresses.entries(), ...maps.services.entries()], []);
    });
  } finally {
    removeNamespace(namespace);
  }
});
