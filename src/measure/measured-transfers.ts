// The transfers that a comparison measures beside netpipe, by name: each protocol's client with the options of a user
// who gives none, one client at a time.

import type { Ipv4, TransferName } from '../model/mod.ts';
import { runFtp } from './clients/ftp/run.ts';
import { fetchFiles } from './clients/http/run.ts';
import { runLpd } from './clients/lpd/run.ts';
import { defaultWindow } from './clients/nfs/default-window.ts';
import { runNfs } from './clients/nfs/run.ts';
import { MOUNT_PORT } from './clients/nfs/session.ts';
import { runRsh } from './clients/rsh/run.ts';
import { UPLOAD_FOLDER } from './services/ftp/vsftpd.ts';
import { PRINTER } from './services/lpd/lpd.ts';
import { NFS_EXPORTS } from './services/nfs/ganesha.ts';
import { RSH_USER } from './services/rsh/rshd.ts';
import type { TransferResult } from './transfer-record.ts';
import type { TransferOptions } from './transfers.ts';

/** Of whoever serves it, unless it was told otherwise: IANA's. */
const PORTS: Readonly<Record<TransferName, number>> = {
  http: 80,
  'http-new': 80,
  ftp: 21,
  'ftp-put': 21,
  rsh: 514,
  lpd: 515,
  nfs: 2049,
  'nfs-write': 2049,
};

const RUNS: Readonly<Record<TransferName, (options: TransferOptions) => Promise<TransferResult>>> = {
  http: async (options) => fetchFiles(options, Number.POSITIVE_INFINITY),
  'http-new': async (options) => fetchFiles(options, 1),
  ftp: (options) => runFtpOf(options, 'get'),
  'ftp-put': (options) => runFtpOf(options, 'put'),
  rsh: (options) => runRsh({ ...options, to: 'null', user: RSH_USER, hasErrorChannel: false }),
  lpd: (options) =>
    runLpd({ ...options, printer: PRINTER, until: 'accepted', queuesAt: [options.address], ports: 'privileged' }),
  nfs: (options) => runNfsOf(options, false),
  'nfs-write': (options) => runNfsOf(options, true),
};

function runFtpOf(options: TransferOptions, direction: 'get' | 'put'): Promise<TransferResult> {
  const filesPerSession = Number.POSITIVE_INFINITY;
  return runFtp({ ...options, mode: 'pasv', direction, filesPerSession, uploadFolder: UPLOAD_FOLDER });
}

/** By UDP with the paper's 8 kB, as Linux's client would: what it asks for again after 1.1 s. */
function runNfsOf(options: TransferOptions, isWriting: boolean): Promise<TransferResult> {
  const traffic = { transport: 'udp', isWriting, writeBytes: 8192 } as const;
  return runNfs({
    ...options,
    ...traffic,
    exportPath: isWriting ? NFS_EXPORTS.memory : NFS_EXPORTS.files,
    readBytes: 8192,
    isSync: false,
    window: defaultWindow(traffic),
    retransmitMs: 1100,
    mountPort: MOUNT_PORT,
  });
}

/**
 * Transfers of one size, one after the other; at least one, after one that is not measured. Throws TRANSFER_FAILED when
 * that one fails.
 */
export function runTransfersOf(
  name: TransferName,
  options: Omit<TransferOptions, 'port' | 'address'> & { readonly address: Ipv4 },
): Promise<TransferResult> {
  return RUNS[name]({ ...options, port: PORTS[name] });
}
