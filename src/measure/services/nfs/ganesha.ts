// nfs-ganesha as a service of a measurement: NFS version 3 over UDP and TCP in user space, with exports to read from
// and to write to, in memory and on disk, and how to start it so that several run side by side and touch nothing of the
// machine.

import { globSync, statfsSync } from 'node:fs';
import { join, sep } from 'node:path';
import { quote, type SocketAddress } from '../../../system/mod.ts';
import { FolderUnfitError } from '../../errors.ts';
import { writePaperFiles } from '../files.ts';
import { type Account, PRIVATE_ROOT, prepareInPrivateRoot } from '../private-root.ts';

export interface GaneshaOptions extends SocketAddress {
  readonly mountPort: number;
  /**
   * For the files that are read, for what is written to the disk, and for what ganesha itself writes. Several share it.
   */
  readonly folder: string;
  /** Room of the export of the memory. */
  readonly memoryBytes: number;
}

/** The paths that clients mount: `null` keeps nothing of what is written to it, `special` has a device and a FIFO. */
export const NFS_EXPORTS = {
  files: '/files',
  memory: '/memory',
  disk: '/disk',
  null: '/null',
  special: '/special',
} as const;
/** In the export `special`: one like /dev/null, and one that nobody reads. */
export const NFS_SPECIAL_FILES = { device: 'null', fifo: 'fifo' } as const;

/** All clients are this account, which owns the exports that are written to. */
const NOBODY: Account = { name: 'nobody', id: 65_534, home: '/', shell: '/usr/sbin/nologin' };
/** Debian's rpcbind becomes this one. */
const RPCBIND: Account = { ...NOBODY, name: '_rpc' };

/** netconfig(5), as Debian has it, without IPv6. */
const NETCONFIG = `udp tpi_clts v inet udp - -
tcp tpi_cots_ord v inet tcp - -
local tpi_cots_ord - loopback - - -
`;

/** services(5): where rpcbind listens. */
const SERVICES = 'sunrpc 111/tcp portmapper\nsunrpc 111/udp portmapper\n';

/** Where ganesha sees nothing of the machine. */
const HIDDEN = ['/run', '/etc', PRIVATE_ROOT];
/** ganesha's own default, which it does not take as a setting on a machine with no address but loopback. */
const ANY_ADDRESS = '0.0.0.0';
/** <linux/magic.h> */
const OVERLAYFS_MAGIC = 0x794c7630;

const CONFIGURATION = 'ganesha.conf';
const MEMORY = 'memory';
const DISK = 'disk';
const SPECIAL = 'special';

/**
 * Writes files and configuration, and returns the command that this process is to become; then it is ganesha until it
 * is ended. Throws SERVICE_FOLDER_UNFIT.
 */
export function prepareGanesha(options: GaneshaOptions): readonly string[] {
  const { folder, memoryBytes } = options;
  refuseUnfit(folder);
  const files = join(folder, 'files');
  writePaperFiles(files);
  if (statfsSync(files).type === OVERLAYFS_MAGIC) {
    throw new FolderUnfitError(folder, 'an overlay file system gives no file handles');
  }
  return prepareInPrivateRoot(
    {
      folder,
      accounts: [NOBODY, RPCBIND],
      clients: [],
      etc: { netconfig: NETCONFIG, services: SERVICES, [CONFIGURATION]: formatConfiguration(options, files) },
      directories: { [MEMORY]: NOBODY, [DISK]: NOBODY, [SPECIAL]: NOBODY },
    },
    startLines(memoryBytes),
  );
}

function refuseUnfit(folder: string): void {
  const hiding = HIDDEN.find((each) => `${folder}${sep}`.startsWith(`${each}${sep}`));
  if (hiding !== undefined) throw new FolderUnfitError(folder, `ganesha is given a ${hiding} of its own`);
}

/**
 * ganesha serves NFS version 3 only once it has registered with a port mapper. A network namespace that has none gets
 * one, which ends when nobody holds the pipe open any more, that is with ganesha.
 */
