// Problems are gathered: all are told at once, in order, with the file and line of each.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { ConfError } from '../../src/conf/mod.ts';
import { confText, PAPER_HOSTS, problemsOf, problemsOfText, resolveText } from './paper.ts';

describe('ConfError', () => {
  test('has a line for every problem, by file and line, the conf file first', () => {
    const conf = confText({
      VIP: 'eth1:110 lvx 255.255.255.255 lvs',
      SERVICE: ['t telnt rr sneezey', 't http rr realserver1'],
      SERVER_DEFAULT_GW: 'client2',
    });
    assert.throws(
      () => resolveText(conf, `bad line\n${PAPER_HOSTS}`),
      (error) => {
        assert.ok(error instanceof ConfError);
        assert.equal(error.code, 'CONF_INVALID');
        assert.equal(error.exitStatus, 2);
        assert.deepEqual(error.message.split('\n'), [
          "vs.conf:4: VIP 'lvx' is not in the hosts file; did you mean 'lvs'?",
          "vs.conf:7: no tcp port is named 'telnt'; did you mean 'telnet'?",
          "vs.conf:7: realserver 'sneezey' is not in the hosts file; did you mean 'sneezy'?",
          "vs.conf:11: gateway 'client2' (192.168.2.254) is not in the realservers' network 192.168.1.0/24; name a gateway in 192.168.1.0/24",
          "hosts:1: 'bad' is not an address; begin the line with an address such as 192.168.1.11",
        ]);
        assert.deepEqual(error.fields, { problems: error.problems });
        return true;
      },
    );
  });

  test('names every key that an empty file lacks', () => {
    assert.deepEqual(
      problemsOfText('').map(({ code, line, message }) => `${code} ${line} ${message}`),
      [
        'CONF_MISSING_KEY 1 LVS_TYPE is missing',
        'CONF_MISSING_KEY 1 INITIAL_STATE is missing',
        'CONF_MISSING_KEY 1 VIP is missing',
        'CONF_MISSING_KEY 1 DIRECTOR_INSIDEIP is missing',
        'CONF_MISSING_KEY 1 DIRECTOR_DEFAULT_GW is missing',
        'CONF_MISSING_KEY 1 SERVICE is missing',
        'CONF_MISSING_KEY 1 SERVER_VIP_DEVICE is missing',
        'CONF_MISSING_KEY 1 SERVER_NET_DEVICE is missing',
        'CONF_MISSING_KEY 1 SERVER_DEFAULT_GW is missing',
      ],
    );
  });

  test('does not tell a malformed line for missing', () => {
    assert.deepEqual(
      problemsOf({ VIP: 'eth1:110' }).map((problem) => problem.code),
      ['CONF_WORD_COUNT'],
    );
  });
});

describe('resolveCluster', () => {
  const PIECES = [
    ...confText().split(/[\s=#]+/),
    ...PAPER_HOSTS.split(/\s+/),
    ...['=', '#', '\n', '\r\n', ' ', '\t', '__proto__', 'constructor', 'TP', 'tunl0', '255.255.0.0', '::1', '0', ''],
  ];
  const shuffled = fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((pieces) => pieces.join(' '));
  const anyText = fc.oneof(fc.string({ unit: 'binary', maxLength: 200 }), shuffled);

  /** A conf that is right but for one line, which reaches the later checks. */
  const oneLineWrong = fc
    .tuple(fc.nat({ max: 10 }), fc.array(fc.constantFrom(...PIECES), { maxLength: 6 }))
    .map(([index, words]) => {
      const lines = confText().split('\n');
      const key = lines[index]?.split('=')[0];
      return lines.toSpliced(index, 1, `${key}=${words.join(' ')}`).join('\n');
    });

  function throwsNothingButConfError(conf: string, hosts: string): void {
    try {
      resolveText(conf, hosts);
    } catch (error) {
      if (!(error instanceof ConfError)) throw error;
      assert.notEqual(error.problems.length, 0);
      for (const problem of error.problems) assert.ok((problem.line ?? 0) >= 1 && (problem.column ?? 0) >= 1);
    }
  }

  test('gives a cluster or a ConfError with problems for any two texts', () => {
    fc.assert(fc.property(anyText, anyText, throwsNothingButConfError));
  });

  test('gives a cluster or a ConfError with problems for a conf with any line changed', () => {
    fc.assert(
      fc.property(oneLineWrong, (conf) => throwsNothingButConfError(conf, PAPER_HOSTS)),
      { numRuns: 500 },
    );
  });
});
