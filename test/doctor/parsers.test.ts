// What programs print, as recorded, read as facts.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitAnswers } from '../../src/doctor/ask.ts';
import { parseDecisions, parseLinks, parseNeighbours, parseRoutes } from '../../src/doctor/parse-ip.ts';
import {
  parseArping,
  parseChecksumErrors,
  parseFilterRules,
  parseListeners,
  parseSysctls,
} from '../../src/doctor/parse-kernel.ts';

test('links have their state, MTU, MAC and IPv4 addresses', () => {
  const text = `[{"ifindex":1,"ifname":"lo","flags":["LOOPBACK","UP","LOWER_UP"],"mtu":65536,"address":"00:00:00:00:00:00",
    "addr_info":[{"family":"inet","local":"192.168.1.110","prefixlen":32,"label":"lo:tunl0"},{"family":"inet6","local":"::1","prefixlen":128}]},
    {"ifname":"eth0","flags":["BROADCAST"],"mtu":1500,"address":"02:00:c0:a8:01:0b"}]`;
  assert.deepEqual(parseLinks(text), [
    {
      device: 'lo',
      up: true,
      mtuBytes: 65536,
      mac: '00:00:00:00:00:00',
      addresses: [{ address: '192.168.1.110', prefixLength: 32, label: 'lo:tunl0' }],
    },
    { device: 'eth0', up: false, mtuBytes: 1500, mac: '02:00:c0:a8:01:0b', addresses: [] },
  ]);
});

test('a batch of route questions is answered by as many lists, and none for an address without a route', () => {
  const text = `[{"type":"local","dst":"192.168.1.110","dev":"lo","prefsrc":"192.168.1.110","flags":[],"uid":0,"cache":["local"]}]
[{"dst":"192.168.2.254","gateway":"192.168.1.254","dev":"eth0","prefsrc":"192.168.1.11","flags":[],"uid":0,"cache":[]}]
`;
  assert.deepEqual(
    [...parseDecisions(text).values()],
    [
      { destination: '192.168.1.110', local: true, device: 'lo', gateway: undefined },
      { destination: '192.168.2.254', local: false, device: 'eth0', gateway: '192.168.1.254' },
    ],
  );
  assert.equal(parseDecisions('').size, 0);
});

test('routes and neighbours, also where there are none', () => {
  assert.deepEqual(parseRoutes('[{"dst":"default","gateway":"10.0.0.1","dev":"eth0","flags":[]}]'), [
    { destination: 'default', device: 'eth0', gateway: '10.0.0.1' },
  ]);
  const neighbours = `[{"dst":"10.0.0.1","dev":"eth0","lladdr":"02:00:00:00:00:01","state":["STALE"]},{"dst":"10.0.0.2","dev":"eth0","state":["FAILED"]}]`;
  assert.deepEqual(
    parseNeighbours(neighbours).map(({ mac }) => mac),
    ['02:00:00:00:00:01', undefined],
  );
  assert.deepEqual(parseNeighbours('[]'), []);
  assert.deepEqual(parseNeighbours(' \n'), []);
});

test('sysctls, listeners and checksum errors', () => {
  assert.equal(
    parseSysctls('net.ipv4.ip_forward = 1\nnet.ipv4.conf.all.rp_filter = 2\n').get('net.ipv4.conf.all.rp_filter'),
    '2',
  );
  const listening = `LISTEN 0      64     0.0.0.0:5002 0.0.0.0:*
LISTEN 0      511  192.168.1.11%eth0:23   0.0.0.0:*
LISTEN 0      511       [::]:80      [::]:*
`;
  assert.deepEqual(parseListeners(listening), [
    { address: '0.0.0.0', port: 5002 },
    { address: '192.168.1.11', port: 23 },
    { address: '[::]', port: 80 },
  ]);
  const snmp = 'Ip: Forwarding\nIp: 1\nTcp: RtoAlgorithm InErrs OutRsts InCsumErrors\nTcp: 1 3 0 7\n';
  assert.equal(parseChecksumErrors(snmp), 7);
});

test('everybody who has answered arping, once each', () => {
  const text = `ARPING 192.168.1.110 from 192.168.1.254 eth0
Unicast reply from 192.168.1.110 [02:00:C0:A8:01:0B]  0.555ms
Unicast reply from 192.168.1.110 [02:00:C0:A8:01:09]  0.573ms
Unicast reply from 192.168.1.110 [02:00:C0:A8:01:0B]  0.601ms
Sent 2 probes (2 broadcast(s))
Received 3 response(s)
`;
  assert.deepEqual(parseArping(text), ['02:00:c0:a8:01:0b', '02:00:c0:a8:01:09']);
});

test('rules of nftables that decide, with their chain’s hook and what they look at', () => {
  const text = `{"nftables": [{"metainfo": {"json_schema_version": 1}}, {"table": {"family": "ip", "name": "t", "handle": 1}},
    {"chain": {"family": "ip", "table": "t", "name": "c", "handle": 1, "type": "filter", "hook": "prerouting", "prio": -300, "policy": "accept"}},
    {"rule": {"family": "ip", "table": "t", "chain": "c", "handle": 2, "expr": [{"match": {"op": "in", "left": {"ct": {"key": "state"}}, "right": ["invalid", "untracked"]}}, {"drop": null}]}},
    {"rule": {"family": "ip", "table": "t", "chain": "c", "handle": 3, "expr": [{"match": {"op": "==", "left": {"payload": {"protocol": "tcp", "field": "dport"}}, "right": {"set": [23, 5002]}}}, {"counter": {"packets": 0, "bytes": 0}}, {"accept": null}]}},
    {"rule": {"family": "ip", "table": "t", "chain": "c", "handle": 4, "expr": [{"mangle": {"key": {"payload": {"protocol": "tcp", "field": "checksum"}}, "value": 1}}]}}]}`;
  assert.deepEqual(
    parseFilterRules(text).map(({ verdict, handle, hook, conditions }) => ({ verdict, handle, hook, conditions })),
    [
      {
        verdict: 'drop',
        handle: 2,
        hook: 'prerouting',
        conditions: [{ field: 'ct state', values: ['invalid', 'untracked'] }],
      },
      {
        verdict: 'accept',
        handle: 3,
        hook: 'prerouting',
        conditions: [{ field: 'tcp dport', values: ['23', '5002'] }],
      },
    ],
  );
});

test('answers of one shell are told apart, and a shell that did not come to its end has none', () => {
  const text = 'one\n\n=== lvskit doctor 0\n\n=== lvskit doctor 127\n';
  assert.deepEqual(splitAnswers(['links', 'rules'], text), {
    links: { stdout: 'one\n', status: 0 },
    rules: { stdout: '', status: 127 },
  });
  assert.equal(splitAnswers(['links', 'rules'], 'one\n\n=== lvskit doctor 0\n'), undefined);
  assert.equal(splitAnswers(['links'], ''), undefined);
});
