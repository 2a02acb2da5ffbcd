// A traced packet as people and as programs read it. What the kernel tells of real packets is in test/bpf/trace.test.ts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lvsDrop } from '../../src/dataplane/abi.ts';
import type { IpAddress, Ipv6 } from '../../src/model/mod.ts';
import { remedyOfDrop } from '../../src/trace/drop-remedies.ts';
import { formatPacket, formatPacketJson, type Step, type TracedPacket } from '../../src/trace/mod.ts';

const at = (address: string, port?: number) => ({ address: address as IpAddress, port });

const CLIENT = at('198.51.100.7', 40000);
const VIRTUAL = at('10.9.1.110', 80);
const SERVER = at('10.9.2.11', 8080);

const PACKET: TracedPacket = {
  timeUs: Date.parse('2026-01-02T03:04:05.678Z') * 1000 + 9,
  place: 'ingress',
  device: 'eth1',
  protocol: 'tcp',
  source: CLIENT,
  destination: VIRTUAL,
  bytes: 60,
  ttl: 64,
  tcpFlags: 'S',
  icmp: undefined,
  fragment: undefined,
  mark: 0,
  steps: new Set<Step>(['ASKED', 'OPENS', 'OPENED', 'HAS_FLOW', 'TO_VIP']),
  service: { key: { protocol: 'tcp', address: '10.9.1.110' as IpAddress, port: 80 }, scheduler: 'rr', foundBy: 'port' },
  template: undefined,
  servers: [],
  serverCount: 0,
  stateBefore: undefined,
  connection: {
    client: CLIENT,
    virtual: VIRTUAL,
    server: SERVER,
    method: 'VS-NAT',
    isReply: false,
    state: 'SYN_RECV',
  },
  hop: { device: 'eth0', address: '10.9.2.11' as IpAddress, mac: undefined },
  verdict: 'sent',
  drop: undefined,
  room: 0,
};

/** The decisions on a packet that differs from {@link PACKET}. */
function decisions(change: Partial<TracedPacket>, ...steps: readonly Step[]): readonly string[] {
  const [, ...lines] = formatPacket({ ...PACKET, ...change, steps: new Set(steps) }).split('\n');
  return lines.map((line) => line.trim());
}

/** Of a packet that had its connection. */
const KNOWN = { service: undefined, stateBefore: 'SYN_RECV' } as const;
const NOTHING = { service: undefined, connection: undefined, hop: undefined } as const;

test('the head has time, device, protocol, ends, and what is special of the packet', () => {
  const [head] = formatPacket({ ...PACKET, mark: 3, fragment: 'first', protocol: 'udp', tcpFlags: undefined }).split(
    '\n',
  );
  assert.match(
    head ?? '',
    /^\d\d:\d\d:05\.678009 eth1 UDP 198\.51\.100\.7:40000 > 10\.9\.1\.110:80 first fragment mark 3 60 bytes$/,
  );
});

test('addresses of IPv6 stand in brackets before a port, and ICMP has type and code', () => {
  const source = at('2001:db8::7' as Ipv6);
  const destination = at('fd00::110' as Ipv6, 80);
  const icmp = { type: 3, code: 4 };
  const text = formatPacket({ ...PACKET, protocol: 'icmpv6', source, destination, icmp, tcpFlags: undefined });
  assert.match(text, /ICMPV6 2001:db8::7 > \[fd00::110\]:80 type 3 code 4 60 bytes\n/);
});

test('a next hop whose link address is not known is told so', () => {
  const [, , , sent] = decisions({}, 'ASKED', 'OPENS', 'OPENED', 'HAS_FLOW');
  const expected =
    'sent to 10.9.2.11:8080 by eth0 (VS-NAT), next hop 10.9.2.11, whose link address the kernel asks for';
  assert.equal(sent, expected);
});

test('a connection that was over starts anew', () => {
  const [, connection] = decisions({ stateBefore: 'TIME_WAIT' }, 'KNOWN', 'ASKED', 'OPENS', 'OPENED', 'HAS_FLOW');
  assert.equal(connection, 'connection: TIME_WAIT is over -> new, SYN_RECV');
});

test('FTP data that was expected needs no scheduler', () => {
  assert.deepEqual(decisions({}, 'ASKED', 'OPENS', 'FTP_DATA', 'OPENED', 'HAS_FLOW').slice(0, 2), [
    'service 10.9.1.110:80 tcp rr (a data connection of FTP that was expected)',
    'connection: none -> new, SYN_RECV',
  ]);
});

test('an ICMP error names the connection that it is about', () => {
  const [, related] = decisions({ protocol: 'icmp', icmp: { type: 3, code: 1 } }, 'ICMP_RELATED', 'HAS_FLOW');
  assert.equal(related, 'about a packet of the connection 198.51.100.7:40000 > 10.9.1.110:80, SYN_RECV');
});

