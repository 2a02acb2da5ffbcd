import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildIp, buildPacket, checksum } from './packet-builder.ts';

test("the checksum is the one of RFC 1071's example", () => {
  const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
  assert.equal(checksum(bytes), 0xffff - 0xddf2);
});

test('an IP header sums to zero with its checksum in it', () => {
  const options = Uint8Array.of(1, 1, 1, 0);
  const packet = buildIp({ source: '10.0.0.1', destination: '10.0.0.2', protocol: 6, options }, new Uint8Array(5));
  assert.equal(checksum(packet.subarray(0, 24)), 0);
  assert.equal(packet.length, 29);
});

test("a datagram is, to the byte, the one that Linux's own stack sent", () => {
  const packet = buildPacket({
    from: '192.0.2.1:1000',
    to: '192.0.2.2:2000',
    id: 0xa62b,
    payload: Buffer.from('hello'),
  });
  const captured = '45000021a62b40004011109dc0000201c0000202 03e807d0000d2c46 68656c6c6f';
  assert.equal(Buffer.from(packet).toString('hex'), captured.replaceAll(' ', ''));
});

test('a TCP segment sums to zero with its pseudo-header', () => {
  const packet = buildPacket({ from: '10.0.0.1:1', to: '10.0.0.2:2', flags: 'S.', payload: Uint8Array.of(1, 2, 3) });
  const pseudo = [...packet.subarray(12, 20), 0, 6, 0, packet.length - 20];
  assert.equal(checksum(Uint8Array.from([...pseudo, ...packet.subarray(20)])), 0);
  assert.equal(packet[33], 0x12, 'SYN and ACK');
});

test('a datagram whose checksum would be zero says ffff instead', () => {
  const spec = { from: '10.0.0.1:1', to: '10.0.0.2:2' };
  const sum = Buffer.from(buildPacket({ ...spec, payload: Uint8Array.of(0, 0) })).readUInt16BE(26);
  const packet = buildPacket({ ...spec, payload: Uint8Array.of(sum >> 8, sum & 0xff) });
  assert.equal(Buffer.from(packet).readUInt16BE(26), 0xffff);
});
