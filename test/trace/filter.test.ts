// Filters of `lvskit trace`: what they ask for, and what is said of those that ask for nothing sensible.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lvsTraceLimits } from '../../src/dataplane/trace-abi.ts';
import { LvskitError } from '../../src/model/mod.ts';
import { type FilterTerm, parseFilter } from '../../src/trace/mod.ts';

function terms(count: number): string {
  return Array(count).fill('dropped').join(' and ');
}

const UNDERSTOOD: Readonly<Record<string, readonly unknown[]>> = {
  '': [],
  '  tcp ': [{ kind: 'protocol', protocol: 'tcp' }],
  'icmp and host 10.1.1.1': [
    { kind: 'protocol', protocol: 'icmp' },
    { kind: 'host', address: '10.1.1.1' },
  ],
  'src 10.1.1.1 and dst 2001:DB8::1': [
    { kind: 'src', address: '10.1.1.1' },
    { kind: 'dst', address: '2001:db8::1' },
  ],
  'client [2001:db8::7] and server 10.1.1.2': [
    { kind: 'client', address: '2001:db8::7' },
    { kind: 'server', address: '10.1.1.2' },
  ],
  'port 65535 and dropped': [{ kind: 'port', port: 65535 }, { kind: 'dropped' }],
  'vip 10.1.1.3': [{ kind: 'vip', address: '10.1.1.3', port: 0 }],
  'vip 10.1.1.3:80': [{ kind: 'vip', address: '10.1.1.3', port: 80 }],
  'vip 2001:db8::3': [{ kind: 'vip', address: '2001:db8::3', port: 0 }],
  'vip [2001:db8::3]:80': [{ kind: 'vip', address: '2001:db8::3', port: 80 }],
};

for (const [text, terms] of Object.entries(UNDERSTOOD)) {
  test(`'${text}' is understood`, () => assert.deepEqual(parseFilter(text), terms as readonly FilterTerm[]));
}

const FAULTS: Readonly<Record<string, string>> = {
  'tcp and prt 80': "word 3: 'prt' begins no term",
  'tcp port 80': "word 2: 'port' stands where 'and' is to join two terms",
  'tcp or udp': "word 2: 'or' stands where 'and' is to join two terms",
  'tcp and': 'its end: a term is missing at its end',
  host: 'its end: an address after host is missing',
  'host sneezey': "word 2: 'sneezey' is no IPv4 or IPv6 address",
  'port http': "word 2: 'http' is no port: a number from 1 to 65535",
  'port 0': "word 2: '0' is no port: a number from 1 to 65535",
  'vip 10.1.1.3:': "word 2: '' is no port: a number from 1 to 65535",
  'vip :80': "word 2: ':80' is no ADDRESS:PORT",
  'vip [10.1.1.3': "word 2: '[10.1.1.3' is no ADDRESS:PORT",
  [terms(lvsTraceLimits.LVS_TRACE_TERMS + 1)]: 'word 17: it has more than 8 terms',
};

test('a filter may have as many terms as the tracer has room for', () => {
  assert.equal(parseFilter(terms(lvsTraceLimits.LVS_TRACE_TERMS)).length, lvsTraceLimits.LVS_TRACE_TERMS);
});

for (const [text, complaint] of Object.entries(FAULTS)) {
  test(`'${text}' is refused where it is wrong`, () => {
    assert.throws(
      () => parseFilter(text),
      (error) =>
        error instanceof LvskitError &&
        error.code === 'TRACE_FILTER_INVALID' &&
        error.exitStatus === 2 &&
        error.message === `filter '${text}', ${complaint}`,
    );
  });
}
