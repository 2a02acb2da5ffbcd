// The http client, serial and concurrent, against a server that answers rightly and wrongly: what each counts, and by
// which name it calls what went wrong.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type HttpRunOptions, runHttp } from '../../src/measure/mod.ts';
import type { Ipv4 } from '../../src/model/mod.ts';

const SERVER = fileURLToPath(new URL('support/http-misbehaviour.ts', import.meta.url));

let server: ChildProcess;
let port = 0;

before(async () => {
  server = spawn(process.execPath, [SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(server.stdout ?? server, 'data');
  port = Number(String(line));
});
after(() => server.kill());

function run(path: string, options: Partial<HttpRunOptions> = {}) {
  return runHttp({
    address: '127.0.0.1' as Ipv4,
    port,
    path,
    seconds: 0.3,
    connections: 1,
    requestsPerConnection: Number.POSITIVE_INFINITY,
    timeoutMs: 100,
    ...options,
  });
}

for (const [engine, connections] of [
  ['serial', 1],
  ['concurrent', 8],
] as const) {
  for (const [way, sizeBytes, perConnection] of [
    ['length', 0, Number.POSITIVE_INFINITY],
    ['length', 300_000, Number.POSITIVE_INFINITY],
    ['chunked', 70_000, Number.POSITIVE_INFINITY],
    ['until-close', 5000, 1],
    ['last', 5000, 1],
  ] as const) {
    test(`${engine}: replies of ${sizeBytes} bytes, framed as ${way}, are counted whole`, () => {
      const result = run(`/${way}/${sizeBytes}`, {
        connections,
        expectedBytes: sizeBytes,
        seconds: 0.2,
        timeoutMs: 5000,
      });
      assert.deepEqual(result.failures, {});
      assert.ok(result.transfers > 0);
      assert.equal(result.payloadBytes, result.transfers * sizeBytes);
      assert.ok(result.wireBytes > result.payloadBytes);
      if (perConnection === 1) assert.ok(result.connectionsOpened >= result.transfers);
      else assert.equal(result.connectionsOpened, connections);
    });
  }

  test(`${engine}: a connection is used as often as it was asked for`, () => {
    const { transfers, connectionsOpened } = run('/length/10', { connections, requestsPerConnection: 4 });
    // Each connection in use has carried up to four.
    assert.ok(connectionsOpened >= transfers / 4 && connectionsOpened <= transfers / 4 + connections);
  });

  for (const [path, cause, options] of [
    ['/missing', 'status 404', {}],
    ['/length/10', '10 bytes instead of 11', { expectedBytes: 11 }],
    ['/cut', 'reply cut short', {}],
    ['/reset', 'reset', {}],
    ['/silent-close', 'closed without a reply', {}],
    ['/hang', 'no reply in time', {}],
    ['/stand-still', 'the reply stood still', {}],
    ['/malformed', 'malformed reply: its first line is no status line of HTTP/1', {}],
    ['/more', 'malformed reply: bytes after its end', {}],
  ] as const) {
    test(`${engine}: ${path} fails as '${cause}'`, () => {
      const { failures, transfers, malformed } = run(path, { connections, ...options });
      assert.equal(transfers, 0);
      assert.deepEqual(Object.keys(failures), [cause]);
      // It pauses after a failure, and goes on.
      const count = failures[cause] ?? 0;
      assert.ok(count >= 1 && count <= 10 * connections, `${count} failures`);
      if (path === '/malformed') assert.equal(malformed, '220 ftp ready\r\n');
    });
  }

  test(`${engine}: a port that nothing listens on refuses`, () => {
    const { failures, transfers } = run('/length/1', { connections, port: 1 });
    assert.deepEqual([transfers, Object.keys(failures)], [0, ['refused']]);
  });
}

test('at a rate, the time of a request counts from when it was due', () => {
  // 40 a second of 50 ms each, one at a time: each is sent 25 ms later than the one before it.
  const result = run('/slow', { ratePerSecond: 40, connections: 1, seconds: 1, timeoutMs: 5000 });
  assert.deepEqual(result.failures, {});
  assert.ok(result.transfers <= 20, `${result.transfers} in a second of 50 ms each`);
  assert.ok(result.timeNs.max > 300e6, `the last waited ${result.timeNs.max / 1e6} ms`);
  assert.ok(result.worstLagMs > 250);
});

test('at a rate that it can hold, requests are sent in time', () => {
  const { transfers, failures, connectionsOpened } = run('/length/10', {
    ratePerSecond: 100,
    connections: 4,
    seconds: 1,
  });
  assert.deepEqual(failures, {});
  assert.ok(transfers >= 60 && transfers <= 101, `${transfers} of 100`);
  assert.equal(connectionsOpened, 4);
});
