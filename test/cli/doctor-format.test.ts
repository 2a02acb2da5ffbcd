import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatDiagnosis, formatDiagnosisJson, isHealthy } from '../../src/cli/doctor-format.ts';
import type { Diagnosis, Finding } from '../../src/doctor/mod.ts';

const FINDING: Finding = {
  name: 'arp-vip',
  machine: 'realserver1',
  summary: 'realserver1 answers ARP for the VIP 192.168.1.110 on eth0',
  evidence: [
    'net.ipv4.conf.all.arp_ignore is 0, net.ipv4.conf.eth0.arp_ignore is 0',
    'arping on eth0 of client: 02:00:c0:a8:01:0b, which is realserver1, answered',
  ],
  why: 'Clients and routers hear two answers to who has the VIP, and whichever comes last gets all connections.',
  remedies: [
    { machine: 'realserver1', command: 'sysctl -w net.ipv4.conf.all.arp_ignore=1' },
    { machine: 'client', command: 'ip neigh flush to 192.168.1.110 dev eth0' },
  ],
};

function diagnosis(change: Partial<Diagnosis> = {}): Diagnosis {
  return { findings: [], examined: ['director', 'client'], unreached: [], connections: 1, ...change };
}

test('a finding is told with evidence, reason and commands, in 80 columns', () => {
  assert.equal(
    formatDiagnosis(diagnosis({ findings: [FINDING] })),
    `realserver1 answers ARP for the VIP 192.168.1.110 on eth0 (arp-vip)
  evidence  net.ipv4.conf.all.arp_ignore is 0, net.ipv4.conf.eth0.arp_ignore is
            0
            arping on eth0 of client: 02:00:c0:a8:01:0b, which is realserver1,
            answered
  why       Clients and routers hear two answers to who has the VIP, and
            whichever comes last gets all connections.
  mend      realserver1: sysctl -w net.ipv4.conf.all.arp_ignore=1
            client: ip neigh flush to 192.168.1.110 dev eth0

1 finding: 2 machines looked at, 1 connection tried through the VIP.
`,
  );
});

test('advice stands where no command does', () => {
  const text = formatDiagnosis(diagnosis({ findings: [{ ...FINDING, remedies: [], advice: 'start it again' }] }));
  assert.match(text, /^ {2}mend {6}start it again$/m);
});

test('a command stays on its line, however long it is', () => {
  const command = `ip route replace ${'x'.repeat(100)} via 192.168.1.254`;
  const text = formatDiagnosis(diagnosis({ findings: [{ ...FINDING, remedies: [{ machine: 'client', command }] }] }));
  assert.ok(text.includes(`client: ${command}\n`));
});

test('health is a line; a machine that was not looked at is none', () => {
  assert.equal(
    formatDiagnosis(diagnosis()),
    'Nothing found: 2 machines looked at, 1 connection tried through the VIP.\n',
  );
  assert.equal(isHealthy(diagnosis()), true);
  const partial = diagnosis({ unreached: [{ machine: 'realserver1', why: 'it said nothing' }] });
  assert.match(
    formatDiagnosis(partial),
    /^realserver1 could not be looked at: it said nothing\.\nNothing found: 2 of 3 machines/,
  );
  assert.equal(isHealthy(partial), false);
  assert.equal((JSON.parse(formatDiagnosisJson(partial)) as { healthy: boolean }).healthy, false);
});
