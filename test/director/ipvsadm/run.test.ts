// Exit statuses of whole commands, and what they say when they fail.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSystemNames, runIpvsadm } from '../../../src/director/mod.ts';
import { MemoryDataPlane } from '../memory-data-plane.ts';
import { readFixture, readStatuses } from './fixtures.ts';
import { restored, run } from './session.ts';

test('one command after the other ends with the exit status that the real one had', async () => {
  const plane = await restored(readFixture('config.txt'));
  for (const { command, status } of readStatuses('statuses.txt')) {
    const outcome = await run(command, plane);
    assert.equal(outcome.status, status, command);
    assert.equal(outcome.errors.length, status === 0 ? 0 : 1, command);
    for (const { error } of outcome.errors) assert.ok(error.remedy, command);
  }
});

test('a refused change leaves the table as it was', async () => {
  const plane = await restored(readFixture('config.txt'));
  const { table } = plane;
  const { errors } = await run('-A -t 10.1.0.100:80 -s rr', plane);
  assert.equal(errors[0]?.error.message, 'service TCP 10.1.0.100:80 is already in the table');
  assert.equal(plane.table, table);
});

test('zeroing a service that is not there is refused', async () => {
  const { status, errors } = await run('-Z -t 10.1.0.100:80');
  assert.equal(status, 255);
  assert.equal(errors[0]?.error.code, 'DIRECTOR_NO_SUCH_SERVICE');
});

test('a scheduler that the data plane lacks is refused with those that it has', async () => {
  const { status, errors } = await run('-A -t 10.1.0.100:80', new MemoryDataPlane(['rr', 'wrr']));
  assert.equal(status, 255);
  assert.equal(errors[0]?.error.code, 'DIRECTOR_SCHEDULER_UNAVAILABLE');
  assert.equal(errors[0]?.error.remedy, 'Choose one of rr, wrr.');
});

test('help and version need no data plane, and help fits into 80 columns', async () => {
  let output = '';
  const session = {
    openDataPlane: () => assert.fail('opened'),
    names: createSystemNames(),
    version: '1.2.3',
    write: (text: string) => {
      output += text;
    },
    readInput: () => assert.fail('read'),
    reportError: () => assert.fail('reported'),
  };
  assert.equal(await runIpvsadm(['--help'], session), 0);
  assert.ok(output.startsWith('Usage:\n'));
  assert.deepEqual(
    output.split('\n').filter((line) => line.length > 80),
    [],
  );
  output = '';
  assert.equal(await runIpvsadm(['--version'], session), 0);
  assert.match(output, /^ipvsadm v1\.31 of lvskit 1\.2\.3 /);
});

test('what fails below the director is not taken for a mistake', async () => {
  class BrokenDataPlane extends MemoryDataPlane {
    override update(): void {
      throw new Error('map is full');
    }
  }
  await assert.rejects(run('-C', new BrokenDataPlane()), { message: 'map is full' });
  await assert.rejects(run('-R', new BrokenDataPlane(), '-C\n'), { message: 'map is full' });
});
