// `lvskit serve telnet`: answer every connection with a line that says which host this is.

import { hostname } from 'node:os';
import { Command } from 'commander';
import { serveLine } from '../measure/mod.ts';
import { parseAddress } from './address-argument.ts';
import { parseCount } from './netpipe-options.ts';

interface ServeTelnetOptions {
  readonly bind: string;
  readonly port: number;
  readonly name: string;
}

export function createServeTelnetCommand(): Command {
  return new Command('telnet')
    .description("answer every connection with this host's name, so that one sees where a director sends it")
    .option('--bind <address>', 'address to listen on', '0.0.0.0')
    .option('-P, --port <port>', 'TCP port', parseCount, 23)
    .option('--name <text>', 'what to answer', hostname())
    .action(serveTelnet);
}

async function serveTelnet({ bind, port, name }: ServeTelnetOptions): Promise<void> {
  const address = await parseAddress(bind);
  await serveLine({ address, port }, name);
  console.log(`telnet: ${name} on ${address}:${port}`);
}
