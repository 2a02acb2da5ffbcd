// `lvskit serve ftp`: be vsftpd with the paper's files, for anonymous clients.

import { resolve } from 'node:path';
import { Command } from 'commander';
import { LARGEST_EXPONENT, prepareVsftpd, UPLOAD_FOLDER } from '../measure/mod.ts';
import { closeSocket, listenTcp, replaceProcess, requireRoot } from '../system/mod.ts';
import { parseAddress } from './address-argument.ts';
import { parseCount } from './netpipe-options.ts';

interface ServeFtpOptions {
  readonly bind: string;
  readonly port: number;
  readonly folder: string;
}

export function createServeFtpCommand(): Command {
  return new Command('ftp')
    .description(
      `give the files /file.0 to /file.26, of 2^N bytes, to anyone, who may also write into /${UPLOAD_FOLDER}`,
    )
    .option('--bind <address>', 'address to listen on', '0.0.0.0')
    .option('-P, --port <port>', 'TCP port; active data connections come from the one before it', parseCount, 21)
    .option('--folder <path>', 'for the files, 128 MB, and what is sent', '/run/lvskit/ftp')
    .action(serveFtp);
}

async function serveFtp({ bind, port, folder }: ServeFtpOptions): Promise<void> {
  requireRoot('serving FTP');
  const address = await parseAddress(bind);
  // Whatever is wrong with the port is said here, with its remedy.
  closeSocket(listenTcp({ address, port }));
  const command = prepareVsftpd({ address, port, folder: resolve(folder) });
  console.log(`ftp: vsftpd on ${address}:${port}, with files of 2^0 to 2^${LARGEST_EXPONENT} bytes`);
  replaceProcess(command);
}