test('servers at their threshold and of weight 0 are told as unavailable', () => {
  const load = { active: 2, inactive: 1, overloaded: false };
  const servers = [
    { ...SERVER, port: 8080, weight: 1, ...load },
    { ...at('10.9.2.12'), port: 8080, weight: 0, ...load },
    { ...at('10.9.2.13'), port: 8080, weight: 1, ...load, overloaded: true },
  ];
  const [, , scheduler] = decisions({ servers, serverCount: 20 }, 'ASKED', 'OPENS', 'OPENED', 'HAS_FLOW');
  assert.equal(
    scheduler,
    'rr chose 10.9.2.11:8080 (weight 1) of 20 servers; ' +
      'unavailable: 10.9.2.12:8080 (weight 0), 10.9.2.13:8080 (at its upper threshold)',
  );
});

const HELD_OR_PASSED: readonly [string, Partial<TracedPacket>, readonly Step[], string][] = [
  ['SPLIT', { verdict: 'held' }, ['SPLIT'], 'held: larger than its next hop takes'],
  ['FRAGMENT_EARLY', { verdict: 'held', fragment: 'later' }, [], "held: kept until its datagram's first fragment"],
  ['FRAGMENT_FIRST', { verdict: 'held', fragment: 'first' }, [], 'held: arrives once more'],
  ['FRAGMENT_OF_NONE', { verdict: 'passed', fragment: 'later' }, [], 'passed to the stack: a fragment'],
  ['FRAGMENT_TURNED_AWAY', { verdict: 'dropped', fragment: 'later' }, ['ASKED'], "dropped: its datagram's first"],
  ['ICMP_OF_NONE', { verdict: 'passed', protocol: 'icmp' }, [], 'passed to the stack: ICMP that is about no'],
  ['MALFORMED', { verdict: 'passed' }, ['MALFORMED'], 'passed to the stack: its headers contradict'],
  [
    'OPENS_NOTHING',
    { verdict: 'passed', protocol: 'sctp' },
    ['ASKED'],
    'passed to the stack: it has no connection, and only an INIT',
  ],
  ['MARTIAN_SOURCE', { verdict: 'passed' }, ['ASKED', 'OPENS', 'MARTIAN'], 'passed to the stack: its source address'],
  ['WRONG_CHECKSUM', { verdict: 'passed' }, ['ASKED', 'OPENS', 'WRONG_CHECKSUM'], 'passed to the stack: its IP header'],
  ['UNFIT_OPTIONS', { verdict: 'passed' }, ['ASKED', 'OPENS', 'UNFIT_OPTIONS'], 'passed to the stack: its IP options'],
  [
    'FROM_FTP_DATA',
    { verdict: 'passed', source: at('10.9.2.1', 20) },
    ['ASKED', 'OPENS', 'TO_VIP'],
    "passed to the stack: what comes from FTP's",
  ],
];

for (const [code, change, steps, beginning] of HELD_OR_PASSED) {
  test(`${code} is told in words and in JSON`, () => {
    const [line = ''] = decisions({ ...NOTHING, ...change }, ...steps);
    assert.equal(line.slice(0, beginning.length), beginning);
    const json = JSON.parse(formatPacketJson({ ...PACKET, ...NOTHING, ...change, steps: new Set(steps) }));
    assert.equal(json.reason, code);
  });
}

test('a server that is the director itself gets the packet by the stack', () => {
  const connection = { ...PACKET.connection, method: 'LocalNode' } as TracedPacket['connection'];
  const [, line] = decisions({ ...KNOWN, verdict: 'passed', connection }, 'KNOWN', 'HAS_FLOW');
  assert.equal(line, 'passed to the stack: its server is this host');
});

test('a packet that is too big is told with what would have fitted', () => {
  const packet = { ...KNOWN, verdict: 'answered', drop: 'TOO_BIG', room: 1400 } as const;
  const [, line] = decisions(packet, 'KNOWN', 'HAS_FLOW', 'ANSWERED');
  assert.equal(line, 'dropped: TOO_BIG (for the next hop; its sender was told); at most 1400 bytes fit');
});

test('JSON is one line, with what applies, and the reason of a drop by its name', () => {
  const text = formatPacketJson({ ...PACKET, drop: 'NO_SERVER', verdict: 'answered' });
  assert.doesNotMatch(text, /\n/);
  const json = JSON.parse(text);
  assert.equal(json.time, '2026-01-02T03:04:05.678009Z');
  assert.deepEqual([json.reason, json.verdict, json.steps[0]], ['NO_SERVER', 'answered', 'ASKED']);
  assert.deepEqual(json.source, { address: '198.51.100.7', port: 40000 });
  for (const left of ['icmp', 'template', 'mark', 'servers', 'room', 'stateBefore']) assert.ok(!(left in json), left);
});

test('every reason of a drop has a remedy', () => {
  for (const [name, value] of Object.entries(lvsDrop)) {
    if (value < lvsDrop.LVS_DROP_COUNT) assert.notEqual(remedyOfDrop(name.replace('LVS_DROP_', '')), '', name);
  }
});
