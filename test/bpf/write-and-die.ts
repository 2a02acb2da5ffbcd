// Changes the director's table in the network namespace of its first argument, or only looks at it, as its second one
// says, and kills itself just before the write of its third: what a kill -9 at the worst moment would do. Says nothing;
// what comes through ends with 0.

import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { libbpf } from '../../src/dataplane/libbpf.ts';
import { openDataPlane } from '../../src/dataplane/mod.ts';
import { inNetworkNamespace } from '../../src/system/mod.ts';
import { AFTER } from './killed-writer-tables.ts';

const [namespace = '', work = '', lastWrite = ''] = process.argv.slice(2);

type Functions = Record<string, (...words: unknown[]) => unknown>;

inNetworkNamespace(`/run/netns/${namespace}`, () => {
  const plane = openDataPlane();
  let writes = 0;
  const countIn = (module: unknown, names: readonly string[]) => {
    const functions = module as Functions;
    for (const name of names) {
      const original = functions[name] as Functions[string];
      functions[name] = (...words) => {
        writes += 1;
        if (writes === Number(lastWrite)) process.kill(process.pid, 'SIGKILL');
        return original(...words);
      };
    }
  };
  countIn(libbpf(), ['mapUpdate', 'mapUpdateBatch', 'mapDelete', 'mapDeleteBatch']);
  countIn(fs, ['writeFileSync', 'renameSync', 'rmSync']);
  syncBuiltinESMExports();
  if (work === 'look') plane.readStatus();
  else plane.update(() => AFTER);
});
