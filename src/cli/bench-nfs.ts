// `lvskit bench nfs HOST`: files read or written over NFS version 3, without a cache of this machine's kernel in
// between.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { defaultWindow, NFS_EXPORTS, runNfs, type TransferResult } from '../measure/mod.ts';
import { parseAddress } from './address-argument.ts';
import { createTransferCommand } from './bench-transfers.ts';
import { parseCount } from './netpipe-options.ts';
import { parseSize } from './size-argument.ts';

interface NfsFlags {
  readonly write?: true;
  readonly tcp?: true;
  readonly export?: string;
  readonly rsize: number;
  readonly wsize: number;
  readonly sync?: true;
  readonly caching?: true;
  readonly window?: number;
  readonly timeo: number;
  readonly mountHost?: string;
  readonly mountPort?: number;
}

const NFS_PORT = 2049;
const SMALLEST_TRANSFER = 1024;
const LARGEST_TRANSFER = 32 * 1024;

export function createNfsCommand(): Command {
  return createTransferCommand<NfsFlags>({
    name: 'nfs',
    description: 'measure files over NFS version 3, read or written: how long each takes',
    hostDescription: 'where `lvskit serve nfs` runs, or another NFS server with the files file.0 to file.26',
    port: NFS_PORT,
    transport: ({ tcp }) => (tcp ? 'tcp' : 'udp'),
    transfers: 'files',
    options: [
      new Option('--write', 'write files to the server instead of reading them from there'),
      new Option('--tcp', 'over TCP instead of UDP'),
      new Option(
        '--export <path>',
        `what is mounted (default: ${NFS_EXPORTS.files}; with --write ${NFS_EXPORTS.memory}; also ${NFS_EXPORTS.disk}, ${NFS_EXPORTS.null}, ${NFS_EXPORTS.special})`,
      ).argParser(parseExport),
      new Option('--rsize <bytes>', 'of a READ, 1k to 32k').argParser(parseTransferSize).default(8192, '8k'),
      new Option('--wsize <bytes>', 'of a WRITE, 1k to 32k').argParser(parseTransferSize).default(8192, '8k'),
      new Option('--caching', 'keep what has been read, as a kernel does, while the file does not change').conflicts(
        'write',
      ),
      new Option('--sync', 'each WRITE is on the disk before it is answered, instead of all by a COMMIT'),
      new Option(
        '--window <n>',
        "requests on their way at once (default: 16, as Linux; of WRITEs over UDP as many as a server's socket holds)",
      ).argParser(parseCount),
      new Option('--timeo <tenths>', 'over UDP: tenths of a second before a request is sent again; then twice as long')
        .argParser(parseCount)
        .default(11),
      new Option('--mount-host <host>', 'where MOUNT is answered, if not at HOST'),
      new Option('--mount-port <port>', 'port of MOUNT (default: what the port mapper says, else 20048)').argParser(
        parseCount,
      ),
    ],
    async run(options, { write = false, tcp = false, sync = false, ...flags }) {
      const transport = tcp ? 'tcp' : 'udp';
      const traffic = { transport, isWriting: write, writeBytes: flags.wsize } as const;
      return runNfs({
        ...options,
        ...traffic,
        exportPath: flags.export ?? (write ? NFS_EXPORTS.memory : NFS_EXPORTS.files),
        readBytes: flags.rsize,
        isSync: sync,
        isCaching: flags.caching,
        window: flags.window ?? defaultWindow(traffic),
        retransmitMs: flags.timeo * 100,
        mountAddress: flags.mountHost === undefined ? undefined : await parseAddress(flags.mountHost),
        mountPort: flags.mountPort,
      });
    },
    remarks: remarksOf,
  });
}

function remarksOf({ counts = {} }: TransferResult): readonly string[] {
  return Object.entries(counts).flatMap(([name, count]) => (count > 0 ? [`${name}: ${count}`] : []));
}

function parseTransferSize(text: string): number {
  const size = parseSize(text);
  if (size < SMALLEST_TRANSFER || size > LARGEST_TRANSFER || size % SMALLEST_TRANSFER !== 0) {
    throw new InvalidArgumentError('Write 1k to 32k, a multiple of 1k.');
  }
  return size;
}

function parseExport(text: string): string {
  if (!/^\/[^\0]{0,1000}$/.test(text)) throw new InvalidArgumentError('An export is a path that begins with /.');
  return text;
}
