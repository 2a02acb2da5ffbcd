// Findings from facts alone: what the labs of test/netns/doctor.test.ts cannot show, and what must not be found.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { CHECKS } from '../../src/doctor/checks/mod.ts';
import { examine } from '../../src/doctor/examine.ts';
import type { FilterRule } from '../../src/doctor/facts.ts';
import type { Examination } from '../../src/doctor/finding.ts';
import type { Cluster, Ipv4 } from '../../src/model/mod.ts';
import { exampleOf, healthy, macOf, withDecision, withFacts, withProbes, withSysctl } from './healthy.ts';

const VIP = '192.168.1.110';
const EXAMPLES = [
  'vs-nat',
  'vs-dr',
  'vs-dr-1nic',
  'vs-tun',
  'vs-dr-martian',
  'vs-dr-tp-director',
  'vs-dr-tp-realserver',
  'vs-dr-tp-both',
];

function found(examination: Examination): readonly string[] {
  return examine(examination).map(({ name, machine }) => `${name} on ${machine}`);
}

function of(example: string): Examination {
  return healthy(exampleOf(example));
}

for (const example of EXAMPLES) {
  test(`nothing is found in a cluster that is as ${example}.conf says`, () => {
    assert.deepEqual(found(of(example)), []);
  });
}

test('nothing is found in a cluster that is to stay off', () => {
  const cluster: Cluster = { ...exampleOf('vs-dr'), forwardingEnabled: false };
  const refused = [{ address: VIP as Ipv4, port: 23, connected: 0, refused: 4, unanswered: 0 }];
  assert.deepEqual(found(withProbes(healthy(cluster), { throughVip: refused })), []);
});

test('machines that have not been looked at are not judged', () => {
  const examination = of('vs-dr');
  const [client] = [...examination.facts].filter(([name]) => name === 'client');
  assert.deepEqual(found({ ...examination, facts: new Map(client === undefined ? [] : [client]) }), []);
});

test('without probes the facts alone are judged', () => {
  const quiet = { ...of('vs-dr'), probes: undefined };
  assert.deepEqual(found(quiet), []);
  const loud = withSysctl(quiet, 'realserver2', 'net.ipv4.conf.all.arp_ignore', '0');
  assert.deepEqual(found(loud), ['arp-vip on realserver2']);
});

test('a NIC of its own that is told to be silent is enough: the kernel takes the greater setting', () => {
  const all = withSysctl(of('vs-dr'), 'realserver1', 'net.ipv4.conf.all.arp_ignore', '0');
  assert.deepEqual(found(withSysctl(all, 'realserver1', 'net.ipv4.conf.eth0.arp_ignore', '1')), []);
});

test('a VIP that is accepted by transparent proxy is on no device, and never answered for', () => {
  const loud = withSysctl(of('vs-dr-tp-both'), 'realserver1', 'net.ipv4.conf.all.arp_ignore', '0');
  assert.deepEqual(found(loud), []);
});

test('loose reverse path filtering passes what strict filtering drops', () => {
  for (const [value, findings] of [
    ['2', []],
    ['1', ['rp-filter on client']],
  ] as const) {
    assert.deepEqual(found(withSysctl(of('vs-dr'), 'client', 'net.ipv4.conf.eth1.rp_filter', value)), findings);
  }
});

test('strict filtering is right where everything comes back as it went', () => {
  for (const machine of ['client', 'director', 'realserver1']) {
    assert.deepEqual(found(withSysctl(of('vs-nat'), machine, 'net.ipv4.conf.all.rp_filter', '1')), []);
  }
  assert.deepEqual(found(withSysctl(of('vs-dr'), 'realserver1', 'net.ipv4.conf.all.rp_filter', '1')), []);
});

test('redirects do no harm where client and realservers are in different networks', () => {
  assert.deepEqual(found(withSysctl(of('vs-nat'), 'director', 'net.ipv4.conf.all.send_redirects', '1')), []);
});

test('a director of VS-DR need not pass packets on', () => {
  assert.deepEqual(found(withSysctl(of('vs-dr'), 'director', 'net.ipv4.ip_forward', '0')), []);
});

