// The parser of HTTP replies: where each ends whatever parts it comes in, and what it takes for malformed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ReplyParser } from '../../src/measure/clients/http/reply-parser.ts';

interface Reading {
  readonly outcome: 'done' | 'goes on' | 'malformed';
  readonly status: number;
  readonly bodyBytes: number;
  readonly keepsAlive: boolean;
  /** Of what was given, how much the reply took. */
  readonly taken: number;
  readonly problem: string | undefined;
}

/** Reads a reply that comes in parts, each up to one of the places in `cuts`. */
function read(text: string, { cuts = [] as readonly number[], expectsBody = true, closes = false } = {}): Reading {
  const parser = new ReplyParser();
  parser.begin(expectsBody);
  const bytes = Buffer.from(text, 'latin1');
  let taken = 0;
  for (const end of [...cuts.filter((cut) => cut < bytes.length).toSorted((a, b) => a - b), bytes.length]) {
    if (end > taken && !parser.isDone && !parser.isMalformed) taken = parser.feed(bytes, taken, end);
  }
  if (closes) parser.close();
  const outcome = parser.isDone ? 'done' : parser.isMalformed ? 'malformed' : 'goes on';
  const { status, bodyBytes, keepsAlive, problem } = parser;
  return { outcome, status, bodyBytes, keepsAlive, taken, problem };
}

const OK = 'HTTP/1.1 200 OK\r\n';
const NGINX =
  `${OK}Server: nginx/1.22.1\r\nDate: Mon, 23 Nov 2026 12:00:00 GMT\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n` +
  'Last-Modified: Mon, 23 Nov 2026 11:00:00 GMT\r\nConnection: keep-alive\r\nETag: "65"\r\nAccept-Ranges: bytes\r\n\r\n00000';

const REPLIES: readonly (readonly [string, string, number, number, boolean])[] = [
  ['of nginx', NGINX, 200, 5, true],
  ['without a body', `${OK}Content-Length: 0\r\n\r\n`, 200, 0, true],
  ['whose status has no words', 'HTTP/1.1 204\r\n\r\n', 204, 0, true],
  ['not modified, with the length that it would have', 'HTTP/1.1 304 NM\r\nContent-Length: 7\r\n\r\n', 304, 0, true],
  ['that closes', `${OK}connection:close\r\ncontent-length:\t3 \r\n\r\nabc`, 200, 3, false],
  ['that closes, among other options', `${OK}Connection: TE , Close\r\nContent-Length: 1\r\n\r\na`, 200, 1, false],
  ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\na', 200, 1, false],
  ['of HTTP/1.0 that stays', 'HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\na', 200, 1, true],
  [
    'in chunks',
    `${OK}Transfer-Encoding: Chunked\r\n\r\n5\r\n01234\r\n00A;x="y"\r\n0123456789\r\n0\r\n\r\n`,
    200,
    15,
    true,
  ],
  [
    'in chunks, with trailers',
    `${OK}Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nX: y\r\nZ: a\r\n\r\n`,
    200,
    1,
    true,
  ],
  ['after an interim one', `HTTP/1.1 100 Continue\r\nX: 1\r\n\r\n${OK}Content-Length: 2\r\n\r\nab`, 200, 2, true],
  ['with its length twice, the same', `${OK}Content-Length: 2\r\nContent-Length: 2\r\n\r\nab`, 200, 2, true],
];

for (const [what, text, status, bodyBytes, keepsAlive] of REPLIES) {
  test(`a reply ${what} ends where it should, in whatever parts it comes`, () => {
    const expected = { outcome: 'done', status, bodyBytes, keepsAlive, taken: text.length, problem: undefined };
    assert.deepEqual(read(text), expected);
    assert.deepEqual(read(`${text}HTTP/1.1`), expected, 'what follows is left alone');
    assert.deepEqual(read(text, { cuts: [...text].map((_, at) => at) }), expected, 'byte by byte');
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 6 }), (cuts) => {
        assert.deepEqual(read(text, { cuts }), expected);
      }),
    );
    for (let end = 1; end < text.length; end++) assert.equal(read(text.slice(0, end)).outcome, 'goes on');
  });
}

