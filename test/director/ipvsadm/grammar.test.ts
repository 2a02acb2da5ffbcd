// The grammar of the ipvsadm command line, compared with the real parser where that was recorded.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { IpvsadmCommand } from '../../../src/director/ipvsadm/commands.ts';
import { parseIpvsadm } from '../../../src/director/ipvsadm/grammar.ts';
import { OPTIONS } from '../../../src/director/ipvsadm/options.ts';
import { IpvsadmError, type ServiceKey } from '../../../src/director/mod.ts';
import { readStatuses } from './fixtures.ts';
import { ipv4, TEST_NAMES } from './session.ts';

const HTTP: ServiceKey = { protocol: 'tcp', address: ipv4('10.1.0.100'), port: 80 };
const PLAIN_SERVER = { address: ipv4('10.2.0.21'), port: 80, weight: 1, upperThreshold: 0, lowerThreshold: 0 };

async function parse(command: string): Promise<IpvsadmCommand> {
  return parseIpvsadm(command === '' ? [] : command.split(' '), TEST_NAMES);
}

/** The status with which the command line fails, or 0. */
async function statusOf(command: string): Promise<number> {
  try {
    await parse(command);
    return 0;
  } catch (error) {
    if (error instanceof IpvsadmError) return error.ipvsadmStatus;
    throw error;
  }
}

async function fails(command: string, code: string, status: number): Promise<void> {
  await assert.rejects(parse(command), { code, ipvsadmStatus: status }, command);
}

test('every command line is taken or refused with the exit status that the real parser gives it', async () => {
  const recorded = readStatuses('grammar-statuses.txt');
  assert.ok(recorded.length > 100);
  const ours = await Promise.all(recorded.map(async ({ command }) => ({ command, status: await statusOf(command) })));
  assert.deepEqual(ours, recorded);
});

test('all ways of writing an option and its value mean the same', async () => {
  const expected = { kind: 'add-service', service: HTTP, scheduler: 'rr' };
  for (const command of [
    '-A -t 10.1.0.100:80 -s rr',
    '-A -t10.1.0.100:80 -srr',
    '-At 10.1.0.100:80 -s=rr',
    '-A -s rr -t=10.1.0.100:80',
    '--add-service --tcp-service 10.1.0.100:80 --scheduler rr',
    '--add-service --tcp-service=10.1.0.100:80 --scheduler=rr',
  ]) {
    assert.deepEqual(await parse(command), expected, command);
  }
});

test('what is left out has the defaults of ipvsadm: wlc, VS-DR, weight 1, the port of the service', async () => {
  assert.deepEqual(await parse('-A -t 10.1.0.100:80'), { kind: 'add-service', service: HTTP, scheduler: 'wlc' });
  assert.deepEqual(await parse('-a -t 10.1.0.100:80 -r 10.2.0.21'), {
    kind: 'add-server',
    service: HTTP,
    server: { ...PLAIN_SERVER, method: 'dr' },
  });
});

test('a realserver has the forwarding method, port, weight and thresholds that are given', async () => {
  assert.deepEqual(await parse('-e -t 10.1.0.100:80 -r 10.2.0.21:8080 -m -w 70000 -x 100 -y 50'), {
    kind: 'edit-server',
    service: HTTP,
    server: {
      address: '10.2.0.21',
      port: 8080,
      method: 'nat',
      weight: 70000,
      upperThreshold: 100,
      lowerThreshold: 50,
    },
  });
  const tunnel = await parse('-a -t 10.1.0.100:80 -r 10.2.0.21 -i --tun-type ipip');
  assert.deepEqual(tunnel, { kind: 'add-server', service: HTTP, server: { ...PLAIN_SERVER, method: 'tun' } });
});

test('no words at all list everything, by name', async () => {
  assert.deepEqual(await parse(''), await parse('-L'));
  const list = await parse('-L');
  assert.ok(list.kind === 'list' && !list.numeric && list.service === undefined);
});

test('of several kinds of listing one is shown', async () => {
  const views: readonly (readonly [string, string])[] = [
    ['-L', 'forwarding'],
    ['-L --rate --stats', 'stats'],
    ['-L --thresholds --rate', 'rate'],
    ['-L --persistent-conn --thresholds', 'thresholds'],
    ['-L --tun-info --persistent-conn', 'persistent-conn'],
    ['-L --tun-info', 'tun-info'],
  ];
  for (const [command, view] of views) {
    const list = await parse(command);
    assert.equal(list.kind === 'list' && list.view, view, command);
  }
});