test('tunl0, where the kernel takes the packets out, does instead of lvskit', () => {
  const tunl0 = { device: 'tunl0', up: true, mtuBytes: 1480, mac: '', addresses: [] };
  const without = withFacts(of('vs-tun'), 'realserver1', () => ({ decapsulating: [] }));
  assert.deepEqual(found(without), ['decapsulation on realserver1']);
  const withTunnel = withFacts(without, 'realserver1', ({ links }) => ({ links: [...links, tunl0] }));
  assert.deepEqual(found(withTunnel), []);
  const strict = withSysctl(withTunnel, 'realserver1', 'net.ipv4.conf.tunl0.rp_filter', '1');
  assert.deepEqual(found(strict), ['rp-filter on realserver1']);
});

test('a stranger that answers ARP for the VIP is found by its MAC address', () => {
  const answers = [
    { asker: 'client', device: 'eth0', mac: macOf('director', 'eth0') },
    { asker: 'client', device: 'eth0', mac: 'aa:bb:cc:dd:ee:ff' },
  ];
  const examination = withProbes(of('vs-dr-1nic'), { vipAnswers: answers });
  assert.deepEqual(found(examination), ['vip-taken on client']);
  assert.match(examine(examination)[0]?.summary ?? '', /aa:bb:cc:dd:ee:ff/);
});

test('connections that fail are told only when nothing else is found', () => {
  const failing = withProbes(of('vs-dr'), {
    throughVip: [{ address: VIP as Ipv4, port: 23, connected: 2, refused: 0, unanswered: 2 }],
  });
  assert.deepEqual(found(failing), ['no-answer on client']);
  assert.deepEqual(found(withDecision(failing, 'realserver1', VIP, { device: 'eth0' })), [
    'vip-missing on realserver1',
  ]);
});

test('a NIC that is down explains what is missing on its machine, and there alone', () => {
  const down = withFacts(of('vs-nat'), 'realserver1', ({ links }) => ({
    links: links.map((link) => (link.device === 'eth0' ? { ...link, up: false } : link)),
    decisions: new Map(),
  }));
  assert.deepEqual(found(down), ['nic-down on realserver1']);
  const gone = withDecision(down, 'realserver2', '192.168.2.254', undefined);
  assert.deepEqual(found(gone), ['nic-down on realserver1', 'default-gateway on realserver2']);
});

test('a route to the client that is more specific than the default one is told apart from that', () => {
  const elsewhere = withDecision(of('vs-nat'), 'realserver1', '192.168.2.254', {
    device: 'eth0',
    gateway: '192.168.1.12',
  });
  assert.deepEqual(found(elsewhere), ['default-gateway on realserver1']);
  const specific = withFacts(elsewhere, 'realserver1', ({ routes }) => ({
    routes: [...routes, { destination: '192.168.2.0/24', device: 'eth0', gateway: '192.168.1.12' }],
  }));
  const [finding] = examine(specific);
  assert.equal(finding?.name, 'asymmetric-route');
  assert.deepEqual(finding?.remedies, [
    { machine: 'realserver1', command: 'ip route del 192.168.2.0/24 via 192.168.1.12 dev eth0' },
  ]);
});

test('a service that listens at another address than packets come with is as good as dead', () => {
  const local = withFacts(of('vs-dr'), 'realserver2', () => ({ listeners: [{ address: '192.168.1.12', port: 23 }] }));
  assert.deepEqual(found(local), ['dead-service on realserver2']);
  for (const address of ['*', '[::]', VIP]) {
    assert.deepEqual(found(withFacts(local, 'realserver2', () => ({ listeners: [{ address, port: 23 }] }))), []);
  }
  assert.deepEqual(
    found(withFacts(of('vs-nat'), 'realserver2', () => ({ listeners: [{ address: '192.168.1.12', port: 23 }] }))),
    [],
  );
});

