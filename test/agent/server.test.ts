import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHandlers } from '../../src/agent/handlers.ts';
import type { Reply } from '../../src/agent/protocol.ts';
import { answerLine } from '../../src/agent/server.ts';

const handlers = createHandlers('1.2.3');

function errorOf(reply: Reply): { code: string; message: string } {
  assert.ok('error' in reply, `expected an error: ${JSON.stringify(reply)}`);
  return reply.error;
}

test('hello says who is there', async () => {
  const reply = await answerLine('{"id":7,"method":"hello","params":{}}', handlers);
  assert.ok('result' in reply);
  assert.equal(reply.id, 7);
  assert.equal((reply.result as { version: string }).version, '1.2.3');
  assert.equal((reply.result as { pid: number }).pid, process.pid);
});

test('a line that is no JSON is answered with an error without an id', async () => {
  const reply = await answerLine('Last login: Mon Jun 12', handlers);
  assert.equal(reply.id, -1);
  assert.equal(errorOf(reply).code, 'AGENT_PROTOCOL');
});

test('a method that does not exist is refused', async () => {
  const reply = await answerLine('{"id":1,"method":"reboot","params":{}}', handlers);
  assert.equal(errorOf(reply).code, 'AGENT_PROTOCOL');
});

test('parameters are checked before anything is done', async () => {
  const request = { id: 2, method: 'netpipe.connect', params: { address: '300.1.1.1', port: 5002 } };
  const reply = await answerLine(JSON.stringify(request), handlers);
  assert.equal(reply.id, 2);
  assert.match(errorOf(reply).message, /bad parameters of netpipe\.connect.*not an IPv4 address/s);
});

test('a number that stands for nothing is named', async () => {
  const request = { id: 3, method: 'netpipe.close', params: { connection: 9 } };
  const { code, message } = errorOf(await answerLine(JSON.stringify(request), handlers));
  assert.equal(code, 'AGENT_UNKNOWN_HANDLE');
  assert.equal(message, 'this agent has no netpipe connection 9');
});
