// `ipvsadm -R`: which lines are run, what is reported, and that -S is its inverse.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ServerEntry, ServiceEntry } from '../../../src/director/mod.ts';
import { ipv4FromNumber, SCHEDULER_NAMES } from '../../../src/model/mod.ts';
import { MemoryDataPlane } from '../memory-data-plane.ts';
import { type Outcome, restored, run } from './session.ts';

async function restore(lines: readonly string[], plane = new MemoryDataPlane()): Promise<Outcome> {
  return run('-R', plane, lines.map((line) => `${line}\n`).join(''));
}

function linesOf({ errors }: Outcome): (readonly [line: number | undefined, code: string])[] {
  return errors.map(({ line, error }) => [line, error.code]);
}

function servicesOf(plane: MemoryDataPlane): string[] {
  return plane.table.map(({ address, port }) => `${address}:${port}`);
}

test('changes without anything between them are one change of the data plane', async () => {
  const plane = new MemoryDataPlane();
  await restore(
    ['-A -t 10.1.0.100:80 -s rr', '-a -t 10.1.0.100:80 -r 10.2.0.21 -m', '-A -u 10.1.0.100:53 -s rr'],
    plane,
  );
  assert.equal(plane.updates, 1);
  assert.deepEqual(servicesOf(plane), ['10.1.0.100:53', '10.1.0.100:80']);
});

test('blank lines, comments, a leading ipvsadm and carriage returns are passed over', async () => {
  const plane = await restored(
    '# services\n\n  \t\nipvsadm -A -t 10.1.0.100:80 -s rr # http\n\t-A  -t 10.1.0.100:81\t-s rr\r\nipvsadm\n-A -t 10.1.0.100:82',
  );
  assert.deepEqual(servicesOf(plane), ['10.1.0.100:82', '10.1.0.100:81', '10.1.0.100:80']);
});

test('nothing to restore is no mistake', async () => {
  assert.equal((await restore([])).status, 0);
});

test('a refused change is reported with its line, and the next lines are run', async () => {
  const plane = new MemoryDataPlane();
  const outcome = await restore(['-A -t 10.1.0.100:80', '', '-A -t 10.1.0.100:80', '-A -t 10.1.0.100:81'], plane);
  assert.deepEqual(linesOf(outcome), [[3, 'DIRECTOR_SERVICE_EXISTS']]);
  assert.equal(outcome.status, 0);
  assert.deepEqual(servicesOf(plane), ['10.1.0.100:81', '10.1.0.100:80']);
});

test('the exit status is that of the last line', async () => {
  assert.equal((await restore(['-A -t 10.1.0.100:80', '-A -t 10.1.0.100:80'])).status, 255);
});

test('an option that does not exist costs its line only', async () => {
  const plane = new MemoryDataPlane();
  const outcome = await restore(['-A --nosuch', '-A -t 10.1.0.100:80'], plane);
  assert.deepEqual(linesOf(outcome), [[1, 'IPVSADM_UNKNOWN_OPTION']]);
  assert.equal(outcome.status, 0);
  assert.deepEqual(servicesOf(plane), ['10.1.0.100:80']);
});

test('any other mistake ends the restoring after the lines before it', async () => {
  const mistakes: readonly (readonly [string, string, number])[] = [
    ['-A -t 10.1.0.100:0', 'IPVSADM_ZERO_PORT', 2],
    ['-A -s rr', 'IPVSADM_OPTION_REQUIRED', 2],
    ['-A -t 10.1.0.100:82 -p 360', 'IPVSADM_UNSUPPORTED', 2],
    ['foo', 'IPVSADM_COMMAND_MISSING', 255],
    ['-R', 'IPVSADM_NESTED_RESTORE', 255],
    ['-L -t 10.1.0.100:99', 'DIRECTOR_NO_SUCH_SERVICE', 1],
  ];
  for (const [mistake, code, status] of mistakes) {
    const plane = new MemoryDataPlane();
    const outcome = await restore(['-A -t 10.1.0.100:80', mistake, '-A -t 10.1.0.100:81'], plane);
    assert.deepEqual(linesOf(outcome), [[2, code]]);
    assert.equal(outcome.status, status);
    assert.deepEqual(servicesOf(plane), ['10.1.0.100:80']);
  }
});

test('commands that are not changes are run at their place', async () => {
  const { output } = await restore(['-A -t 10.1.0.100:80 -s rr', '-Sn', '-C', '-A -u 10.1.0.100:53 -s rr', '-Sn']);
  assert.equal(output, '-A -t 10.1.0.100:80 -s rr\n-A -u 10.1.0.100:53 -s rr\n');
});

test('help ends the restoring', async () => {
  const plane = new MemoryDataPlane();
  const { output, status } = await restore(['-h', '-A -t 10.1.0.100:80'], plane);
  assert.match(output, /^Usage:/);
  assert.equal(status, 0);
  assert.deepEqual(plane.table, []);
});

const address = fc.integer({ min: 0x01000000, max: 0xdfffffff }).map(ipv4FromNumber);
const port = fc.integer({ min: 1, max: 65535 });
const server: fc.Arbitrary<ServerEntry> = fc.record({
  address,
  port,
  method: fc.constantFrom('nat', 'dr', 'tun'),
  weight: fc.integer({ min: 0, max: 2 ** 31 - 1 }),
  upperThreshold: fc.constant(0),
  lowerThreshold: fc.constant(0),
});
const service: fc.Arbitrary<ServiceEntry> = fc
  .record({
    protocol: fc.constantFrom('tcp', 'udp'),
    address,
    port,
    scheduler: fc.constantFrom(...SCHEDULER_NAMES),
    servers: fc.array(server, { maxLength: 4 }),
  })
  .map((entry) => ({ ...entry, servers: uniqueServers(entry) }));

/** As the table keeps them: VS-DR and VS-TUN on the port of the service, no server twice. */
function uniqueServers(entry: ServiceEntry): ServerEntry[] {
  const settled = entry.servers.map((each) => (each.method === 'nat' ? each : { ...each, port: entry.port }));
  return [...new Map(settled.map((each) => [`${each.address}:${each.port}`, each])).values()];
}

const table = fc.uniqueArray(service, {
  maxLength: 6,
  selector: (entry) => `${entry.protocol} ${entry.address}:${entry.port}`,
});

function withoutOrder(entries: readonly ServiceEntry[]): unknown {
  const sorted = (texts: string[]): string[] => texts.sort();
  return sorted(
    entries.map(({ servers, ...rest }) => JSON.stringify([rest, sorted(servers.map((each) => JSON.stringify(each)))])),
  );
}

test('what -S saves -R restores, whatever the table', async () => {
  await fc.assert(
    fc.asyncProperty(table, async (entries) => {
      const original = new MemoryDataPlane();
      original.table = entries;
      const saved = await run('-Sn', original);
      const copy = await restored(saved.output);
      assert.equal((await run('-Sn', copy)).output, saved.output);
      assert.equal((await run('-Ln', copy)).output, (await run('-Ln', original)).output);
      assert.deepEqual(withoutOrder(copy.table), withoutOrder(entries));
    }),
  );
});