test('what connection tracking drops as invalid matters where only replies pass it', () => {
  const rule = {
    verdict: 'drop',
    family: 'inet',
    table: 'filter',
    chain: 'forward',
    handle: 7,
    hook: 'forward',
    conditions: [{ field: 'ct state', values: ['invalid'] }],
  } as const;
  const spare = { ...rule, verdict: 'accept', handle: 6, conditions: [{ field: 'ip saddr', values: [VIP] }] } as const;
  const filtering = (example: string, filterRules: readonly FilterRule[]) =>
    found(withFacts(of(example), 'director', () => ({ filterRules })));
  assert.deepEqual(filtering('vs-dr-martian', [rule]), ['conntrack on director']);
  assert.deepEqual(filtering('vs-dr-martian', [spare, rule]), []);
  assert.deepEqual(filtering('vs-dr-martian', [rule, spare]), ['conntrack on director']);
  assert.deepEqual(filtering('vs-nat', [rule]), []);
});

test('large packets that vanish have the filter to blame as evidence, if there is one', () => {
  const lost = withProbes(of('vs-tun'), { fullSize: { port: 23, bytes: 1448, arrived: false } });
  const [unknown] = examine(lost);
  assert.deepEqual([unknown?.name, unknown?.remedies.length], ['mtu-black-hole', 0]);
  assert.match(unknown?.advice ?? '', /ICMP type 3 code 4/);
  const filtered = withFacts(lost, 'client', () => ({
    filterRules: [
      {
        verdict: 'drop',
        family: 'ip',
        table: 'raw',
        chain: 'input',
        handle: 4,
        hook: 'input',
        conditions: [{ field: 'icmp type', values: ['destination-unreachable', 'redirect'] }],
      },
    ],
  }));
  assert.deepEqual(examine(filtered)[0]?.remedies, [
    { machine: 'client', command: 'nft delete rule ip raw input handle 4' },
  ]);
});

test('a director that cannot be asked is not said to be gone', () => {
  const silent = { state: 'unknown', said: 'lvskit: not found' } as const;
  const examination = withFacts(of('vs-nat'), 'director', () => ({ director: silent }));
  assert.deepEqual(found(examination), ['director-unknown on director']);
  assert.deepEqual(examine(examination)[0]?.evidence, ['lvskit metrics: lvskit: not found']);
});

test('an MTU is wrong that is not that of most NICs in its network', () => {
  const small = withFacts(of('vs-nat'), 'realserver2', ({ links }) => ({
    links: links.map((link) => (link.device === 'eth0' ? { ...link, mtuBytes: 1400 } : link)),
  }));
  const [finding] = examine(small);
  assert.equal(finding?.summary, 'eth0 of realserver2 has an MTU of 1400, the others in its network 1500');
  assert.deepEqual(finding?.remedies, [{ machine: 'realserver2', command: 'ip link set eth0 mtu 1500' }]);
});

test('each finding has evidence, a reason, and a remedy or advice', () => {
  const sick = [
    withSysctl(of('vs-dr-1nic'), 'director', 'net.ipv4.conf.eth0.send_redirects', '1'),
    withDecision(of('vs-dr'), 'client', VIP, { device: 'eth1', gateway: '192.168.1.11' }),
    withFacts(of('vs-nat'), 'director', () => ({ director: { state: 'down' } })),
    withProbes(of('vs-nat'), { badChecksums: new Map([['client', 3]]) }),
  ];
  const findings = sick.flatMap((examination) => examine(examination));
  assert.deepEqual(
    findings.map(({ name }) => name),
    ['send-redirects', 'direct-client', 'director-down', 'checksum'],
  );
  for (const { evidence, why, remedies, advice, name } of findings) {
    assert.ok(evidence.length > 0 && why !== '' && (remedies.length > 0 || advice !== undefined), name);
  }
});

test('each check has its row in docs/doctor.md', () => {
  const text = readFileSync(new URL('../../docs/doctor.md', import.meta.url), 'utf8');
  const rows = new Set([...text.matchAll(/^\| `([a-z-]+)` \|/gm)].map((match) => match[1]));
  assert.deepEqual(
    CHECKS.map(({ name }) => name).filter((name) => !rows.has(name)),
    [],
  );
  assert.equal(rows.size, CHECKS.length);
});
