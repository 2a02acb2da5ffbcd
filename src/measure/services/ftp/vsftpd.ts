// vsftpd as a service of a measurement: for anonymous clients, who may read the paper's files and write into one
// folder. It needs no account of the machine: in a mount namespace of its own the only ones are root and nobody.

import { join } from 'node:path';
import { findProgram, type SocketAddress } from '../../../system/mod.ts';
import { LARGEST_EXPONENT, paperFileName, writePaperFiles } from '../files.ts';
import { type Account, PRIVATE_ROOT, prepareInPrivateRoot } from '../private-root.ts';

export interface VsftpdOptions extends SocketAddress {
  /** For the files, the configuration and what clients write. */
  readonly folder: string;
}

/** Below the clients' root directory, where they may write. */
export const UPLOAD_FOLDER = 'in';

const ROOT: Account = { name: 'root', id: 0, home: '/', shell: '/usr/sbin/nologin' };
const NOBODY: Account = { ...ROOT, name: 'nobody', id: 65_534 };
const FILES = 'files';
const EMPTY = 'empty';
const FILE_NAMES = Array.from({ length: LARGEST_EXPONENT + 1 }, (_, exponent) => paperFileName(exponent));

/**
 * Writes files and configuration, and returns the command that this process is to become; then it is vsftpd until it is
 * ended. Several can share the folder: the files are one, what clients write is each one's own. Throws
 * COMMAND_NOT_FOUND.
 */
export function prepareVsftpd(options: VsftpdOptions): readonly string[] {
  const { folder } = options;
  const vsftpd = findProgram('vsftpd');
  writePaperFiles(join(folder, FILES));
  return prepareInPrivateRoot(
    {
      folder,
      accounts: [NOBODY],
      clients: [],
      etc: { 'vsftpd.conf': formatConfiguration(options) },
      directories: { [EMPTY]: ROOT, [FILES]: ROOT, [`${FILES}/${UPLOAD_FOLDER}`]: NOBODY },
      links: Object.fromEntries(FILE_NAMES.map((name) => [`${FILES}/${name}`, join(folder, FILES, name)])),
    },
    [`exec ${vsftpd} /etc/vsftpd.conf`],
  );
}

/** How long vsftpd tries to connect to a client, and waits for one: shorter than clients wait, so that it says so. */
const CONNECT_SECONDS = 3;

function formatConfiguration({ address, port }: VsftpdOptions): string {
  return `
listen=YES
background=NO
listen_address=${address}
listen_port=${port}
anonymous_enable=YES
local_enable=NO
no_anon_password=YES
ftp_username=${NOBODY.name}
nopriv_user=${NOBODY.name}
anon_root=${PRIVATE_ROOT}/${FILES}
secure_chroot_dir=${PRIVATE_ROOT}/${EMPTY}
write_enable=YES
anon_upload_enable=YES
# Also to replace and delete what was uploaded.
anon_other_write_enable=YES
anon_umask=022
port_enable=YES
pasv_enable=YES
connect_from_port_20=YES
ftp_data_port=${port - 1}
connect_timeout=${CONNECT_SECONDS}
accept_timeout=${CONNECT_SECONDS}
data_connection_timeout=60
# Namespaces of its own for each session are no part of what is measured, and in them it would outlive its lab.
isolate=NO
isolate_network=NO
# Its list of system calls is older than today's C libraries.
seccomp_sandbox=NO
session_support=NO
xferlog_enable=NO
`;
}
