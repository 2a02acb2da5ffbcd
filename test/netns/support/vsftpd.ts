// vsftpd on every realserver of a lab, all with the same files, and clients of it on the client.

import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../../../src/lab/mod.ts';
import { untilListening } from '../netpipe-namespaces.ts';
import { startInside } from './inside.ts';
import { withScratch } from './scratch.ts';
import { realserversOf } from './virtual-server.ts';

const PORT = 21;
const FILE_BYTES = 1024 * 1024;

export const FTP_SERVICES = [{ port: PORT, servers: 2 }] as const;

/** Anonymous users may read everything, and write into `in`. */
function configuration(folder: string): string {
  return `
listen=YES
background=NO
anonymous_enable=YES
local_enable=NO
no_anon_password=YES
anon_root=${join(folder, 'files')}
write_enable=YES
anon_upload_enable=YES
anon_umask=022
anon_other_write_enable=YES
connect_from_port_20=YES
port_enable=YES
pasv_enable=YES
secure_chroot_dir=${join(folder, 'empty')}
seccomp_sandbox=NO
xferlog_enable=NO
ftp_username=ftp
`;
}

export interface FtpFiles {
  /** Of the file `big` that the servers have, and of the file at `localFile`. */
  readonly digest: string;
  readonly localFile: string;
  /** A folder of the client's. */
  readonly folder: string;
  digestOf(path: string): string;
  /** Path of what a client has put under this name. */
  uploaded(name: string): string;
}

export function digestOf(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

export async function withVsftpd(lab: Lab, work: (files: FtpFiles) => Promise<void>): Promise<void> {
  await withScratch(async (folder) => {
    chmodSync(folder, 0o755);
    for (const name of ['files', 'files/in', 'empty', 'client']) mkdirSync(join(folder, name), { mode: 0o755 });
    // vsftpd refuses a root that can be written to; below it, its user needs to.
    chmodSync(join(folder, 'files/in'), 0o777);
    const localFile = join(folder, 'files/big');
    writeFileSync(localFile, randomBytes(FILE_BYTES), { mode: 0o644 });
    const file = join(folder, 'vsftpd.conf');
    writeFileSync(file, configuration(folder), { mode: 0o600 });
    const machines = realserversOf(lab.plan.cluster).map(({ name }) => name);
    const running = machines.map((machine) => startInside(lab, machine, ['vsftpd', file]));
    try {
      await Promise.all(machines.map((machine) => untilListening(`${lab.plan.name}-${machine}`, PORT)));
      await work({
        digest: digestOf(localFile),
        localFile,
        folder: join(folder, 'client'),
        digestOf,
        uploaded: (name) => join(folder, 'files/in', name),
      });
    } finally {
      for (const { pid } of running) process.kill(pid, 'SIGKILL');
      await Promise.all(running.map(({ ended }) => ended));
    }
  });
}
