// The archive that the guest's kernel starts from, written anew for each run: busybox, the modules that reach the
// host's files, the guest's scripts and its job. Format: cpio "newc", Documentation/driver-api/early-userspace/.

import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Kernel } from './kernel.ts';

/** What must be there before the host's files can be: the bus, the ports for output, the shared root and its cover. */
const FIRST_MODULES = ['virtio_pci', 'virtio_console', 'virtiofs', 'overlay'];

const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;

/** @param files further ones by path, all executable */
export function buildInitramfs(kernel: Kernel, files: Readonly<Record<string, string | Uint8Array>>): Uint8Array {
  const entries = ['bin', 'proc', 'sys', 'dev', 'lib', 'host', 'cover', 'root', 'modules'].map((path) =>
    entry(path, S_IFDIR + 0o755, new Uint8Array()),
  );
  const order = loadingOrder(kernel);
  const all: Record<string, string | Uint8Array> = {
    'bin/busybox': readFileSync(kernel.busybox),
    ...Object.fromEntries(order.map((path) => [`modules/${basename(path)}`, readFileSync(path)])),
    'modules/order': `${order.map((path) => basename(path)).join('\n')}\n`,
    ...files,
  };
  for (const [path, content] of Object.entries(all)) entries.push(entry(path, S_IFREG + 0o755, Buffer.from(content)));
  return Buffer.concat([...entries, entry('TRAILER!!!', 0, new Uint8Array())]);
}

/** Paths of the first modules, each after those that it needs. */
function loadingOrder(kernel: Kernel): readonly string[] {
  const folder = join(kernel.modules, kernel.release);
  const lines = readFileSync(join(folder, 'modules.dep'), 'utf8').split('\n');
  const paths = FIRST_MODULES.flatMap((name) => {
    const line = lines.find((text) => text.includes(`/${name}.ko:`)) ?? '';
    const [path, ...needs] = line.replace(':', '').split(' ').filter(Boolean);
    // A module that is built in has no line.
    return path === undefined ? [] : [...needs.toReversed(), path];
  });
  return [...new Set(paths)].map((path) => join(folder, path));
}

let inode = 0;

function entry(path: string, mode: number, content: Uint8Array): Uint8Array {
  const name = Buffer.from(`${path}\0`);
  const numbers = [++inode, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length, 0];
  const header = `070701${numbers.map((number) => number.toString(16).padStart(8, '0')).join('')}`;
  return Buffer.concat([pad(Buffer.concat([Buffer.from(header), name])), pad(content)]);
}

/** Everything in the archive begins at a multiple of four bytes. */
function pad(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
