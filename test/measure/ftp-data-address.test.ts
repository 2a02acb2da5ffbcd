// The addresses of FTP's data connections as text: what replies may look like, and what we send.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { formatEprt, formatPort, parseEpsvReply, parsePasvReply } from '../../src/measure/clients/ftp/data-address.ts';
import { type Ipv4, ipv4FromNumber } from '../../src/model/mod.ts';

const somewhere = { address: '10.1.2.3' as Ipv4, port: 49_999 };

for (const reply of [
  '227 Entering Passive Mode (10,1,2,3,195,79).',
  '227 Entering Passive Mode (10,1,2,3,195,79)',
  // RFC 1123, 4.1.2.6: no brackets, any words; and as our director writes it.
  '227 =10,1,2,3,195,79',
  '227 Passive Mode         (10,1,2,3,195,79).',
]) {
  test(`the address in ${reply} is found`, () => assert.deepEqual(parsePasvReply(reply), somewhere));
}

for (const reply of ['227 Somewhere.', '227 (10,1,2,3,195)', '227 (10,1,2,256,195,79)', '227 (10,1,2,3,0,0)']) {
  test(`${reply} has no address`, () => assert.equal(parsePasvReply(reply), undefined));
}

for (const [reply, port] of [
  ['229 Entering Extended Passive Mode (|||6446|)', 6446],
  ['229 Entering Extended Passive Mode (!!!65535!)', 65_535],
  ['229 (|||65536|)', undefined],
  ['229 (|||0|)', undefined],
  ['229 (||!21|)', undefined],
  ['229 here', undefined],
] as const) {
  test(`the port in ${reply} is ${port}`, () => assert.equal(parseEpsvReply(reply), port));
}

test('what PORT says is read by the rules of the reply to PASV', () => {
  const addresses = fc.integer({ min: 0, max: 0xffffffff }).map(ipv4FromNumber);
  fc.assert(
    fc.property(addresses, fc.integer({ min: 1, max: 65_535 }), (address, port) => {
      assert.deepEqual(parsePasvReply(formatPort({ address, port })), { address, port });
    }),
  );
});

test('EPRT has the form of RFC 2428', () => {
  assert.equal(formatEprt({ address: '132.235.1.2' as Ipv4, port: 6275 }), 'EPRT |1|132.235.1.2|6275|');
});
