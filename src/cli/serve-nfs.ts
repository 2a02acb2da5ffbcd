// `lvskit serve nfs`: be an NFS server, version 3 over UDP and TCP, with the paper's files and room to write to.

import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { LARGEST_EXPONENT, MOUNT_PORT, NFS_EXPORTS, prepareGanesha } from '../measure/mod.ts';
import { assertUdpPortFree, closeSocket, findProgram, listenTcp, replaceProcess, requireRoot } from '../system/mod.ts';
import { parseAddress } from './address-argument.ts';
import { parseCount } from './netpipe-options.ts';
import { parseSize } from './size-argument.ts';

interface ServeNfsOptions {
  readonly bind: string;
  readonly port: number;
  readonly mountPort: number;
  readonly folder: string;
  readonly memory: number;
}

/** Four times the largest of the files. */
const MEMORY_BYTES = 4 * 2 ** LARGEST_EXPONENT;

export function createServeNfsCommand(): Command {
  const { files, memory, disk, null: nothing } = NFS_EXPORTS;
  return new Command('nfs')
    .description(
      `be an NFS server with ${files}/file.0 to file.26 to read, and ${memory}, ${disk} and ${nothing} to write to: nfs-ganesha`,
    )
    .option('--bind <address>', 'address to listen on', '0.0.0.0')
    .option('-P, --port <port>', 'UDP and TCP port of NFS', parseCount, 2049)
    .option('--mount-port <port>', 'UDP and TCP port of MOUNT', parseCount, MOUNT_PORT)
    .addOption(new Option('--memory <size>', `room of ${memory}`).argParser(parseSize).default(MEMORY_BYTES, '256M'))
    .option('--folder <path>', `for the files, 128 MB, and for ${disk}`, '/var/lib/lvskit/nfs')
    .action(serveNfs);
}

async function serveNfs({ bind, port, mountPort, folder, memory }: ServeNfsOptions): Promise<void> {
  requireRoot('serving NFS');
  const address = await parseAddress(bind);
  findProgram('ganesha.nfsd');
  // Whatever is wrong with the ports is said here, with its remedy.
  for (const each of [port, mountPort]) {
    closeSocket(listenTcp({ address, port: each }));
    assertUdpPortFree({ address, port: each });
  }
  const command = prepareGanesha({ address, port, mountPort, folder: resolve(folder), memoryBytes: memory });
  const exports = Object.values(NFS_EXPORTS).join(', ');
  console.log(`nfs: nfs-ganesha on ${address}:${port}, mount on port ${mountPort}, exports ${exports}`);
  replaceProcess(command);
}
