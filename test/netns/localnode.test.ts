// LocalNode end to end: a director that is one of its own servers.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inNetworkNamespace } from '../../src/system/mod.ts';
import { programsOn } from '../bpf/attached-programs.ts';
import { BPF_MISSING } from '../bpf/requirements.ts';
import { DIRECTOR_AT_SERVERS, REALSERVER, VIPS, withThreeHosts } from './support/three-hosts.ts';

const PORT = 80;
const OTHER_PORT = 8080;

test('the director answers as the VIP, whatever method and address it is a server by', {
  skip: BPF_MISSING,
}, async () => {
  await withThreeHosts(async (hosts) => {
    hosts.addVips('director');
    await hosts.serve('director', [PORT, OTHER_PORT]);
    for (const [family, loopback] of [
      ['inet', '127.0.0.1'],
      ['inet6', '::1'],
    ] as const) {
      const at = (address: string) => (family === 'inet6' ? `[${address}]` : address);
      for (const [server, method, answered] of [
        [DIRECTOR_AT_SERVERS[family], '-g', PORT],
        [loopback, '-g', PORT],
        [VIPS[family], '-i', PORT],
        [DIRECTOR_AT_SERVERS[family], '-m', PORT],
        [DIRECTOR_AT_SERVERS[family], '-m', OTHER_PORT],
        [VIPS[family], '-m', OTHER_PORT],
      ] as const) {
        const service = `-t ${at(VIPS[family])}:${PORT}`;
        const rules = ['-C', `-A ${service} -s rr`, `-a ${service} -r ${at(server)}:${answered} ${method}`];
        for (const rule of rules) await hosts.lvskit('director', `ipvsadm ${rule}`);
        const answer = await hosts.ask('tcp', VIPS[family], PORT, 200_000);
        assert.equal(answer, `director ${answered} 200000`, `${server} ${method}`);
      }
    }
  });
});

test('the director takes its turn beside a realserver', { skip: BPF_MISSING }, async () => {
  await withThreeHosts(async (hosts) => {
    hosts.addVips('director');
    await hosts.serve('director', [OTHER_PORT]);
    await hosts.serve('realserver', [OTHER_PORT]);
    const service = `-t ${VIPS.inet}:${PORT}`;
    const servers = [DIRECTOR_AT_SERVERS.inet, REALSERVER.inet];
    const rules = [`-A ${service} -s rr`, ...servers.map((server) => `-a ${service} -r ${server}:${OTHER_PORT} -m`)];
    await hosts.lvskit('director', 'ipvsadm -R', rules.join('\n'));
    const answers: string[] = [];
    for (let turn = 0; turn < 4; turn++) answers.push(await hosts.ask('tcp', VIPS.inet, PORT, 1000));
    assert.deepEqual(answers.map((answer) => answer.split(' ')[0]).toSorted(), [
      'director',
      'director',
      'realserver',
      'realserver',
    ]);
    assert.match(await hosts.lvskit('director', 'ipvsadm -Ln'), /10\.78\.2\.1:8080 +Masq +1/);
  });
});

test("taking the director down leaves nothing on the NICs' egress", { skip: BPF_MISSING }, async () => {
  await withThreeHosts(async (hosts) => {
    const programs = () =>
      ['front', 'back'].map((nic) =>
        inNetworkNamespace(`/run/netns/${hosts.name('director')}`, () => programsOn(nic, 'egress')),
      );
    for (const rule of [`-A -t ${VIPS.inet}:80 -s rr`, `-a -t ${VIPS.inet}:80 -r ${DIRECTOR_AT_SERVERS.inet}:80 -m`]) {
      await hosts.lvskit('director', `ipvsadm ${rule}`);
    }
    assert.deepEqual(programs(), [['lvs_egress'], ['lvs_egress']]);
    await hosts.lvskit('director', 'director down');
    assert.deepEqual(programs(), [[], []]);
  });
});
