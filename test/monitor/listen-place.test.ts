import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatListenPlace, parseListenPlace } from '../../src/monitor/listen-place.ts';

test('an IPv4 address, an IPv6 address in brackets and a path, each as it was written', () => {
  const places = [
    ['127.0.0.1:9750', { host: '127.0.0.1', port: 9750 }],
    ['[::1]:0', { host: '::1', port: 0 }],
    ['unix:/run/lvskit/metrics.sock', { path: '/run/lvskit/metrics.sock' }],
  ] as const;
  for (const [text, place] of places) {
    assert.deepEqual(parseListenPlace(text), place);
    assert.equal(formatListenPlace(place), text);
  }
});

test('anything else is refused with a place that would do', () => {
  const words = ['', '9750', ':9750', '127.0.0.1', '127.0.0.1:', '127.0.0.1:65536', '::1:9750', '[::1]', '[::1]9750'];
  for (const text of [
    ...words,
    'localhost:9750',
    '[127.0.0.1]:80',
    'unix:',
    'unix:metrics.sock',
    `unix:/${'x'.repeat(107)}`,
  ]) {
    assert.throws(() => parseListenPlace(text), {
      code: 'METRICS_LISTEN_INVALID',
      exitStatus: 2,
      remedy: /127\.0\.0\.1:9750/,
    });
  }
});
