// `lvskit bench ftp HOST`: files from and to an FTP server, by each way of agreeing on their connections.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { FTP_MODES, type FtpMode, runFtp, UPLOAD_FOLDER } from '../measure/mod.ts';
import { createTransferCommand } from './bench-transfers.ts';
import { parseCount } from './netpipe-options.ts';

interface FtpFlags {
  readonly mode: FtpMode;
  readonly active?: true;
  readonly put?: true;
  readonly into: string;
  readonly files?: number;
}

const FTP_PORT = 21;

export function createFtpCommand(): Command {
  return createTransferCommand<FtpFlags>({
    name: 'ftp',
    description: 'measure files by FTP: how long each takes, from asking for its connection until all has gone over',
    hostDescription: 'where `lvskit serve ftp` runs, or another server that gives /file.0 to /file.26 to anonymous',
    port: FTP_PORT,
    transfers: 'files',
    options: [
      new Option('--mode <mode>', 'how both ends agree on a data connection; port and eprt are the active ones')
        .choices(FTP_MODES)
        .default('pasv'),
      new Option('--active', 'the server makes the data connections: --mode port').conflicts('mode'),
      new Option('--put', 'send files instead of fetching them'),
      new Option('--into <folder>', 'where on the server --put may write')
        .argParser(parseFolder)
        .default(UPLOAD_FOLDER),
      new Option('-k, --files <n>', 'files in a session; 1: log in for each, within its time (default: all)').argParser(
        parseCount,
      ),
    ],
    run: (options, { mode, active, put, into, files }) =>
      runFtp({
        ...options,
        mode: active ? 'port' : mode,
        direction: put ? 'put' : 'get',
        filesPerSession: files ?? Number.POSITIVE_INFINITY,
        uploadFolder: into,
      }),
  });
}

function parseFolder(text: string): string {
  if (!/^[!-~]+$/.test(text)) throw new InvalidArgumentError('A folder has no blanks.');
  return text.replace(/\/+$/, '') || '/';
}
