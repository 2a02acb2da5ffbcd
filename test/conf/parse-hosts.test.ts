// Hosts file text → Raw: addresses with their names, what is passed over, what is a problem.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { parseHosts } from '../../src/conf/mod.ts';

describe('parseHosts', () => {
  test('reads an address and the place of each of its names', () => {
    const { hosts, problems } = parseHosts('# ours\n192.168.1.11\tsneezy realserver1 # 75 MHz\n', 'hosts');
    assert.deepEqual(problems, []);
    assert.deepEqual(hosts, [
      {
        address: '192.168.1.11',
        names: [
          { text: 'sneezy', file: 'hosts', line: 2, column: 14 },
          { text: 'realserver1', file: 'hosts', line: 2, column: 21 },
        ],
      },
    ]);
  });

  test('passes over IPv6 lines, which every /etc/hosts has', () => {
    const { hosts, problems } = parseHosts('::1 localhost\nfe80::1%lo0 localhost\nff02::1 ip6-allnodes\n', 'hosts');
    assert.deepEqual({ hosts, problems }, { hosts: [], problems: [] });
  });

  test('keeps lines without an address or without a name as problems and goes on', () => {
    const { hosts, problems } = parseHosts(
      '192.168.1.256 a\n192.168.1.1\n  sneezy 192.168.1.11\n192.168.1.2 b\n',
      'hosts',
    );
    assert.deepEqual(
      problems.map(({ code, line, column }) => `${code} ${line}:${column}`),
      ['CONF_BAD_ADDRESS 1:1', 'CONF_SYNTAX 2:1', 'CONF_BAD_ADDRESS 3:3'],
    );
    assert.deepEqual(
      hosts.map(({ address }) => address),
      ['192.168.1.2'],
    );
  });

  test('reads every host of a generated file', () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9.-]{0,14}$/);
    const names = fc.array(name, { minLength: 1, maxLength: 4 });
    const host = fc.tuple(fc.ipV4(), names).map(([address, names]) => ({ address, names }));
    fc.assert(
      fc.property(fc.array(host), (written) => {
        const text = written.map(({ address, names }) => `${address} ${names.join('\t')} # ${address}\n`).join('');
        const { hosts, problems } = parseHosts(text, 'hosts');
        assert.deepEqual(problems, []);
        assert.deepEqual(
          hosts.map(({ address, names }) => ({ address, names: names.map(({ text }) => text) })),
          written,
        );
      }),
    );
  });
});
