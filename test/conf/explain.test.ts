// The cluster in words.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { explainCluster } from '../../src/conf/mod.ts';
import { ONE_NIC, PAPER_CONFS, resolveChanged, VS_NAT } from './paper.ts';

describe('explainCluster', () => {
  test('tells method, VIP, machines, services and the way of packets under VS-DR', () => {
    assert.deepEqual(explainCluster(resolveChanged()), [
      'VS-DR         requests go on unchanged, to the MAC address of a realserver',
      'VIP           lvs 192.168.1.110: director answers ARP for it on eth1:110; client',
      '              reaches it via 192.168.2.1; realservers hold it silently on lo:0',
      '',
      'director      happy: eth1 192.168.2.1/24 on lan2, eth0 192.168.1.9/24 on lan1',
      'client        eth0 192.168.2.254/24 on lan2, eth1 192.168.1.254/24 on lan1',
      'realserver1   sneezy: eth0 192.168.1.11/24 on lan1',
      'realserver2   bashfull: eth0 192.168.1.12/24 on lan1',
      '',
      'tcp 23        telnet rr realserver1 realserver2',
      'tcp 5002      netpipe rr realserver1',
      '',
      'request       client eth0 -> director (in eth1, out eth0) -> realserver eth0',
      'reply         realserver eth0 -> client eth1, past the director',
    ]);
  });

  test('has replies pass the director under VS-NAT, and no VIP on realservers', () => {
    const lines = explainCluster(resolveChanged(VS_NAT));
    assert.equal(lines[1], 'VIP           lvs2 192.168.2.110: director answers ARP for it on eth1:110');
    assert.equal(lines.at(-1), 'reply         realserver eth0 -> director (in eth0, out eth1) -> client eth0');
  });

  test('calls the replies of martian VS-DR martian', () => {
    const lines = explainCluster(resolveChanged({ SERVER_DEFAULT_GW: 'director-inside' }));
    assert.equal(lines.at(-1), 'martian reply realserver eth0 -> director (in eth0, out eth1) -> client eth0');
  });

  test('tells where no device holds the VIP', () => {
    const text = explainCluster(resolveChanged({ VIP: 'TP lvs 255.255.255.255 lvs', SERVER_VIP_DEVICE: 'TP' })).join(
      ' ',
    );
    assert.match(text.replaceAll(/\s+/g, ' '), /on no device, director accepts it by transparent proxy/);
    assert.match(text.replaceAll(/\s+/g, ' '), /realservers accept it by transparent proxy/);
  });

  test('tells that forwarding is off', () => {
    const lines = explainCluster(resolveChanged({ INITIAL_STATE: 'off' }));
    assert.equal(lines[1], 'INITIAL_STATE off: all is set up, and nothing is forwarded');
    assert.ok(!explainCluster(resolveChanged()).some((line) => line.startsWith('INITIAL_STATE')));
  });

  test('writes a port without a well-known name as a number', () => {
    const lines = explainCluster(resolveChanged({ ...ONE_NIC, SERVICE: ['u 4242 wlc realserver2'] }));
    assert.ok(lines.includes('udp 4242      wlc realserver2'));
  });

  for (const [title, changes] of PAPER_CONFS) {
    test(`keeps within 80 columns for ${title}`, () => {
      for (const line of explainCluster(resolveChanged(changes))) assert.ok(line.length <= 80, line);
    });
  }
});
