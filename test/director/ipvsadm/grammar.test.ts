// The grammar of the ipvsadm command line, compared with the real parser where that was recorded.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { IpvsadmCommand } from '../../../src/director/ipvsadm/commands.ts';
import { parseIpvsadm } from '../../../src/director/ipvsadm/grammar.ts';
import { OPTIONS } from '../../../src/director/ipvsadm/options.ts';
import { IpvsadmError, type ServiceKey } from '../../../src/director/mod.ts';
import { readStatuses } from './fixtures.ts';
import { ipv4, ipv6, TEST_NAMES } from './session.ts';

const HTTP: ServiceKey = { protocol: 'tcp', address: ipv4('10.1.0.100'), port: 80 };
const HTTP_OPTIONS = {
  scheduler: 'wlc',
  schedulerFlags: [],
  persistence: undefined,
  persistenceEngine: undefined,
  onePacket: false,
};
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
  const expected = { kind: 'add-service', service: HTTP, options: { ...HTTP_OPTIONS, scheduler: 'rr' } };
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
  assert.deepEqual(await parse('-A -t 10.1.0.100:80'), {
    kind: 'add-service',
    service: HTTP,
    options: HTTP_OPTIONS,
  });
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

test('a service has the persistence, flags and scheduling that are given', async () => {
  const command = await parse('-A -u director:domain -s mh -b mh-port,mh-fallback -p -M 255.255.255.0 --pe sip -o');
  assert.ok(command.kind === 'add-service');
  assert.deepEqual(command.service, { protocol: 'udp', address: '10.1.0.100', port: 53 });
  assert.deepEqual(command.options, {
    scheduler: 'mh',
    schedulerFlags: [1, 2],
    persistence: { timeoutS: 360, netmask: '255.255.255.0' },
    persistenceEngine: 'sip',
    onePacket: true,
  });
});

test('services are told by address, over IPv6 in brackets, or by firewall mark', async () => {
  const services: readonly (readonly [string, ServiceKey])[] = [
    ['-D -t [2001:db8::80]:80', { protocol: 'tcp', address: ipv6('2001:db8::80'), port: 80 }],
    ['-D -t [2001:DB8:0:0::80]:http', { protocol: 'tcp', address: ipv6('2001:db8::80'), port: 80 }],
    ['-D -u 2001:db8::80', { protocol: 'udp', address: ipv6('2001:db8::80'), port: 0 }],
    ['-D --sctp-service 10.1.0.100:5000', { protocol: 'sctp', address: ipv4('10.1.0.100'), port: 5000 }],
    ['-D -f 7', { mark: 7, family: 'inet' }],
    ['-D -f 7 -6', { mark: 7, family: 'inet6' }],
    ['-D -t 10.1:80', { protocol: 'tcp', address: ipv4('10.0.0.1'), port: 80 }],
    ['-D -t 0x0a010002:80', { protocol: 'tcp', address: ipv4('10.1.0.2'), port: 80 }],
    ['-D -t 012.1.0.2:80', { protocol: 'tcp', address: ipv4('10.1.0.2'), port: 80 }],
  ];
  for (const [command, service] of services) {
    assert.deepEqual(await parse(command), { kind: 'delete-service', service }, command);
  }
});

test('a mask belongs to the service before it, and one that comes too early is forgotten over IPv6', async () => {
  const masks: readonly (readonly [string, unknown])[] = [
    ['-A -t [2001:db8::80]:80 -p', 128],
    ['-A -t [2001:db8::80]:80 -p -M 64', 64],
    ['-A -t [2001:db8::80]:80 -p -M 64x', 64],
    ['-A -M 64 -t [2001:db8::80]:80 -p', 128],
    ['-A -f 1 -p -M 255.255.255.0 -6', 128],
    ['-A -f 1 -6 -p -M 48', 48],
    ['-A -M 255.255.0.0 -t 10.1.0.100:80 -p', '255.255.0.0'],
    ['-A -t 10.1.0.100:80 -p', '255.255.255.255'],
  ];
  for (const [command, netmask] of masks) {
    const add = await parse(command);
    assert.deepEqual(add.kind === 'add-service' && add.options.persistence?.netmask, netmask, command);
  }
});

test('a tunnel has the type, port and checksum that are given', async () => {
  const tunnels: readonly (readonly [string, unknown])[] = [
    ['--tun-type ipip', undefined],
    ['', undefined],
    ['--tun-type gre', { type: 'gre', checksum: 'none' }],
    ['--tun-csum --tun-type gre', { type: 'gre', checksum: 'full' }],
    ['--tun-type gue --tun-port 6080', { type: 'gue', port: 6080, checksum: 'none' }],
    ['--tun-type gue --tun-port 6080 --tun-remcsum', { type: 'gue', port: 6080, checksum: 'remote' }],
  ];
  for (const [options, tunnel] of tunnels) {
    const command = await parse(`-a -t 10.1.0.100:80 -r 10.2.0.21 -i ${options}`.trim());
    assert.deepEqual(command.kind === 'add-server' && command.server.tunnel, tunnel, options);
  }
});

