// The transfers that comparisons and experiments measure by name: each protocol's client with the options of a user who gives
// none, one client at a time, or with what a variant says otherwise; and netpipe as one of them, for windows that are shared.

import type { Ipv4, WindowTransferName } from '../model/mod.ts';
import { dropFileCache } from '../system/mod.ts';
import { causeOfOwnFile, TransferFailure } from './causes.ts';
import type { FtpMode } from './clients/ftp/options.ts';
import { runFtp } from './clients/ftp/run.ts';
import type { HttpRunResult } from './clients/http/options.ts';
import { fetchFiles } from './clients/http/run.ts';
import { runLpd } from './clients/lpd/run.ts';
import { runNetpipe } from './clients/netpipe/windowed.ts';
import type { RpcTransport } from './clients/nfs/channel.ts';
import { defaultWindow } from './clients/nfs/default-window.ts';
import { runNfs } from './clients/nfs/run.ts';
import { type FileProbe, MOUNT_PORT, NfsSession } from './clients/nfs/session.ts';
import type { RshTarget } from './clients/rsh/protocol.ts';
import { runRsh } from './clients/rsh/run.ts';
import { UPLOAD_FOLDER } from './services/ftp/vsftpd.ts';
import { PRINTER } from './services/lpd/lpd.ts';
import { NFS_EXPORTS } from './services/nfs/ganesha.ts';
import { RSH_USER } from './services/rsh/rshd.ts';
import type { TransferResult } from './transfer-record.ts';
import { type TransferOptions, tryTransfer } from './transfers.ts';

/** NetPIPE's own. */
const NETPIPE_PORT = 5002;

/** Of whoever serves it, unless it was told otherwise: IANA's. */
const PORTS: Readonly<Record<WindowTransferName, number>> = {
  http: 80,
  'http-new': 80,
  ftp: 21,
  'ftp-put': 21,
  rsh: 514,
  lpd: 515,
  nfs: 2049,
  'nfs-write': 2049,
  netpipe: NETPIPE_PORT,
  'netpipe-stream': NETPIPE_PORT,
};

/** What a transfer is to do otherwise; each protocol looks at its own part, and all at the first four. */
export interface TransferVariant {
  readonly source?: Ipv4 | undefined;
  /** After so many attempts it ends before its time. Not of http with a rate or several connections. */
  readonly most?: number | undefined;
  /**
   * This file of the client's machine is taken out of the page cache before each transfer. In a lab, whose machines share
   * one disk, it may be the server's. Not of http with a rate or several connections.
   */
  readonly coldFile?: string | undefined;
  /** rsh and lpd: what is sent is read from this file, instead of out of memory. */
  readonly file?: string | undefined;
  /** A rate makes it an open loop: the time of each request counts from when it was due. */
  readonly http?:
    | { readonly connections?: number | undefined; readonly ratePerSecond?: number | undefined }
    | undefined;
  readonly ftp?: { readonly mode?: FtpMode | undefined; readonly filesPerSession?: number | undefined } | undefined;
  readonly rsh?: { readonly to?: RshTarget | undefined; readonly hasErrorChannel?: boolean | undefined } | undefined;
  readonly lpd?: { readonly until?: 'accepted' | 'printed' | undefined } | undefined;
  readonly nfs?: NfsVariant | undefined;
}

interface NfsVariant {
  readonly transport?: RpcTransport | undefined;
  /** rsize and wsize. */
  readonly readBytes?: number | undefined;
  readonly writeBytes?: number | undefined;
  readonly exportPath?: string | undefined;
  readonly isSync?: boolean | undefined;
  readonly window?: number | undefined;
  readonly isCaching?: boolean | undefined;
}

type VariedOptions = TransferOptions & Omit<TransferVariant, 'source' | 'most' | 'coldFile'>;

