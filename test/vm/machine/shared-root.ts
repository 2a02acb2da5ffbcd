// The host's files for the guest, read-only: virtiofsd on a copy of the mount tree that only it sees, with / and the
// file systems of the paths that the job needs. Other mounts of the host, as /proc and /sys, stay outside.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { runCommand } from '../../../src/system/mod.ts';
import { VmError } from './errors.ts';

export interface SharedRoot {
  readonly socketPath: string;
  readonly server: ChildProcess;
}

/** Debian 12 has it in qemu-system-common, later ones in a package of its own. */
const SERVERS = ['/usr/lib/qemu/virtiofsd', '/usr/libexec/virtiofsd'];
const START_TIMEOUT_MS = 10_000;

/** Arguments: the server's socket, the server, the empty folder to build in, and the mount points below /. */
const SERVE = `set -eu
socket=$1 server=$2 root=$3; shift 3
for mount in / "$@"; do
  mount --bind "$mount" "$root$mount"
  mount -o remount,bind,ro "$root$mount"
done
exec "$server" -f --socket-path="$socket" -o source="$root" -o sandbox=chroot -o cache=always -o log_level=err`;

/** @param scratch an empty folder of this run; throws {@link VmError} */
export async function shareRoot(scratch: string, needed: readonly string[]): Promise<SharedRoot> {
  const program = SERVERS.find(existsSync);
  if (program === undefined) {
    const remedy = 'apt-get install qemu-system-common (Debian 12) or virtiofsd (later ones)';
    throw new VmError(`there is no virtiofsd at ${SERVERS.join(' or ')}`, remedy);
  }
  const [root, socketPath, log] = ['shared', 'fs.sock', 'virtiofsd.log'].map((name) => join(scratch, name)) as [
    string,
    string,
    string,
  ];
  mkdirSync(root);
  const { stdout } = runCommand(['stat', '--format=%m', ...needed]);
  const mounts = [...new Set(stdout.trim().split('\n'))].filter((mount) => mount !== '/').sort();
  const argv = ['--mount', '--propagation', 'private', 'sh', '-c', `{ ${SERVE}\n} >"${log}" 2>&1`, 'sh'];
  const server = spawn('unshare', [...argv, socketPath, program, root, ...mounts], { stdio: 'ignore' });
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!existsSync(socketPath)) {
    if (server.exitCode !== null || Date.now() > deadline) {
      server.kill('SIGKILL');
      const said = existsSync(log) ? readFileSync(log, 'utf8').trim() : '';
      throw new VmError(`virtiofsd did not start: ${said}`, 'run as root, where mounts are allowed');
    }
    await setTimeout(10);
  }
  return { socketPath, server };
}
