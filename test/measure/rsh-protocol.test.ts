// What rsh's answers mean, and when a refusal is inetd's.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InetdLimit } from '../../src/measure/clients/rsh/inetd-limit.ts';
import { causeOfAnswer, encodeRequest } from '../../src/measure/clients/rsh/protocol.ts';

test('a request has the port for errors, both users and the command, each ended by a zero byte', () => {
  const request = encodeRequest({ errorPort: 1022, user: 'nobody', command: 'cat > /dev/null' });
  assert.equal(Buffer.from(request).toString('latin1'), '1022\0lvskit\0nobody\0cat > /dev/null\0');
});

for (const [answer, errors, cause] of [
  ['\x000\n', '', undefined],
  ['\0', '', 'closed before the copy had ended'],
  ['\x00cat: write error: No space left on device\n1\n', '', 'disk full on the server'],
  ['\x001\n', 'cat: write error: No space left on device\n', 'disk full on the server'],
  ['\x00sh: 1: cannot create lvskit.7: Permission denied\n2\n', '', 'not permitted on the server'],
  ["\x00dd: failed to open 'lvskit.7': Permission denied\n1\n", '', 'not permitted on the server'],
  ["\x00dd: error writing 'lvskit.7': No space left on device\n1\n", '', 'disk full on the server'],
  ['\x00Authentication failure\n', '', 'the server does not let this host and user in'],
  // netkit's rshd
  ['\x01Permission denied.\n', '', 'the server does not let this host and user in'],
  ['\x01Remote directory.\n', '', 'the server says: Remote directory.'],
  ['\x00Killed\n137\n', '', 'the server says: Killed'],
  ['\x000\n', 'a warning\n', 'the server says: a warning'],
] as const) {
  test(`the answer ${JSON.stringify(answer)} with the errors ${JSON.stringify(errors)}: ${cause ?? 'done'}`, () => {
    assert.equal(causeOfAnswer(answer, errors), cause);
  });
}

/** Makes so many connections a second apart. */
function connect(limit: InetdLimit, clock: { ms: number }, count: number): void {
  for (let made = 0; made < count; made++) {
    clock.ms += 1000;
    limit.connected();
  }
}

test('a refusal after a connection that was closed unanswered is the limit of inetd, with its number', () => {
  const clock = { ms: 0 };
  const limit = new InetdLimit(() => clock.ms);
  connect(limit, clock, 40);
  assert.equal(limit.causeOfRefusal(), undefined);
  limit.closedUnanswered();
  assert.equal(limit.causeOfRefusal(), "inetd's limit: it stopped at connection 40 within a minute");
});

test('only the connections of the last minute count', () => {
  const clock = { ms: 0 };
  const limit = new InetdLimit(() => clock.ms);
  connect(limit, clock, 30);
  clock.ms += 50_000;
  connect(limit, clock, 15);
  limit.closedUnanswered();
  // The first 5 s after the pause still see the end of the 30.
  assert.equal(limit.causeOfRefusal(), "inetd's limit: it stopped at connection 15 within a minute");
});

test('a server that ends after a few connections has not reached a limit', () => {
  const clock = { ms: 0 };
  const limit = new InetdLimit(() => clock.ms);
  connect(limit, clock, 7);
  limit.closedUnanswered();
  assert.equal(limit.causeOfRefusal(), undefined);
});
