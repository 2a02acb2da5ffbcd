// A program for tests: applies a conf file to this host, or removes that, and is killed, as if by kill -9, when it is about
// to make its change number N (from 0), which is recorded by then. Words: apply or remove, conf file, N.

import { loadCluster } from '../../../src/conf/mod.ts';
import { applyHost, removeHost } from '../../../src/host/mod.ts';

const [command, confFile = '', last = ''] = process.argv.slice(2);
let count = 0;

function dieAtLast(): void {
  if (count === Number(last)) process.kill(process.pid, 'SIGKILL');
  count += 1;
}

if (command === 'apply') applyHost(loadCluster({ confFile }), { onChange: dieAtLast });
else removeHost({ onUndo: dieAtLast });
