import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressBytes, buildIcmpPacket, buildIp, buildPacket, checksum, PROTOCOL } from './packet-builder.ts';
import { fragment, paddingExtension } from './packet-fragments.ts';

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

test("an IPv6 datagram is, to the byte, the one that Linux's own stack sent", () => {
  const packet = buildPacket({
    from: '[fd00:9:1::1]:1000',
    to: '[fd00:9:1::2]:2000',
    payload: Buffer.from('hello'),
  });
  const captured =
    '60000000000d1140 fd000009000100000000000000000001 fd000009000100000000000000000002 03e807d0000db631 68656c6c6f';
  assert.equal(Buffer.from(packet).toString('hex'), captured.replaceAll(' ', ''));
});

test('an IPv6 address is written out whole', () => {
  for (const [text, hex] of [
    ['::', '00000000000000000000000000000000'],
    ['fd00::1:2', 'fd000000000000000000000000010002'],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['2001:db8::', '20010db8000000000000000000000000'],
  ] as const) {
    assert.equal(Buffer.from(addressBytes(text)).toString('hex'), hex, text);
  }
});

test('an ICMPv6 error sums to zero with its pseudo-header', () => {
  const ends = { source: 'fd00::1', destination: 'fd00::2' };
  const packet = buildIcmpPacket(ends, { type: 2, code: 0, mtu: 1280, quoted: Uint8Array.of(1, 2, 3) });
  const pseudo = [...packet.subarray(8, 40), 0, 0, 0, packet.length - 40, 0, 0, 0, 58];
  assert.equal(checksum(Uint8Array.from([...pseudo, ...packet.subarray(40)])), 0);
  assert.equal(Buffer.from(packet).readUInt32BE(44), 1280);
});

test('extension headers say what follows them', () => {
  const extensions = [paddingExtension(PROTOCOL.hopByHop), paddingExtension(60, 16)];
  const packet = buildPacket({ from: '[fd00::1]:1', to: '[fd00::2]:2', extensions });
  assert.equal(packet.length, 40 + 8 + 16 + 8);
  assert.deepEqual([packet[6], packet[40], packet[48]], [PROTOCOL.hopByHop, 60, PROTOCOL.udp]);
  assert.deepEqual([packet[41], packet[49]], [0, 1]);
});

test("an IPv4 packet's fragments say where their bytes belong", () => {
  const packet = buildPacket({
    from: '10.0.0.1:1',
    to: '10.0.0.2:2',
    dontFragment: false,
    payload: new Uint8Array(100).fill(7),
  });
  const fragments = fragment(packet, 48).map((bytes) => Buffer.from(bytes));
  assert.deepEqual(
    fragments.map((bytes) => bytes.readUInt16BE(6)),
    [0x2000, 0x2006, 0x000c],
  );
  for (const bytes of fragments) assert.equal(checksum(bytes.subarray(0, 20)), 0);
  assert.deepEqual(Buffer.concat(fragments.map((bytes) => bytes.subarray(20))), Buffer.from(packet.subarray(20)));
});

test("an IPv6 packet's fragments say where their bytes belong, behind the hop-by-hop header", () => {
  const extensions = [paddingExtension(PROTOCOL.hopByHop)];
  const packet = buildPacket({
    from: '[fd00::1]:1',
    to: '[fd00::2]:2',
    extensions,
    payload: new Uint8Array(100).fill(7),
  });
  const fragments = fragment(packet, 48, 0x99).map((bytes) => Buffer.from(bytes));
  assert.deepEqual(
    fragments.map((bytes) => [bytes[6], bytes[40], bytes[48], bytes.readUInt16BE(50), bytes.readUInt32BE(52)]),
    [0x0001, 0x0031, 0x0060].map((offset) => [PROTOCOL.hopByHop, PROTOCOL.fragment, PROTOCOL.udp, offset, 0x99]),
  );
  for (const bytes of fragments) assert.equal(bytes.readUInt16BE(4), bytes.length - 40);
  assert.deepEqual(Buffer.concat(fragments.map((bytes) => bytes.subarray(56))), Buffer.from(packet.subarray(48)));
});
