// The two directors behind the same commands: the kernel's, by the real ipvsadm, and lvskit's, in this process, because
// starting Node for each command takes seconds in a VM.

import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';
import { closeMaps, openMaps } from '../../../src/dataplane/maps.ts';
import { findDataPlane, openDataPlane, removeStateOf } from '../../../src/dataplane/mod.ts';
import { findStateDirectory } from '../../../src/dataplane/state-directory.ts';
import {
  createSystemNames,
  INITIAL_SETTINGS,
  parseSettings,
  runIpvsadm,
  type Settings,
} from '../../../src/director/mod.ts';
import { LvskitError } from '../../../src/model/mod.ts';
import { runCommand } from '../../../src/system/mod.ts';
import { forgetConnections } from '../../bpf/forget.ts';
import { runInside } from './stage.ts';

export interface CommandOutcome {
  readonly status: number;
  readonly output: string;
  /** What it said about a failure: in words of its own, so that it is shown but not compared. */
  readonly said: string;
}

export interface Director {
  readonly name: 'ipvs' | 'lvskit';
  /** @param path of its network namespace */
  ipvsadm(path: string, words: readonly string[], input: string): Promise<CommandOutcome>;
  /** One of IPVS's sysctls, `NAME=VALUE`. */
  set(path: string, setting: string): Promise<void>;
  /** Makes it as new, where it takes the VM too long to begin another. */
  readonly clear?: (path: string) => Promise<void>;
  /** Before its namespace goes. */
  forget(path: string): void;
}

export const IPVS: Director = {
  name: 'ipvs',
  ipvsadm: (path, words, input) =>
    withinNamespace(path, async () => {
      const { status, stdout, stderr } = runCommand(['ipvsadm', ...words], { input, allowFailure: true });
      return { status, output: stdout, said: stderr };
    }),
  async set(path, setting) {
    runInside(path, `sysctl -qw net.ipv4.vs.${setting}`);
  },
  forget() {},
};

export const LVSKIT: Director = {
  name: 'lvskit',
  ipvsadm: (path, words, input) =>
    withinNamespace(path, async () => {
      let [output, said] = ['', ''];
      const planes: ReturnType<typeof openDataPlane>[] = [];
      const session = {
        names: createSystemNames(),
        version: '0.0.0',
        openDataPlane: () => {
          const plane = openDataPlane();
          planes.push(plane);
          return plane;
        },
        write: (text: string) => {
          output += text;
        },
        readInput: () => Promise.resolve(input),
        reportError: ({ message }: Error) => {
          said += `${message}\n`;
        },
      };
      try {
        const status = await runIpvsadm(words, session);
        return { status, output, said };
      } catch (error) {
        if (!(error instanceof LvskitError)) throw error;
        return { status: 1, output, said: `${said}${error.code}: ${error.message}\n` };
      } finally {
        // The command itself leaves that to the end of its process.
        for (const plane of planes) plane.close();
      }
    }),
  set: (path, setting) => changeSettings(path, parseSettings([setting])),
  async clear(path) {
    await withinNamespace(path, async () => {
      const maps = openMaps(findStateDirectory()?.path ?? '');
      forgetConnections(maps);
      closeMaps(maps);
    });
    for (const words of ['-C', '--set 900 120 300']) await LVSKIT.ipvsadm(path, words.split(' '), '');
    await changeSettings(path, INITIAL_SETTINGS);
  },
  forget: removeStateOf,
};

function changeSettings(path: string, settings: Partial<Settings>): Promise<void> {
  return withinNamespace(path, async () => {
    const plane = findDataPlane();
    plane?.changeSettings(settings);
    plane?.close();
  });
}

const CLONE_NEWNET = 0x40000000;
const setns = koffi.load('libc.so.6').func('int setns(int fd, int nstype)');

/** Asynchronous work in a network namespace; nothing else of this process may run meanwhile. */
async function withinNamespace<T>(path: string, work: () => Promise<T>): Promise<T> {
  const [home, target] = [openSync('/proc/thread-self/ns/net', 'r'), openSync(path, 'r')];
  try {
    if (setns(target, CLONE_NEWNET) !== 0) throw new Error(`cannot enter ${path}: errno ${koffi.errno()}`);
    return await work();
  } finally {
    setns(home, CLONE_NEWNET);
    closeSync(home);
    closeSync(target);
  }
}
