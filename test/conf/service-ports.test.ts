// Names of ports: the built-in ones and the format of /etc/services.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { BUILT_IN_SERVICE_PORTS, parseServicePorts } from '../../src/conf/mod.ts';
import { servicePortName } from '../../src/conf/service-ports.ts';

describe('BUILT_IN_SERVICE_PORTS', () => {
  const ports: readonly (readonly [name: string, port: number])[] = [
    ['telnet/tcp', 23],
    ['http/tcp', 80],
    ['ftp/tcp', 21],
    ['https/tcp', 443],
    ['shell/tcp', 514],
    ['rsh/tcp', 514],
    ['printer/tcp', 515],
    ['lpd/tcp', 515],
    ['nfs/tcp', 2049],
    ['nfs/udp', 2049],
    ['netpipe/tcp', 5002],
    ['mountd/tcp', 20_048],
    ['mountd/udp', 20_048],
  ];
  for (const [name, port] of ports) {
    test(`has ${name} at ${port}`, () => assert.equal(BUILT_IN_SERVICE_PORTS.get(name), port));
  }

  test('gives a port its first name', () => {
    assert.equal(servicePortName('tcp', 514), 'shell');
    assert.equal(servicePortName('udp', 514), undefined);
  });
});

describe('parseServicePorts', () => {
  test('reads names and aliases, the first of two with a name counting', () => {
    const text = '# ports\nshell\t514/tcp\tcmd syslog # no passwords\nsyslog 514/udp\nother 1/tcp shell\n';
    assert.deepEqual(
      [...parseServicePorts(text)],
      [
        ['shell/tcp', 514],
        ['cmd/tcp', 514],
        ['syslog/tcp', 514],
        ['syslog/udp', 514],
        ['other/tcp', 1],
      ],
    );
  });

  test('passes over other protocols and lines that it cannot read', () => {
    assert.deepEqual([...parseServicePorts('mtp 57/sctp\nnonsense\nx y/tcp\n')], []);
  });
});
