import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pacer } from '../../src/measure/clients/http/pacer.ts';

test('requests are due at even times from the beginning, the first at once', () => {
  const pacer = new Pacer(1000, 200);
  assert.deepEqual([pacer.take(), pacer.take(), pacer.take()], [1000, 1005, 1010]);
  assert.equal(pacer.nextMs, 1015);
});

test('no error adds up over a million requests', () => {
  const pacer = new Pacer(0, 3);
  for (let sent = 0; sent < 999_999; sent++) pacer.take();
  assert.ok(Math.abs(pacer.nextMs - 333_333_000) < 1e-3);
});
