// How a netpipe run ends when the other end is not there, is something else, or dies: a named error in bounded time.

import assert from 'node:assert/strict';
import { createServer, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { runCommandAsync } from '../../src/system/mod.ts';
import { LVSKIT } from './netpipe-namespaces.ts';

let port = 0;
let answer: (socket: Socket) => void;
const server = createServer((socket) => {
  socket.on('error', () => {});
  answer(socket);
});

before(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  assert.ok(typeof address === 'object' && address !== null);
  port = address.port;
});
after(() => server.close());

async function failureOf(...words: readonly string[]): Promise<string> {
  const { status, stderr } = await runCommandAsync([LVSKIT, ...words], { allowFailure: true, timeoutMs: 30_000 });
  assert.equal(status, 1, stderr);
  return stderr;
}

function bench(...flags: readonly string[]): Promise<string> {
  return failureOf('bench', 'netpipe', '127.0.0.1', '--port', `${port}`, ...flags);
}

test('a service that is no netpipe is quoted', async () => {
  answer = (socket) => socket.write('220 ftp ready\r\n');
  assert.match(await bench(), /the peer is no netpipe in step with this one: it sent "220 f"/);
});

test('a peer that says nothing ends in a timeout', async () => {
  answer = () => {};
  assert.match(await bench('--timeout', '0.3'), /cannot receive a block: nothing came back in time/);
});

test('a peer that falls silent between blocks ends in a timeout as well', async () => {
  answer = (socket) => socket.write('SyncMe');
  assert.match(await bench('--timeout', '0.3'), /cannot receive a block: nothing came back in time/);
});

test('a peer that closes in the middle is told apart from silence', async () => {
  answer = (socket) => socket.end('SyncMe');
  assert.match(await bench(), /cannot (receive|send) a block: (the peer closed the connection|.*ECONNRESET|.*EPIPE)/);
});

test('nobody listening is a refused connection', async () => {
  const refused = await failureOf('bench', 'netpipe', '127.0.0.1', '--port', '1');
  assert.match(refused, /cannot connect to 127\.0\.0\.1:1: connection refused \(ECONNREFUSED\)/);
});

test('a port in use is named by the receiver', async () => {
  const inUse = await failureOf('serve', 'netpipe', '--bind', '127.0.0.1', '--port', `${port}`);
  assert.match(inUse, /cannot listen on 127\.0\.0\.1:\d+: address already in use \(EADDRINUSE\)/);
});

test('a name that does not exist is a usage error', async () => {
  const words = [LVSKIT, 'bench', 'netpipe', 'no-such-host.invalid'];
  const { status, stderr } = await runCommandAsync(words, { allowFailure: true, timeoutMs: 30_000 });
  assert.equal(status, 2);
  assert.match(stderr, /'no-such-host\.invalid' is neither an IPv4 address nor the name of one/);
});
