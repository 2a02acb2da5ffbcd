import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { DISTRIBUTION_KERNEL } from '../../src/director/mod.ts';
import { planLab } from '../../src/lab/plan.ts';
import {
  conditionOf,
  createState,
  deleteState,
  type Lab,
  listLabs,
  readLab,
  updateState,
} from '../../src/lab/state.ts';
import { paperCluster } from './paper-cluster.ts';

/** Above the kernel's limit for pid_max, so that no process ever has it. */
const NO_PID = 2 ** 22 + 1;

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'lvskit-labs-'));
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

function labNamed(name: string): Lab {
  const plan = planLab(paperCluster(), { name }, DISTRIBUTION_KERNEL);
  return { format: 1, status: 'building', createdAt: '2000-06-24T12:00:00.000Z', builderPid: process.pid, plan };
}

test('a lab is read as it was recorded', () => {
  createState(labNamed('one'), directory);
  const { plan } = readLab('one', directory);
  assert.deepEqual(plan.machines, labNamed('one').plan.machines);
});

test('a name can be taken once', () => {
  createState(labNamed('one'), directory);
  assert.throws(() => createState(labNamed('one'), directory), {
    code: 'LAB_NAME_IN_USE',
    message: "lab 'one' is being built by another command",
    exitStatus: 2,
  });
});

test('the error for a taken name says whether that lab is up or left over', () => {
  createState({ ...labNamed('up'), status: 'up' }, directory);
  createState({ ...labNamed('left'), builderPid: NO_PID }, directory);
  assert.throws(() => createState(labNamed('up'), directory), { message: "lab 'up' is up already" });
  assert.throws(() => createState(labNamed('left'), directory), { message: /left half built/ });
});

test('labs are listed by name, and no draft of a file is left', () => {
  for (const name of ['two', 'one']) createState(labNamed(name), directory);
  updateState({ ...labNamed('two'), status: 'up' }, directory);
  assert.deepEqual(
    listLabs(directory).map((lab) => [lab.plan.name, lab.status]),
    [
      ['one', 'building'],
      ['two', 'up'],
    ],
  );
  assert.deepEqual(readdirSync(directory).sort(), ['one.json', 'two.json']);
});

test('no directory is no labs', () => {
  assert.deepEqual(listLabs(join(directory, 'missing')), []);
});

test('an unknown lab is answered with those that there are', () => {
  createState(labNamed('one'), directory);
  assert.throws(() => readLab('two', directory), { code: 'LAB_UNKNOWN', remedy: 'the labs are: one' });
  deleteState('one', directory);
  assert.throws(() => readLab('one', directory), { code: 'LAB_UNKNOWN', remedy: /no lab is up/ });
});

test('a building lab whose builder has gone is a leftover', () => {
  const lab = labNamed('one');
  assert.equal(conditionOf(lab), 'building');
  assert.equal(conditionOf({ ...lab, builderPid: NO_PID }), 'leftover');
  assert.equal(conditionOf({ ...lab, builderPid: NO_PID, status: 'up' }), 'up');
});

test('a record of another version is refused by name', () => {
  for (const text of ['{"format":2}', 'no JSON']) {
    writeFileSync(join(directory, 'odd.json'), text);
    assert.throws(() => readLab('odd', directory), { code: 'LAB_STATE_UNREADABLE', message: /odd\.json/ });
  }
});
