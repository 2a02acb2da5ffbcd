// Files → Cluster: our examples, which hosts file is read, files that cannot be.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ConfError, loadCluster } from '../../src/conf/mod.ts';
import { type ConfValues, confText, ONE_NIC, PAPER_HOSTS, resolveChanged, VS_NAT } from './paper.ts';

const EXAMPLES = join(import.meta.dirname, '../../examples');

function inDirectory(run: (directory: string) => void): void {
  const directory = mkdtempSync(join(tmpdir(), 'lvskit-conf-'));
  try {
    run(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}

describe('examples', () => {
  const examples: readonly (readonly [file: string, changes: ConfValues])[] = [
    ['vs-nat.conf', VS_NAT],
    ['vs-dr.conf', {}],
    ['vs-dr-1nic.conf', ONE_NIC],
    ['vs-tun.conf', { LVS_TYPE: 'VS_TUN', SERVER_VIP_DEVICE: 'tunl0' }],
    ['vs-dr-martian.conf', { SERVER_DEFAULT_GW: 'director-inside' }],
    ['vs-dr-tp-realserver.conf', { SERVER_VIP_DEVICE: 'TP' }],
    ['vs-dr-tp-director.conf', { VIP: 'TP lvs 255.255.255.255 lvs' }],
    ['vs-dr-tp-both.conf', { VIP: 'TP lvs 255.255.255.255 lvs', SERVER_VIP_DEVICE: 'TP' }],
  ];
  for (const [file, changes] of examples) {
    test(`${file} with the hosts file beside it is the cluster of the paper`, () => {
      const { source, ...cluster } = loadCluster({ confFile: join(EXAMPLES, file) });
      const { source: _, ...paperCluster } = resolveChanged(changes);
      assert.equal(source.hostsFile, join(EXAMPLES, 'hosts'));
      assert.deepEqual(cluster, paperCluster);
    });
  }
});

describe('loadCluster', () => {
  test('reads the hosts file that it is given instead of the one beside the conf', () => {
    inDirectory((directory) => {
      const hostsFile = join(directory, 'other-hosts');
      writeFileSync(hostsFile, PAPER_HOSTS.replaceAll('192.168.1.11 ', '192.168.1.99 '));
      const { source, machines } = loadCluster({ confFile: join(EXAMPLES, 'vs-dr.conf'), hostsFile });
      assert.equal(source.hostsFile, hostsFile);
      assert.equal(machines[2]?.nics[0]?.address, '192.168.1.99');
    });
  });

  test('falls back on /etc/hosts', () => {
    inDirectory((directory) => {
      const confFile = join(directory, 'vs.conf');
      writeFileSync(confFile, confText({ DIRECTOR_DEFAULT_GW: 'no-machine.invalid' }));
      assert.throws(() => loadCluster({ confFile }), /add its address and name to \/etc\/hosts|did you mean/);
    });
  });

  for (const [what, files] of [
    ['conf', { confFile: '/no/such/vs.conf' }],
    ['hosts', { confFile: join(EXAMPLES, 'vs-dr.conf'), hostsFile: '/no/such/hosts' }],
  ] as const) {
    test(`tells that the ${what} file cannot be read, with the cause`, () => {
      assert.throws(
        () => loadCluster(files),
        (error) => {
          assert.ok(error instanceof ConfError);
          assert.equal(error.problems[0]?.code, 'CONF_UNREADABLE');
          assert.match(error.message, /^\/no\/such\/\S+: cannot be read \(ENOENT/);
          assert.ok(error.cause instanceof Error);
          assert.equal(error.exitStatus, 2);
          return true;
        },
      );
    });
  }
});
