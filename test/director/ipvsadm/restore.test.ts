// `ipvsadm -R`: which lines are run, what is reported, and that -S is its inverse.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  isMarkKey,
  type SchedulerFlag,
  type ServerEntry,
  type ServiceEntry,
  type ServiceKey,
} from '../../../src/director/mod.ts';
import { ipv4FromNumber, ipv6FromWords, isIpv6, SCHEDULER_NAMES } from '../../../src/model/mod.ts';
import { MemoryDataPlane } from '../memory-data-plane.ts';
import { type Outcome, restored, run } from './session.ts';

async function restore(lines: readonly string[], plane = new MemoryDataPlane()): Promise<Outcome> {
  return run('-R', plane, lines.map((line) => `${line}\n`).join(''));
}

function linesOf({ errors }: Outcome): (readonly [line: number | undefined, code: string])[] {
  return errors.map(({ line, error }) => [line, error.code]);
}

function servicesOf(plane: MemoryDataPlane): string[] {
  return plane.table.map((entry) => (isMarkKey(entry) ? `${entry.mark}` : `${entry.address}:${entry.port}`));
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
    ['-A -t 10.1.0.100:82 -p 0', 'IPVSADM_BAD_NUMBER', 2],
    ['--nosuch', 'IPVSADM_UNKNOWN_OPTION', 255],
    ['--set=5 1 2', 'IPVSADM_VALUE_UNWANTED', 255],
    ['--start-daemon', 'IPVSADM_VALUE_MISSING', 255],
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

test('what lies between changes sees those before it, and a daemon that does not run costs its line only', async () => {
  const plane = new MemoryDataPlane();
  const lines = ['-A -t 10.1.0.100:80', '--set 100 0 0', '--stop-daemon master', '-L --timeout', '-A -t 10.1.0.101:80'];
  const outcome = await restore(lines, plane);
  assert.equal(outcome.output, 'Timeout (tcp tcpfin udp): 100 120 300\n');
  assert.deepEqual(linesOf(outcome), [[3, 'DIRECTOR_SYNC_DAEMON_STOPPED']]);
  assert.deepEqual(servicesOf(plane), ['10.1.0.101:80', '10.1.0.100:80']);
});

test('thresholds are saved when asked for, and restored', async () => {
  const plane = await restored('-A -t 10.1.0.100:80 -s rr\n-a -t 10.1.0.100:80 -r 10.2.0.21:80 -i -x 100 -y 50\n');
  const rule = '-a -t 10.1.0.100:80 -r 10.2.0.21:80 -i -w 1 --tun-type ipip';
  assert.equal((await run('-Sn', plane)).output, `-A -t 10.1.0.100:80 -s rr\n${rule}\n`);
  const { output } = await run('-Sn --thresholds', plane);
  assert.equal(output, `-A -t 10.1.0.100:80 -s rr\n${rule} -x 100 -y 50\n`);
  assert.deepEqual((await restored(output)).table, plane.table);
});

const ipv4Address = fc.integer({ min: 0x01000000, max: 0x7effffff }).map(ipv4FromNumber);
const ipv6Address = fc
  .array(fc.nat(0xffff), { minLength: 6, maxLength: 6 })
  .map((words) => ipv6FromWords([0x2001, 0xdb8, ...words]));
const port = fc.integer({ min: 1, max: 65535 });
const checksum = fc.constantFrom('none', 'full', 'remote');
const tunnel = fc.oneof(
  fc.constant({}),
  fc.record({ tunnel: fc.record({ type: fc.constant('gre'), checksum: fc.constantFrom('none', 'full') }) }),
  fc.record({ tunnel: fc.record({ type: fc.constant('gue'), port, checksum }) }),
);
const upperThreshold = fc.nat(1000);

/** As the table keeps servers: of other families only tunnelled to, tunnels only of VS-TUN. */
function serverOf(service: ServiceKey): fc.Arbitrary<ServerEntry> {
  return fc
    .record({
      address: fc.oneof(ipv4Address, ipv6Address),
      port: fc.oneof(port, fc.constant(0)),
      method: fc.constantFrom('nat', 'dr', 'tun'),
      weight: fc.nat(2 ** 31 - 1),
      upperThreshold,
      lowerThreshold: fc.constant(0),
      tunnel,
    })
    .filter(({ address, method }) => method === 'tun' || isIpv6(address) === isOverIpv6(service))
    .map(({ tunnel: wrapped, ...rest }) => {
      // SCTP's port stays what it is, whatever the method.
      const mayDiffer = isMarkKey(service) || (rest.method === 'nat' && service.protocol !== 'sctp');
      const settled = mayDiffer ? rest : { ...rest, port: service.port };
      return { ...settled, ...(rest.method === 'tun' ? wrapped : {}) };
    });
}

const key: fc.Arbitrary<ServiceKey> = fc.oneof(
  fc.record({
    protocol: fc.constantFrom('tcp', 'udp', 'sctp'),
    address: fc.oneof(ipv4Address, ipv6Address),
    port,
  }),
  fc.record({ mark: fc.integer({ min: 1, max: 2 ** 32 - 1 }), family: fc.constantFrom('inet', 'inet6') }),
);

function isOverIpv6(service: ServiceKey): boolean {
  return isMarkKey(service) ? service.family === 'inet6' : isIpv6(service.address);
}

function persistenceOf(service: ServiceKey): fc.Arbitrary<ServiceEntry['persistence']> {
  const timeoutS = fc.integer({ min: 1, max: 2678400 });
  const netmask = isOverIpv6(service) ? fc.integer({ min: 1, max: 128 }) : fc.nat(2 ** 32 - 1).map(ipv4FromNumber);
  return fc.option(
    fc.record({ timeoutS, netmask, engine: fc.constant('sip') }, { requiredKeys: ['timeoutS', 'netmask'] }),
    {
      nil: undefined,
    },
  );
}

const service: fc.Arbitrary<ServiceEntry> = key.chain((each) =>
  fc
    .record({
      scheduler: fc.constantFrom(...SCHEDULER_NAMES),
      // The third means nothing to sh and mh and is not saved.
      schedulerFlags: fc.subarray<SchedulerFlag>([1, 2]),
      persistence: persistenceOf(each),
      onePacket: isMarkKey(each) || each.protocol === 'udp' ? fc.boolean() : fc.constant(false),
      servers: fc.uniqueArray(serverOf(each), {
        maxLength: 4,
        selector: ({ address, port }) => `${address}:${port}`,
      }),
    })
    .map((options) => ({ ...each, ...options })),
);

const table = fc.uniqueArray(service, {
  maxLength: 6,
  selector: (entry) =>
    isMarkKey(entry) ? `${entry.mark} ${entry.family}` : `${entry.protocol} ${entry.address}:${entry.port}`,
});

function withoutOrder(entries: readonly ServiceEntry[]): unknown {
  const sorted = (texts: string[]): string[] => texts.sort();
  return sorted(
    entries.map(({ servers, ...rest }) => canonical([rest, sorted(servers.map((each) => canonical(each)))])),
  );
}

/** JSON with the properties of every object in one order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, each) =>
    each !== null && typeof each === 'object' && !Array.isArray(each)
      ? Object.fromEntries(Object.entries(each).sort(([one], [other]) => (one < other ? -1 : 1)))
      : each,
  );
}

test('what -S saves with thresholds -R restores, whatever the table', async () => {
  await fc.assert(
    fc.asyncProperty(table, async (entries) => {
      const original = new MemoryDataPlane();
      original.table = entries;
      const saved = await run('-Sn --thresholds', original);
      const copy = await restored(saved.output);
      assert.equal((await run('-Sn --thresholds', copy)).output, saved.output);
      assert.equal((await run('-Ln --tun-info', copy)).output, (await run('-Ln --tun-info', original)).output);
      assert.deepEqual(withoutOrder(copy.table), withoutOrder(entries));
    }),
  );
});
