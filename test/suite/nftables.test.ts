import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ipv4, VirtualService } from '../../src/model/mod.ts';
import { formatNftables } from '../../src/suite/nftables.ts';

function service(port: number, servers: readonly string[]): VirtualService {
  return {
    protocol: 'tcp',
    address: '192.168.1.110' as Ipv4,
    port,
    scheduler: 'rr',
    servers: servers.map((address) => ({ address: address as Ipv4, port, method: 'nat', weight: 1 })),
  };
}

test('each service is a rule that deals connections out in turns, and every packet is counted both ways', () => {
  const ruleset = formatNftables([service(23, ['192.168.1.11', '192.168.1.12']), service(5002, ['192.168.1.11'])]);
  assert.equal(
    ruleset,
    `table ip lvskit_compare {
  counter to_servers {}
  counter to_clients {}
  chain prerouting {
    type nat hook prerouting priority dstnat;
    ip daddr 192.168.1.110 tcp dport 23 counter dnat ip to numgen inc mod 2 map { 0 : 192.168.1.11 . 23, 1 : 192.168.1.12 . 23 }
    ip daddr 192.168.1.110 tcp dport 5002 counter dnat ip to numgen inc mod 1 map { 0 : 192.168.1.11 . 5002 }
  }
  chain forward {
    type filter hook forward priority filter;
    ct direction original ct original ip daddr { 192.168.1.110 } counter name to_servers
    ct direction reply ct original ip daddr { 192.168.1.110 } counter name to_clients
  }
}
`,
  );
});

test('an address of several services is counted once', () => {
  const ruleset = formatNftables([23, 80, 443].map((port) => service(port, ['192.168.1.11'])));
  assert.equal(ruleset.match(/ip daddr \{ 192\.168\.1\.110 \}/g)?.length, 2);
});