const MALFORMED: readonly (readonly [string, string])[] = [
  ['SSH-2.0-OpenSSH_9.2\r\n', 'its first line is no status line of HTTP/1'],
  ['HTTP/2 200 OK\r\n', 'its first line is no status line of HTTP/1'],
  ['HTTP/1.1 2x0 OK\r\n', 'its first line is no status line of HTTP/1'],
  ['HTTP/1.1 2000\r\n', 'its first line is no status line of HTTP/1'],
  ['HTTP/1.1 200 OK\n\n', 'a LF without CR in the head'],
  [`${OK}Content-Length: 1\n\r\na`, 'a LF without CR in the head'],
  [`${OK}X: 1\rY: 2\r\n\r\n`, 'a CR without LF in the head'],
  [`${OK}Folded: a\r\n b\r\n\r\n`, 'a line of the head is no field'],
  [`${OK}no field\r\n\r\n`, 'a line of the head is no field'],
  [`${OK}: nameless\r\n\r\n`, 'a field without a name'],
  [`${OK}Content-Length: five\r\n\r\n`, 'Content-Length: five'],
  [`${OK}Content-Length: -1\r\n\r\n`, 'Content-Length: -1'],
  [`${OK}Content-Length:\r\n\r\n`, 'Content-Length: '],
  [`${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, 'Content-Length is 1 and 2'],
  [`${OK}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`, 'both Transfer-Encoding and Content-Length'],
  [`${OK}Transfer-Encoding: gzip\r\n\r\n`, 'Transfer-Encoding: gzip'],
  ['HTTP/1.1 101 Switching Protocols\r\n\r\n', 'a switch of protocols that was not asked for'],
  [`${OK}Transfer-Encoding: chunked\r\n\r\nzz\r\n`, 'a chunk without a proper size'],
  [`${OK}Transfer-Encoding: chunked\r\n\r\n\r\n`, 'a chunk without a proper size'],
  [`${OK}Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n`, 'a chunk longer than its size'],
  [`${OK}X: ${'0'.repeat(70_000)}\r\n\r\n`, 'a head of over 65536 bytes'],
];

for (const [text, problem] of MALFORMED) {
  test(`malformed: ${problem}, as in ${JSON.stringify(text.slice(0, 60))}`, () => {
    const reading = read(text);
    assert.deepEqual([reading.outcome, reading.problem], ['malformed', problem]);
    const byteByByte = read(text, { cuts: [...text].map((_, at) => at) });
    assert.deepEqual([byteByByte.outcome, byteByByte.problem], ['malformed', problem]);
  });
}

test('a reply without a length ends with the connection, and one with a length does not', () => {
  assert.equal(read(`${OK}\r\nabc`).outcome, 'goes on');
  assert.deepEqual(read(`${OK}\r\nabc`, { closes: true }), {
    outcome: 'done',
    status: 200,
    bodyBytes: 3,
    keepsAlive: false,
    taken: 22,
    problem: undefined,
  });
  assert.equal(read(NGINX.slice(0, -1), { closes: true }).outcome, 'goes on');
  assert.equal(read('', { closes: true }).outcome, 'goes on');
});

test('there is no body to HEAD, whatever length the head says', () => {
  assert.deepEqual(read(NGINX, { expectsBody: false }).taken, NGINX.length - 5);
});

test('the bytes of a malformed reply are kept, up to 512', () => {
  const parser = new ReplyParser();
  parser.begin();
  const bytes = Buffer.from(`220 ftp ready\r\n${'x'.repeat(1000)}`);
  parser.feed(bytes, 0, bytes.length);
  assert.equal(Buffer.from(parser.malformedBytes).toString(), bytes.toString('latin1', 0, 512));
});

test('a parser reads reply after reply', () => {
  const parser = new ReplyParser();
  const bytes = Buffer.from(NGINX.repeat(3));
  let at = 0;
  for (let reply = 1; reply <= 3; reply++) {
    parser.begin();
    at = parser.feed(bytes, at, bytes.length);
    assert.deepEqual([parser.isDone, parser.bodyBytes, parser.wireBytes], [true, 5, NGINX.length]);
  }
  assert.equal(at, bytes.length);
});

test('what a parser has read before makes no difference to how it reads a reply', () => {
  const texts = [...REPLIES.map(([, text]) => text), ...MALFORMED.map(([text]) => text), NGINX.replace('5', '4')];
  const outcomeOf = (parser: ReplyParser, text: string, expectsBody: boolean) => {
    parser.begin(expectsBody);
    const taken = parser.feed(Buffer.from(text, 'latin1'), 0, text.length);
    const { isDone, isMalformed, status, bodyBytes, wireBytes, keepsAlive, problem } = parser;
    return { taken, isDone, isMalformed, status, bodyBytes, wireBytes, keepsAlive, problem };
  };
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...texts), fc.boolean()), { minLength: 2, maxLength: 8 }),
      (replies) => {
        const parser = new ReplyParser();
        for (const [text, expectsBody] of replies) {
          assert.deepEqual(outcomeOf(parser, text, expectsBody), outcomeOf(new ReplyParser(), text, expectsBody));
          assert.deepEqual(outcomeOf(parser, text, expectsBody), outcomeOf(new ReplyParser(), text, expectsBody));
        }
      },
    ),
  );
});

test('nothing but a reply makes the parser fail otherwise than by saying so', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
      const parser = new ReplyParser();
      parser.begin();
      const end = parser.feed(bytes, 0, bytes.length);
      assert.ok(end <= bytes.length && (parser.isMalformed || parser.isDone || end === bytes.length));
    }),
  );
});
