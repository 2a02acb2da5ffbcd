import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkLabName, defaultLabName, parseRate, resolveLinkSettings } from '../../src/lab/settings.ts';

test('links are unlimited Ethernet with offloads and cubic unless told otherwise', () => {
  assert.deepEqual(resolveLinkSettings({}), {
    mtu: 1500,
    rate: undefined,
    offload: true,
    congestionControl: 'cubic',
  });
});

test('an MTU is a whole number that IPv4 and veth allow', () => {
  for (const mtu of [68, 1500, 65535]) assert.equal(resolveLinkSettings({ mtu }).mtu, mtu);
  for (const mtu of [0, 67, 65536, 1500.5, Number.NaN]) {
    assert.throws(() => resolveLinkSettings({ mtu }), { code: 'LAB_MTU_INVALID', exitStatus: 2 });
  }
});

for (const [text, bitsPerSecond] of [
  ['100mbit', 100e6],
  ['1.5Gbit', 1.5e9],
  ['8kbit', 8000],
] as const) {
  test(`a rate of ${text} is ${bitsPerSecond} bits per second`, () => {
    assert.equal(parseRate(text).bitsPerSecond, bitsPerSecond);
  });
}

test('a rate without unit, with another unit or too small for a packet is an error', () => {
  for (const text of ['100', 'mbit', '-1mbit', '100mbps', '7kbit', '0gbit', '']) {
    assert.throws(() => parseRate(text), { code: 'LAB_RATE_INVALID', exitStatus: 2 }, text);
  }
});

test('a lab is called after its conf file unless told otherwise', () => {
  assert.equal(defaultLabName('examples/vs-dr.conf'), 'vs-dr');
  assert.equal(defaultLabName('LVS_dr.conf'), 'lvs-dr');
});

test('a name must do as the beginning of a namespace name', () => {
  for (const name of ['a', 'vs-dr', 'lab2', 'a'.repeat(32)]) checkLabName(name);
  for (const name of ['', 'Vs', '2lab', '-x', 'a b', 'a/b', '..', 'a'.repeat(33)]) {
    assert.throws(() => checkLabName(name), { code: 'LAB_NAME_INVALID', exitStatus: 2 }, name);
  }
});
