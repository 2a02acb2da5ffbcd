// The guest's kernel: Debian's cloud image with its modules, and a static busybox, unpacked from Debian's packages into
// a cache folder. A folder that stands under its final name is complete, because it is renamed only when it is.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runCommand } from '../../../src/system/mod.ts';
import { VmError } from './errors.ts';

export interface Kernel {
  /** Its boot image. */
  readonly image: string;
  /** What belongs at /lib/modules. */
  readonly modules: string;
  readonly release: string;
  readonly busybox: string;
}

const META_PACKAGE = 'linux-image-cloud-amd64';

/** Named so that a change of what is in it makes a new folder. */
const FOLDER = 'debian-cloud-1';

/** Fetches it the first time. Throws {@link VmError}. */
export function provideKernel(): Kernel {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'lvskit-vm', FOLDER);
  if (!existsSync(folder)) fetchKernel(folder);
  const modules = firstExisting(join(folder, 'lib/modules'), join(folder, 'usr/lib/modules'));
  const [release = ''] = modules === undefined ? [] : readdirSync(modules);
  const busybox = firstExisting(join(folder, 'bin/busybox'), join(folder, 'usr/bin/busybox'));
  const image = firstExisting(join(folder, `boot/vmlinuz-${release}`));
  if (modules === undefined || busybox === undefined || image === undefined) {
    throw new VmError(`${folder} does not hold a kernel, its modules and busybox`, `remove ${folder} and try again`);
  }
  return { image, modules, release, busybox };
}

function firstExisting(...paths: readonly string[]): string | undefined {
  return paths.find(existsSync);
}

function fetchKernel(folder: string): void {
  mkdirSync(join(folder, '..'), { recursive: true });
  const work = mkdtempSync(`${folder}.new-`);
  try {
    process.stderr.write(`vm: fetching Debian's cloud kernel into ${folder}\n`);
    const shell = `set -eu; cd "$1"; apt-get -qq -o APT::Sandbox::User=root download "$2" busybox-static
      for package in *.deb; do dpkg -x "$package" .; rm "$package"; done
      find . -name '*.ko.xz' -exec xz -d {} +`;
    runCommand(['sh', '-c', shell, 'sh', work, kernelPackage()]);
    const busybox = firstExisting(join(work, 'bin/busybox'), join(work, 'usr/bin/busybox')) ?? 'busybox';
    const base = existsSync(join(work, 'lib/modules')) ? work : join(work, 'usr');
    const [release = ''] = readdirSync(join(base, 'lib/modules'));
    // The packages come without modules.dep; decompressed modules need a new one in any case.
    runCommand([busybox, 'depmod', '-b', base, release]);
    renameSync(work, folder);
  } catch (error) {
    if (existsSync(folder)) return; // another run was first
    if (error instanceof VmError) throw error;
    throw new VmError(
      `cannot fetch the guest's kernel: ${(error as Error).message}`,
      'check that apt-get download works on this machine (Debian 12 or newer)',
      error,
    );
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The package that the meta package stands for now; the unsigned one lacks nothing that a VM needs. */
function kernelPackage(): string {
  const find = () => {
    const { stdout } = runCommand(['apt-cache', 'depends', META_PACKAGE], { allowFailure: true });
    return /^ *Depends: (linux-image-\S+)$/m.exec(stdout)?.[1];
  };
  let name = find();
  if (name === undefined) {
    runCommand(['apt-get', '-qq', 'update'], { allowFailure: true });
    name = find();
  }
  if (name === undefined) {
    throw new VmError(`apt knows no ${META_PACKAGE}`, 'run this on Debian 12 or newer, with a network or its mirror');
  }
  return name;
}
