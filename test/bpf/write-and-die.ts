// Changes the director's table in the network namespace of its first argument, and kills itself just before the write
// of its second: what a kill -9 at the worst moment would do. Says nothing; a change that comes through ends with 0.

import { libbpf } from '../../src/dataplane/libbpf.ts';
import { openDataPlane } from '../../src/dataplane/mod.ts';
import { inNetworkNamespace } from '../../src/system/mod.ts';
import { AFTER } from './killed-writer-tables.ts';

const [namespace = '', lastWrite = ''] = process.argv.slice(2);

const WRITES = ['mapUpdate', 'mapUpdateBatch', 'mapDelete', 'mapDeleteBatch'] as const;
type Writes = Record<(typeof WRITES)[number], (...words: unknown[]) => unknown>;

inNetworkNamespace(`/run/netns/${namespace}`, () => {
  const plane = openDataPlane();
  const functions = libbpf() as unknown as Writes;
  let writes = 0;
  for (const name of WRITES) {
    const original = functions[name];
    functions[name] = (...words) => {
      writes += 1;
      if (writes === Number(lastWrite)) process.kill(process.pid, 'SIGKILL');
      return original(...words);
    };
  }
  plane.update(() => AFTER);
});