test('a realserver without a port has the port of the service that stands before it', async () => {
  const portOf = async (command: string): Promise<unknown> => {
    const parsed = await parse(command);
    return parsed.kind === 'add-server' && parsed.server.port;
  };
  assert.equal(await portOf('-a -t 10.1.0.100:80 -r 10.2.0.21 -m'), 80);
  assert.equal(await portOf('-a -r 10.2.0.21 -t 10.1.0.100:80 -m'), 0);
  assert.equal(await portOf('-a -f 1 -r 10.2.0.21 -m'), 0);
});

test('--set takes three timeouts wherever they stand, and 0 is none', async () => {
  for (const words of ['--set 100 0 30', '100 --set 0 30', '--set -- 100 0 30']) {
    assert.deepEqual(await parse(words), { kind: 'set-timeouts', timeouts: { tcpS: 100, udpS: 30 } });
  }
});

test('a daemon has the settings of ipvsadm where none are given', async () => {
  const defaults = { interface: 'eth0', syncId: 0, group: '224.0.0.81', port: 8848, ttl: 1, maxLengthBytes: undefined };
  assert.deepEqual(await parse('--start-daemon=master'), {
    kind: 'start-daemon',
    settings: { role: 'master', ...defaults },
  });
  assert.deepEqual(
    await parse('--start-daemon backup --mcast-interface d0 --syncid 3 --mcast-group ff05::5 --sync-maxlen 1400'),
    {
      kind: 'start-daemon',
      settings: { ...defaults, role: 'backup', interface: 'd0', syncId: 3, group: 'ff05::5', maxLengthBytes: 1400 },
    },
  );
  assert.deepEqual(await parse('--stop-daemon backup --syncid 3'), { kind: 'stop-daemon', role: 'backup' });
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
  assert.deepEqual(await parse('-Lnc'), {
    kind: 'list-connections',
    numeric: true,
    persistenceColumns: false,
    json: false,
  });
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
    ['-a -t 10.1.0.100:80 -r 10.2.0.21 -m --tun-type ipip', 'IPVSADM_TUNNEL_WITHOUT_TUNNELLING', 2],
    ['-a -t 10.1.0.100:80 -r 10.2.0.21 -i --tun-type gue', 'IPVSADM_OPTION_REQUIRED', 2],
    ['-a -t 10.1.0.100:80 -r 10.2.0.21 -i --tun-csum', 'IPVSADM_TUNNEL_OPTION_ILLEGAL', 2],
    ['-a -t 10.1.0.100:80 -r 10.2.0.21 -i --tun-type gre --tun-port 5', 'IPVSADM_TUNNEL_OPTION_ILLEGAL', 2],
    ['-a -t 10.1.0.100:80 -r 10.2.0.21 -i --tun-type gre --tun-csum --tun-nocsum', 'IPVSADM_OPTIONS_CONFLICT', 2],
    ['-a -t 10.1.0.100:80 -r 2001:db8::21 -m', 'IPVSADM_FAMILIES_DIFFER', 2],
    ['-A -t 10.1.0.100', 'IPVSADM_ZERO_PORT', 2],
    ['-A -t [10.1.0.100]:80', 'IPVSADM_BAD_ADDRESS', 2],
    ['-A -t [2001:db8::80]', 'IPVSADM_BAD_ADDRESS', 2],
    ['-A -f 0', 'IPVSADM_BAD_NUMBER', 2],
    ['-A -t 10.1.0.100:80 -6', 'IPVSADM_FAMILY_WITHOUT_MARK', 2],
    ['-A -t 10.1.0.100:80 -p 0', 'IPVSADM_BAD_NUMBER', 2],
    ['-A -t 10.1.0.100:80 -p -M x', 'IPVSADM_BAD_NETMASK', 2],
    ['-A -t [2001:db8::80]:80 -p -M 129', 'IPVSADM_BAD_NUMBER', 2],
    ['-A -t 10.1.0.100:80 -o', 'IPVSADM_ONE_PACKET_NOT_UDP', 2],
    ['-A -t 10.1.0.100:80 -s sh -b ,', 'IPVSADM_UNKNOWN_SCHEDULER_FLAG', 2],
    ['-A -t 10.1.0.100:80 -s sh -b flag-4', 'IPVSADM_UNKNOWN_SCHEDULER_FLAG', 2],
    ['-A -t 10.1.0.100:80 -b sh-port', 'IPVSADM_FLAG_OF_OTHER_SCHEDULER', 2],
    ['-L --daemon --stats', 'IPVSADM_OPTIONS_CONFLICT', 2],
    ['-L --timeout --daemon', 'IPVSADM_OPTIONS_CONFLICT', 2],
    ['--set 900 120', 'IPVSADM_TIMEOUTS_MISSING', 2],
    ['--set 900 120 300 5', 'IPVSADM_UNEXPECTED_WORD', 2],
    ['--start-daemon nosuch', 'IPVSADM_BAD_ROLE', 2],
    ['--start-daemon master --mcast-group 10.1.0.1', 'IPVSADM_BAD_GROUP', 2],
    ['--start-daemon', 'IPVSADM_VALUE_MISSING', 255],
  ];
  for (const [command, code, status] of mistakes) await fails(command, code, status);
});

test('what lvskit takes beyond the real one: JSON, and thresholds with -S', async () => {
  const list = await parse('-L -c --json');
  assert.ok(list.kind === 'list-connections' && list.json);
  assert.deepEqual(await parse('-Sn --thresholds'), { kind: 'save', numeric: true, thresholds: true });
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
