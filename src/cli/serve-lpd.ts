// `lvskit serve lpd`: be a print server for some clients, whose printer is /dev/null.

import { resolve } from 'node:path';
import { Command } from 'commander';
import { PRINTER, prepareLpd } from '../measure/mod.ts';
import { closeSocket, listenTcp, replaceProcess, requireRoot } from '../system/mod.ts';
import { parseAddress } from './address-argument.ts';
import { parseCount } from './netpipe-options.ts';

interface ServeLpdOptions {
  readonly bind: string;
  readonly port: number;
  readonly allow: readonly string[];
  readonly folder: string;
}

export function createServeLpdCommand(): Command {
  return new Command('lpd')
    .description(`print for chosen hosts: BSD lpd with the printer '${PRINTER}' on /dev/null`)
    .requiredOption('--allow <address...>', 'who may print')
    .option('--bind <address>', 'address to listen on', '0.0.0.0')
    .option('-P, --port <port>', 'TCP port', parseCount, 515)
    .option('--folder <path>', 'for the spool', '/var/lib/lvskit/lpd')
    .action(serveLpd);
}

async function serveLpd({ bind, port, allow, folder }: ServeLpdOptions): Promise<void> {
  requireRoot('serving lpd');
  const address = await parseAddress(bind);
  const clients = await Promise.all(allow.map(parseAddress));
  // Whatever is wrong with the port is said here, with its remedy.
  closeSocket(listenTcp({ address, port }));
  const command = prepareLpd({ address, port, clients, folder: resolve(folder) });
  console.log(`lpd: printer ${PRINTER} on ${address}:${port}, for ${clients.join(', ')}`);
  replaceProcess(command);
}
