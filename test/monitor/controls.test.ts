import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Controls, INITIAL_CONTROLS, pressKey, scrollTo } from '../../src/monitor/controls.ts';
import { SORT_ORDERS } from '../../src/monitor/order.ts';

const EXTENT = { length: 100, page: 20 };

function press(...keys: readonly string[]): Controls {
  return keys.reduce((controls, key) => pressKey(controls, key, EXTENT), INITIAL_CONTROLS);
}

test('s goes through all orders and comes back to the first', () => {
  const orders = SORT_ORDERS.map((_, index) => press(...Array<string>(index).fill('s')).order);
  assert.deepEqual(orders, SORT_ORDERS);
  assert.equal(press(...SORT_ORDERS.map(() => 's')).order, SORT_ORDERS[0]);
});

test('d shows the drops and the services again, f hides the servers and shows them again', () => {
  assert.deepEqual([press('d').table, press('d', 'd').table], ['drops', 'services']);
  assert.deepEqual([press('f').folded, press('f', 'f').folded], [true, false]);
});

test('arrows scroll by lines, page keys by pages, Home and End to the ends', () => {
  assert.equal(press('down', 'down', 'up').scroll, 1);
  assert.equal(press('pagedown', 'space', 'pageup').scroll, 20);
  assert.equal(press('end').scroll, 80);
  assert.equal(press('end', 'home').scroll, 0);
});

test('nothing scrolls past either end', () => {
  assert.equal(press('up', 'pageup').scroll, 0);
  assert.equal(press('end', 'down', 'pagedown').scroll, 80);
  assert.equal(pressKey(INITIAL_CONTROLS, 'down', { length: 3, page: 20 }).scroll, 0);
});

test('a table that became shorter is scrolled back into sight', () => {
  assert.equal(scrollTo(press('end'), 80, { length: 30, page: 20 }).scroll, 10);
});

test('what changes the table begins at its top', () => {
  for (const key of ['s', 'd', 'f']) assert.equal(press('end', key).scroll, 0);
});

test('other keys change nothing', () => {
  assert.deepEqual(press('x', 'return', ''), INITIAL_CONTROLS);
});
