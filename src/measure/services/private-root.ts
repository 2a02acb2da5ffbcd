// Old daemons look at fixed places: /etc, /run, /dev. Here they find files of ours there and no others, in a mount
// namespace of their own: nothing of the machine is changed, several run side by side, and all ends with their processes.

import { chownSync, linkSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Ipv4 } from '../../model/mod.ts';
import { quote } from '../../system/mod.ts';
import { folderOfThisProcess, removeFoldersOfTheDead } from './folders-by-process.ts';

/** Where the daemon finds its folder: a directory that every machine has and no daemon uses (FHS 3.12). */
export const PRIVATE_ROOT = '/mnt';

export interface Account {
  readonly name: string;
  readonly id: number;
  readonly home: string;
  readonly shell: string;
}

/** Debian's, whom lpd becomes. */
export const LP: Account = { name: 'lp', id: 7, home: '/', shell: '/usr/sbin/nologin' };
const ROOT: Account = { name: 'root', id: 0, home: '/', shell: '/usr/sbin/nologin' };

export interface PrivateRoot {
  /** Several daemons can share it; each has a folder by its process id in it. */
  readonly folder: string;
  /** All there are besides root. */
  readonly accounts: readonly Account[];
  /** Have names, so that nobody is asked for them. */
  readonly clients: readonly Ipv4[];
  /** What else is in /etc: text by path. */
  readonly etc: Readonly<Record<string, string>>;
  /** Directories below PRIVATE_ROOT, each with its owner. */
  readonly directories: Readonly<Record<string, Account>>;
  /** Files that several daemons share, of the folder's file system: where each is by its path below PRIVATE_ROOT. */
  readonly links?: Readonly<Record<string, string>>;
  /** A /dev with nothing but `null` in it, where the daemon can have sockets. */
  readonly hasOwnDevices?: boolean;
}

/**
 * Writes the files, and returns the command that this process is to become: `sh` in a mount namespace, with the files
 * in their places, that runs the lines of `script`. Its last one is to be the daemon.
 */
export function prepareInPrivateRoot(options: PrivateRoot, script: readonly string[]): readonly string[] {
  const { folder, hasOwnDevices = false } = options;
  mkdirSync(folder, { recursive: true, mode: 0o755 });
  removeFoldersOfTheDead(folder, PREFIX);
  const root = folderOfThisProcess(folder, PREFIX);
  for (const name of ['etc', 'run', ...(hasOwnDevices ? ['dev'] : [])])
    mkdirSync(join(root, name), { recursive: true });
  for (const [path, text] of Object.entries({ ...namesOf(options), ...options.etc })) {
    mkdirSync(join(root, 'etc', path, '..'), { recursive: true });
    writeFileSync(join(root, 'etc', path), text);
  }
  for (const [path, { id }] of Object.entries(options.directories)) {
    mkdirSync(join(root, path), { recursive: true });
    chownSync(join(root, path), id, id);
  }
  for (const [path, file] of Object.entries(options.links ?? {})) linkSync(file, join(root, path));
  if (hasOwnDevices) writeFileSync(join(root, 'dev/null'), '');
  const start = join(root, 'start.sh');
  writeFileSync(start, formatStart(root, hasOwnDevices, script));
  return ['unshare', '--mount', '--propagation', 'private', '--', 'sh', '-eu', start];
}

function formatStart(root: string, hasOwnDevices: boolean, script: readonly string[]): string {
  const devices = [`mount --bind /dev/null ${PRIVATE_ROOT}/dev/null`, `mount --rbind ${PRIVATE_ROOT}/dev /dev`];
  return [
    `mount --bind ${quote([root])} ${PRIVATE_ROOT}`,
    ...(hasOwnDevices ? devices : []),
    `mount --bind ${PRIVATE_ROOT}/etc /etc`,
    `mount --bind ${PRIVATE_ROOT}/run /run`,
    `cd ${PRIVATE_ROOT}`,
    ...script,
    '',
  ].join('\n');
}

const PREFIX = 'root-';

/** Without a name service: asking one that is not there takes seconds, for every connection. */
function namesOf({ accounts, clients }: PrivateRoot): Readonly<Record<string, string>> {
  const users = [ROOT, ...accounts];
  return {
    'nsswitch.conf': 'passwd: files\ngroup: files\nhosts: files\nservices: files\nprotocols: files\n',
    passwd: lines(users.map(({ name, id, home, shell }) => `${name}:x:${id}:${id}::${home}:${shell}`)),
    group: lines(users.map(({ name, id }) => `${name}:x:${id}:`)),
    protocols: 'tcp 6 TCP\n',
    hosts: lines(['127.0.0.1 localhost', ...clients.map((address) => `${address} ${nameOf(address)}`)]),
  };
}

/** An address is no name, and lpd wants one. */
function nameOf(address: Ipv4): string {
  return `client-${address.replaceAll('.', '-')}`;
}

export function lines(texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