test('-Lnc lists connections by number', async () => {
  assert.deepEqual(await parse('-Lnc'), { kind: 'list-connections', numeric: true, persistenceColumns: false });
});

test('hosts and ports may be names, and a port name belongs to its protocol', async () => {
  assert.deepEqual(await parse('-D -t director:http'), { kind: 'delete-service', service: HTTP });
  assert.deepEqual(await parse('-D -u director:domain'), {
    kind: 'delete-service',
    service: { protocol: 'udp', address: '10.1.0.100', port: 53 },
  });
  await fails('-D -t director:domain', 'IPVSADM_BAD_ADDRESS', 2);
  await fails('-D -t nosuch:http', 'IPVSADM_BAD_ADDRESS', 2);
});

test('each mistake has a code of its own', async () => {
  const mistakes: readonly (readonly [string, string, number])[] = [
    ['-n -L', 'IPVSADM_COMMAND_MISSING', 255],
    ['-A -D', 'IPVSADM_SECOND_COMMAND', 2],
    ['-L --nosuch', 'IPVSADM_UNKNOWN_OPTION', 255],
    ['-A -t', 'IPVSADM_VALUE_MISSING', 255],
    ['-L --numeric=3', 'IPVSADM_VALUE_UNWANTED', 255],
    ['-L foo', 'IPVSADM_UNEXPECTED_WORD', 2],
    ['-L -n -n', 'IPVSADM_REPEATED_OPTION', 2],
    ['-A -s rr', 'IPVSADM_OPTION_REQUIRED', 2],
    ['-a -t 10.1.0.100:80', 'IPVSADM_OPTION_REQUIRED', 2],
    ['-C -n', 'IPVSADM_OPTION_ILLEGAL', 2],
    ['-L -c -t 10.1.0.100:80', 'IPVSADM_OPTIONS_CONFLICT', 2],
    ['-Lc --stats', 'IPVSADM_OPTIONS_CONFLICT', 2],
    ['-A -t 10.1.0.100:99999', 'IPVSADM_BAD_ADDRESS', 2],
    ['-A -t 80', 'IPVSADM_BAD_ADDRESS', 2],
    ['-a -t 10.1.0.100:80 -r 10.2.0.21 -w x', 'IPVSADM_BAD_NUMBER', 2],
    ['-a -t 10.1.0.100:80 -r 10.2.0.21 -i --tun-type x', 'IPVSADM_BAD_TUNNEL_TYPE', 2],
    ['-a -t 10.1.0.100:80 -r 10.2.0.21 -m --tun-type ipip', 'IPVSADM_TUNNEL_TYPE_WITHOUT_TUNNEL', 2],
    ['-A -t 10.1.0.100', 'IPVSADM_ZERO_PORT', 2],
  ];
  for (const [command, code, status] of mistakes) await fails(command, code, status);
});

test('what IPVS has and this version has not is told from a mistyped option', async () => {
  for (const command of [
    '--set 900 120 300',
    '--start-daemon master',
    '--stop-daemon=backup',
    '-A -f 1',
    '-A --sctp-service 10.1.0.100:80',
    '-A -t [2001:db8::80]:80',
    '-A -t 2001:db8::80',
    '-A -t 10.1.0.100:80 -p',
    '-A -t 10.1.0.100:80 -p 360 -M 255.255.255.255',
    '-A -u 10.1.0.100:53 -o',
    '-A -t 10.1.0.100:80 -s mh -b mh-port',
    '-a -t 10.1.0.100:80 -r 10.2.0.21 -i --tun-type gue',
    '-L --timeout',
    '-L --daemon',
  ]) {
    await fails(command, 'IPVSADM_UNSUPPORTED', 2);
  }
});

test('whatever the words, a command comes out or an IpvsadmError', async () => {
  const spellings = OPTIONS.flatMap(({ long, short }) => [`--${long}`, ...(short === undefined ? [] : [`-${short}`])]);
  const value = fc.constantFrom('10.1.0.100:80', 'director:http', 'rr', '1', '-1', '', '[::1]:80', ':', '#', '=');
  const word = fc.oneof(
    { arbitrary: fc.constantFrom(...spellings), weight: 4 },
    { arbitrary: value, weight: 2 },
    fc.tuple(fc.constantFrom(...spellings), value).map(([option, text]) => `${option}=${text}`),
    fc.string(),
    fc.string().map((text) => `-${text}`),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(word, { maxLength: 8 }), async (words) => {
      await parseIpvsadm(words, TEST_NAMES).catch((error: unknown) => {
        if (!(error instanceof IpvsadmError)) throw error;
      });
    }),
    { numRuns: 2000 },
  );
});