function startLines(memoryBytes: number): readonly string[] {
  const mountMemory = ['mount', '-t', 'tmpfs', '-o', `size=${memoryBytes},uid=${NOBODY.id},gid=${NOBODY.id},mode=755`];
  return [
    'ln -s /proc/self/mounts /etc/mtab',
    `${quote(mountMemory)} lvskit ${PRIVATE_ROOT}/${MEMORY}`,
    `mount -t tmpfs -o size=64k lvskit ${PRIVATE_ROOT}/${SPECIAL}`,
    // Where devices may not be made, the export has none.
    `mknod -m 666 ${PRIVATE_ROOT}/${SPECIAL}/${NFS_SPECIAL_FILES.device} c 1 3 || true`,
    `mkfifo -m 666 ${PRIVATE_ROOT}/${SPECIAL}/${NFS_SPECIAL_FILES.fifo}`,
    'if ! rpcinfo -p 127.0.0.1 >/dev/null 2>&1; then',
    '  mkfifo alive',
    '  (rpcbind -f -w & read -r _ <alive || true; kill $!) &',
    '  exec 9>alive',
    '  tries=0',
    '  until rpcinfo -p 127.0.0.1 >/dev/null 2>&1; do',
    `    tries=$((tries + 1))`,
    `    if [ $tries -gt ${RPCBIND_TRIES} ]; then echo "nfs: rpcbind does not start" >&2; exit 1; fi`,
    '    sleep 0.02',
    '  done',
    'fi',
    `exec ganesha.nfsd -F -L STDERR -f /etc/${CONFIGURATION} -p /run/ganesha.pid`,
  ];
}

/** Each of at least 20 ms. */
const RPCBIND_TRIES = 500;

function formatConfiguration({ address, port, mountPort }: GaneshaOptions, files: string): string {
  return `NFS_CORE_PARAM {
  Protocols = 3;
  Enable_UDP = true;
  NFS_Port = ${port};
  MNT_Port = ${mountPort};
  Enable_NLM = false;
  Enable_RQUOTA = false;
  Clustered = false;
  # Clients mount by the names below, wherever the folders are.
  mount_path_pseudo = true;${address === ANY_ADDRESS ? '' : `\n  Bind_addr = ${address};`}
}
NFS_KRB5 { Active_krb5 = false; }
NFSv4 { Graceless = true; RecoveryRoot = ${PRIVATE_ROOT}/recovery; }
# That there is neither D-Bus nor Kerberos is as it should be.
LOG { Components { DBUS = FATAL; NFS_CB = FATAL; TIRPC = CRIT; } }
EXPORT_DEFAULTS {
  Protocols = 3;
  Transports = UDP, TCP;
  SecType = none, sys;
  Squash = All;
  Anonymous_uid = ${NOBODY.id};
  Anonymous_gid = ${NOBODY.id};
}
${formatExport(1, NFS_EXPORTS.files, `Access_Type = RO; Path = "${files}"; FSAL { Name = VFS; }`)}
${formatExport(2, NFS_EXPORTS.memory, `Access_Type = RW; Path = "${PRIVATE_ROOT}/${MEMORY}"; FSAL { Name = VFS; }`)}
${formatExport(3, NFS_EXPORTS.disk, `Access_Type = RW; Path = "${PRIVATE_ROOT}/${DISK}"; FSAL { Name = VFS; }`)}
${formatExport(5, NFS_EXPORTS.special, `Access_Type = RW; Path = "${PRIVATE_ROOT}/${SPECIAL}"; FSAL { Name = VFS; }`)}
${hasMemFsal() ? `MEM { Inode_Size = 0; }\n${formatExport(4, NFS_EXPORTS.null, NULL_EXPORT)}` : ''}
`;
}

/** FSAL MEM with files that have a size and no content. Its root is root's; nothing of the machine is behind it. */
const NULL_EXPORT = 'Access_Type = RW; Squash = None; Path = "/null"; FSAL { Name = MEM; }';

/** Debian has it in a package of its own. */
function hasMemFsal(): boolean {
  return globSync('/usr/lib{,64,/*}/ganesha/libfsalmem.so').length > 0;
}

function formatExport(id: number, name: string, rest: string): string {
  return `EXPORT { Export_Id = ${id}; Pseudo = "${name}"; ${rest} }`;
}
