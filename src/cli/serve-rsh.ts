// `lvskit serve rsh`: be an rshd under inetd for some clients.

import { resolve } from 'node:path';
import { Command } from 'commander';
import { prepareRshd } from '../measure/mod.ts';
import { closeSocket, listenTcp, replaceProcess, requireRoot } from '../system/mod.ts';
import { parseAddress } from './address-argument.ts';
import { parseCount } from './netpipe-options.ts';

interface ServeRshOptions {
  readonly bind: string;
  readonly port: number;
  readonly allow: readonly string[];
  readonly folder: string;
  readonly perMinute: number;
}

/** No client of a measurement comes so often. */
const STARTS_PER_MINUTE = 1_000_000;

export function createServeRshCommand(): Command {
  return new Command('rsh')
    .description("let chosen hosts run commands as nobody, without a password: Debian's rshd under inetd")
    .requiredOption('--allow <address...>', 'who may come in')
    .option('--bind <address>', 'address to listen on', '0.0.0.0')
    .option('-P, --port <port>', 'TCP port', parseCount, 514)
    .option('--folder <path>', 'for what is copied', '/var/lib/lvskit/rsh')
    .option('--per-minute <n>', "inetd's limit: at more it stops for ten minutes", parseCount, STARTS_PER_MINUTE)
    .action(serveRsh);
}

async function serveRsh({ bind, port, allow, folder, perMinute }: ServeRshOptions): Promise<void> {
  requireRoot('serving rsh');
  const address = await parseAddress(bind);
  const clients = await Promise.all(allow.map(parseAddress));
  // Whatever is wrong with the port is said here, with its remedy.
  closeSocket(listenTcp({ address, port }));
  const command = prepareRshd({ address, port, clients, folder: resolve(folder), startsPerMinute: perMinute });
  console.log(`rsh: rshd under inetd on ${address}:${port}, for ${clients.join(', ')}`);
  replaceProcess(command);
}
