// A copy of this checkout whose tables are laid out differently: another version of lvskit, as far as directors can tell.

import { cpSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCommandAsync } from '../../../src/system/mod.ts';

const ROOT = new URL('../../..', import.meta.url).pathname;

/** What is different: fields and numbers that have come, so that others have moved, and a table that has grown. */
const CHANGES: readonly (readonly [string, string])[] = [
  ['struct lvs_flow {\n', 'struct lvs_flow {\n\t__u64 added[3];\n'],
  ['struct lvs_server {\n', 'struct lvs_server {\n\t__u64 added;\n'],
  ['struct lvs_service {\n', 'struct lvs_service {\n\t__u64 added;\n'],
  ['\tLVS_DROP_SERVER_REMOVED,\n', '\tLVS_DROP_ADDED,\n\tLVS_DROP_SERVER_REMOVED,\n'],
  ['\tLVS_S_UDP,\n', '\tLVS_S_ADDED,\n\tLVS_S_UDP,\n'],
  ['LVS_MAX_FLOWS = 2097152', 'LVS_MAX_FLOWS = 1048576'],
];

/** Makes it in `folder`; returns its launcher. */
export async function makeOtherVersion(folder: string): Promise<string> {
  for (const name of ['bin', 'bpf', 'src', 'scripts', 'build', 'package.json', 'biome.json', '.gitignore']) {
    cpSync(join(ROOT, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const header = join(folder, 'bpf/abi.h');
  const changed = CHANGES.reduce(
    (text, [from, to]) => {
      if (text.split(from).length !== 2) throw new Error(`bpf/abi.h does not have ${JSON.stringify(from)} once`);
      return text.replace(from, to);
    },
    readFileSync(header, 'utf8'),
  );
  writeFileSync(header, changed);
  // The other objects are none of its business: they are not to be compiled.
  rmSync(join(folder, 'build/lvs.bpf.o'));
  for (const name of ['xdp', 'decap']) utimesSync(join(folder, `build/${name}.bpf.o`), new Date(), new Date());
  const inFolder = (words: string) => ['sh', '-c', `cd ${folder} && PATH=${ROOT}node_modules/.bin:$PATH exec ${words}`];
  await Promise.all([
    runCommandAsync(inFolder(`${process.execPath} scripts/generate-abi.ts`), { timeoutMs: 60_000 }),
    runCommandAsync(inFolder('scripts/build-bpf'), { timeoutMs: 60_000 }),
  ]);
  return join(folder, 'bin/lvskit');
}
