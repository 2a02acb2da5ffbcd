// The director needs none of our processes: what is set up by the command line forwards on when all of them are killed.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { readLab } from '../../src/lab/mod.ts';
import { takeDownVirtualServer } from '../../src/suite/mod.ts';
import { runCommandAsync } from '../../src/system/mod.ts';
import { LVSKIT, startInBackground, until, untilListening } from './netpipe-namespaces.ts';
import { needing } from './support/programs.ts';
import { EXAMPLE_OF_EACH_METHOD, exampleFile } from './support/virtual-server.ts';

/** lvskit's own processes among those that live in the namespaces: agents, services, commands. */
function lvskitProcessesIn(namespaces: readonly string[]): number[] {
  const links = new Set(namespaces.map((name) => `net:[${statSync(`/run/netns/${name}`).ino}]`));
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .filter((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
        return links.has(readlinkSync(`/proc/${pid}/ns/net`)) && command.includes('src/cli/main.ts');
      } catch {
        return false; // ended meanwhile
      }
    })
    .map(Number);
}

async function lvskit(...words: string[]): Promise<string> {
  return (await runCommandAsync([LVSKIT, ...words], { timeoutMs: 60_000 })).stdout;
}

/** Another port than that of the netpipe service, which is among those killed. */
const PORT = '5003';
const OPTION = { nat: '-m', dr: '-g', tun: '-i' } as const;

for (const example of EXAMPLE_OF_EACH_METHOD) {
  test(
    `${example}: a run of NPtcp goes on to its end when every process of lvskit is killed`,
    needing('NPtcp'),
    async () => {
      const name = `t${process.pid}-${example}`;
      await lvskit('lab', 'up', exampleFile(example), '--name', name);
      try {
        const { plan } = readLab(name);
        const { cluster } = plan;
        const namespaces = [plan.switchNamespace, ...plan.machines.map(({ namespace }) => namespace)];
        const service = ['-t', `${cluster.vip.address}:${PORT}`];
        const ipvsadm = ['lab', 'exec', name, 'director', '--', LVSKIT, 'ipvsadm'];
        await lvskit(...ipvsadm, '-A', ...service, '-s', 'rr');
        await lvskit(...ipvsadm, '-a', ...service, '-r', '192.168.1.11', OPTION[cluster.method]);
        const before = await lvskit(...ipvsadm, '-Sn');

        const run = ['NPtcp', '-P', PORT, '-u', '8192', '-n', '400', '-p', '0', '-o', '/dev/null'];
        const receiver = startInBackground([LVSKIT, 'lab', 'exec', name, 'realserver1', '--', ...run]);
        await untilListening(`${name}-realserver1`, Number(PORT));
        const words = [...run, '-h', cluster.vip.address];
        const transmitter = startInBackground([LVSKIT, 'lab', 'exec', name, 'client', '--', ...words]);
        await until('NPtcp to be in its run', () => /^ +\d+: .* Mbps/m.test(transmitter.output()));

        const killed = lvskitProcessesIn(namespaces);
        assert.ok(killed.length > 0, 'the services of the lab are there to be killed');
        for (const pid of killed) process.kill(pid, 'SIGKILL');
        await until('all to be gone', () => lvskitProcessesIn(namespaces).length === 0);
        const sizesBefore = transmitter.output().match(/Mbps/g)?.length ?? 0;
        assert.equal(await transmitter.ended, 0, transmitter.output());
        assert.equal(await receiver.ended, 0, receiver.output());
        const sizes = transmitter.output().match(/Mbps/g)?.length ?? 0;
        assert.ok(sizes > sizesBefore, `${sizesBefore} sizes before, ${sizes} after`);
        assert.equal(sizes, 26);

        const director = `${name}-director`;
        for (const prefix of [
          ['nsenter', `--net=/run/netns/${director}`],
          ['ip', 'netns', 'exec', director],
        ]) {
          const { stdout } = await runCommandAsync([...prefix, LVSKIT, 'ipvsadm', '-Sn']);
          assert.equal(stdout, before, prefix.join(' '));
        }
      } finally {
        await takeDownVirtualServer(name);
      }
    },
  );
}
