// A writer that is killed before any of its writes: the next command, also one that only looks, finds the table as it was
// or as it was to be, and puts everything right.

import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { recordChange } from '../../src/dataplane/change-record.ts';
import { openMaps } from '../../src/dataplane/maps.ts';
import { findDataPlane, openDataPlane, reloadDataPlane, removeDataPlane } from '../../src/dataplane/mod.ts';
import { changeRecordOf, findStateDirectory, type StateDirectory } from '../../src/dataplane/state-directory.ts';
import { inNetworkNamespace, runCommand } from '../../src/system/mod.ts';
import { AFTER, BEFORE } from './killed-writer-tables.ts';
import { makeNamespace, removeNamespace } from './namespace.ts';
import { BPF_MISSING } from './requirements.ts';

const WRITER = join(import.meta.dirname, 'write-and-die.ts');
/** As a shell has it: 128 and SIGKILL. */
const KILLED = 137;
/** More than the change takes. */
const MOST_WRITES = 100;
/** When some of the services are in force and others are not. */
const IN_BETWEEN = 15;

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

const ENDS = [BEFORE, AFTER].map((table) => JSON.stringify(sorted(table)));

/** Place in {@link ENDS} of the table that a command finds that only looks; -1 for any other. */
function findTable(): number {
  const plane = findDataPlane();
  const table = plane?.readStatus().map(({ entry }) => entry);
  plane?.close();
  return ENDS.indexOf(JSON.stringify(sorted(table)));
}

/** Each change is made of BEFORE. Says whether it came through. */
function writeUntil(write: number, namespace: string, work: 'change' | 'look' = 'change'): boolean {
  const { status, stderr } = runCommand([process.execPath, WRITER, namespace, work, String(write)], {
    allowFailure: true,
  });
  assert.ok(status === 0 || status === KILLED, stderr);
  return status === 0;
}

/** A director with the table BEFORE. */
function inDirector(work: (namespace: string, directory: StateDirectory) => void): void {
  const namespace = makeNamespace();
  try {
    inNetworkNamespace(`/run/netns/${namespace}`, () => {
      openDataPlane().update(() => BEFORE);
      work(namespace, findStateDirectory() as StateDirectory);
    });
  } finally {
    removeNamespace(namespace);
  }
}

/** The same after a writer was killed between its services. */
function inTornDirector(work: (namespace: string, directory: StateDirectory) => void): void {
  inDirector((namespace, directory) => {
    assert.equal(writeUntil(IN_BETWEEN, namespace), false);
    const services = openMaps(directory.path).services;
    assert.equal([...services.entries()].length, 3, 'old and new services');
    work(namespace, directory);
  });
}

test('a writer that is killed at any of its writes leaves the table as it was or as it was to be', {
  skip: BPF_MISSING,
}, () => {
  inDirector((namespace, directory) => {
    let write = 1;
    const found: number[] = [];
    for (; write < MOST_WRITES; write++) {
      openDataPlane().update(() => BEFORE);
      const isThrough = writeUntil(write, namespace);
      found.push(findTable());
      if (isThrough) break;
    }
    assert.ok(write > 10 && write < MOST_WRITES, `${write} writes`);
    // Until it is recorded none of the change holds, from then on all of it.
    assert.match(found.join(''), /^0+1+$/);
    // Nothing is left of the many changes but what the last one needs.
    openDataPlane().update(() => []);
    const maps = openMaps(directory.path);
    assert.deepEqual([...maps.serverIndex.entries(), ...maps.addresses.entries(), ...maps.services.entries()], []);
    assert.equal(existsSync(changeRecordOf(directory)), false);
  });
});

test('a command that is killed while it completes the change of another leaves it to the next', {
  skip: BPF_MISSING,
}, () => {
  inTornDirector((namespace, directory) => {
    let write = 1;
    while (write < MOST_WRITES && !writeUntil(write, namespace, 'look')) write += 1;
    assert.ok(write > 3 && write < MOST_WRITES, `${write} writes`);
    assert.equal(existsSync(changeRecordOf(directory)), false);
    assert.equal(findTable(), 1);
  });
});

test('a change that was cut short is completed over a reload, and goes when the director is taken down', {
  skip: BPF_MISSING,
}, () => {
  inTornDirector((_, directory) => {
    reloadDataPlane();
    assert.equal(findTable(), 1);

    recordChange(directory, { put: BEFORE, removed: [] });
    removeDataPlane();
    assert.equal(existsSync(changeRecordOf(directory)), false);
    // Of a director that was not taken down by a command.
    openDataPlane();
    recordChange({ ...directory, path: '/nowhere' }, { put: BEFORE, removed: [] });
    assert.deepEqual(openDataPlane().readStatus(), []);
  });
});

test('what was recorded of a change and cannot be read is told once', { skip: BPF_MISSING }, () => {
  inDirector((_, directory) => {
    for (const record of ['{"format":1,"tab', '{"format":0}', 'null']) {
      writeFileSync(changeRecordOf(directory), record);
      assert.throws(() => openDataPlane().update(() => AFTER), { code: 'DIRECTOR_CHANGE_INCOMPLETE' });
      assert.equal(findTable(), 0);
    }
  });
});
