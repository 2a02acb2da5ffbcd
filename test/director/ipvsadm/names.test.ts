// Names of ports, and how names show in listings.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatListing } from '../../../src/director/ipvsadm/format-listing.ts';
import { createNameLabeller } from '../../../src/director/ipvsadm/labels.ts';
import { parsePortNames } from '../../../src/director/ipvsadm/names.ts';
import { ipv4, restored, run, TEST_NAMES } from './session.ts';

test('services(5) is read with aliases and comments, and the first line of a port or a name wins', () => {
  const text = [
    '# services',
    'http\t\t80/tcp\t\twww # World Wide Web',
    'shell 514/tcp cmd',
    'syslog 514/udp',
    'www-dev 80/tcp',
    'http 8080/tcp',
    'nonsense',
    '',
  ].join('\n');
  const { ports, names } = parsePortNames(text);
  assert.deepEqual(
    ['http/tcp', 'www/tcp', 'www-dev/tcp', 'cmd/tcp', 'syslog/udp', 'http/udp', 'nonsense/tcp'].map((name) =>
      ports.get(name),
    ),
    [80, 80, 80, 514, 514, undefined, undefined],
  );
  assert.equal(names.get('80/tcp'), 'http');
  assert.equal(names.get('514/udp'), 'syslog');
});

test('what has no name is labelled by number', async () => {
  const label = await createNameLabeller([ipv4('10.1.0.100')], TEST_NAMES);
  assert.equal(label({ address: ipv4('10.1.0.100'), port: 80 }, 'tcp'), 'director:http');
  assert.equal(label({ address: ipv4('10.1.0.100'), port: 80 }, 'udp'), 'director:80');
  assert.equal(label({ address: ipv4('10.9.9.9'), port: 80 }, 'tcp'), '10.9.9.9:http');
});

test('without -n a listing and a saved table have names', async () => {
  const dataPlane = await restored('-A -t 10.1.0.100:80 -s rr\n-a -t 10.1.0.100:80 -r 10.2.0.21:80 -m\n');
  const { output } = await run('-L', dataPlane);
  assert.match(output, /^TCP {2}director:http rr$/m);
  assert.match(output, /^ {2}-> happy:http {19}Masq /m);
  assert.equal(
    (await run('-S', dataPlane)).output,
    '-A -t director:http -s rr\n-a -t director:http -r happy:http -m -w 1\n',
  );
});

test('long names are cut to their columns', async () => {
  const longName = 'a-realserver-with-a-very-long.name.example';
  const label = await createNameLabeller([ipv4('10.2.0.21')], { ...TEST_NAMES, hostName: async () => longName });
  assert.equal(label({ address: ipv4('10.2.0.21'), port: 80 }, 'tcp'), `${longName}:http`);
  const dataPlane = await restored('-A -t 10.2.0.21:80 -s rr\n-a -t 10.2.0.21:80 -r 10.2.0.21:80 -m\n');
  const lines = formatListing(dataPlane.readStatus(), { view: 'forwarding', exact: false, label }).split('\n');
  assert.equal(lines[2], 'TCP  a-realserver-with-a-very-lon rr');
  assert.equal(lines[3], '  -> a-realserver-with-a-very-lon Masq    1      0          0         ');
});