const RUNS: Readonly<Record<WindowTransferName, (options: VariedOptions) => Promise<TransferResult>>> = {
  http: async (options) => runHttpOf(options, Number.POSITIVE_INFINITY),
  'http-new': async (options) => runHttpOf(options, 1),
  ftp: (options) => runFtpOf(options, 'get'),
  'ftp-put': (options) => runFtpOf(options, 'put'),
  rsh: ({ rsh, ...options }) =>
    runRsh({ ...options, user: RSH_USER, to: rsh?.to ?? 'null', hasErrorChannel: rsh?.hasErrorChannel ?? false }),
  lpd: ({ lpd, ...options }) =>
    runLpd({
      ...options,
      printer: PRINTER,
      until: lpd?.until ?? 'accepted',
      queuesAt: [options.address],
      ports: 'privileged',
    }),
  nfs: (options) => runNfs(nfsOptionsOf(options, false)),
  'nfs-write': (options) => runNfs(nfsOptionsOf(options, true)),
  netpipe: async (options) => runNetpipe(options, 'twoway'),
  'netpipe-stream': async (options) => runNetpipe(options, 'stream'),
};

/** Requests that were sent late make a rate another one than was asked for. */
function runHttpOf({ http, ...options }: VariedOptions, requestsPerConnection: number): TransferResult {
  const result: HttpRunResult = fetchFiles({ ...options, ...http, requestsPerConnection });
  if (http?.ratePerSecond === undefined) return result;
  return { ...result, counts: { 'ms late at worst': Math.round(result.worstLagMs) } };
}

function runFtpOf({ ftp, ...options }: VariedOptions, direction: 'get' | 'put'): Promise<TransferResult> {
  const filesPerSession = ftp?.filesPerSession ?? Number.POSITIVE_INFINITY;
  return runFtp({ ...options, mode: ftp?.mode ?? 'pasv', direction, filesPerSession, uploadFolder: UPLOAD_FOLDER });
}

/** By UDP with the paper's 8 kB, as Linux's client would: what it asks for again after 1.1 s. */
function nfsOptionsOf({ nfs = {}, ...options }: VariedOptions, isWriting: boolean) {
  const { transport = 'udp', readBytes = 8192, writeBytes = 8192 } = nfs;
  const traffic = { transport, isWriting, writeBytes };
  return {
    ...options,
    ...traffic,
    readBytes,
    exportPath: nfs.exportPath ?? (isWriting ? NFS_EXPORTS.memory : NFS_EXPORTS.files),
    isSync: nfs.isSync ?? false,
    isCaching: nfs.isCaching,
    window: nfs.window ?? defaultWindow(traffic),
    retransmitMs: 1100,
    mountPort: MOUNT_PORT,
  };
}

/**
 * Transfers of one size, one after the other; at least one, after one that is not measured. Throws TRANSFER_FAILED when
 * that one fails.
 */
export async function runTransfersOf(
  name: WindowTransferName,
  options: Omit<TransferOptions, 'port' | 'address' | 'prepare'> & { readonly address: Ipv4 } & TransferVariant,
): Promise<TransferResult> {
  const { coldFile, ...rest } = options;
  const prepare = preparationOf(coldFile);
  if (prepare !== undefined) await tryTransfer(`with ${coldFile} out of memory`, prepare);
  return await RUNS[name]({ ...rest, port: PORTS[name], prepare });
}

/** What makes this file cold, which throws TransferFailure when it can't be read; nothing without one. */
export function preparationOf(coldFile: string | undefined): TransferOptions['prepare'] {
  if (coldFile === undefined) return undefined;
  return () => {
    try {
      dropFileCache(coldFile);
    } catch (error) {
      throw new TransferFailure(causeOfOwnFile(coldFile, error));
    }
  };
}

interface NfsProbe {
  readonly address: Ipv4;
  readonly exportPath: string;
  readonly name: string;
  readonly timeoutMs: number;
}

/**
 * What a file of an NFS server is, and what the server says to a WRITE if it is none to be written to. Throws
 * TRANSFER_FAILED.
 */
export async function probeNfsFile({ address, exportPath, name, timeoutMs }: NfsProbe): Promise<FileProbe> {
  const whole = { address, port: PORTS.nfs, seconds: 0, sizeBytes: 0, timeoutMs };
  return await tryTransfer(`nfs://${address}:${PORTS.nfs}${exportPath}/${name}`, () => {
    const session = new NfsSession({ ...nfsOptionsOf(whole, true), exportPath });
    try {
      return session.probe(name);
    } finally {
      session.close();
    }
  });
}
