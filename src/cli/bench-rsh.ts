// `lvskit bench rsh HOST`: copies to a server by rsh, as large requests with small answers.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { RSH_USER, runRsh } from '../measure/mod.ts';
import { createTransferCommand } from './bench-transfers.ts';

interface RshFlags {
  readonly to: 'null' | 'file';
  readonly user: string;
  readonly stderr: 'same' | 'own';
}

const RSH_PORT = 514;

export function createRshCommand(): Command {
  return createTransferCommand<RshFlags>({
    name: 'rsh',
    description: 'measure copies by rsh: how long each takes, from its connection until the server has closed it',
    hostDescription: 'where `lvskit serve rsh` runs, or another rshd that lets this host in',
    port: RSH_PORT,
    transfers: 'copies',
    options: [
      new Option('--to <what>', 'copy to /dev/null, or to a file in the home folder there')
        .choices(['null', 'file'])
        .default('null'),
      new Option('--user <name>', 'on the server').argParser(parseUser).default(RSH_USER),
      new Option('--stderr <connection>', 'whether standard error has its own one, made by the server, as rsh(1) asks')
        .choices(['same', 'own'])
        .default('same'),
    ],
    run: (options, { to, user, stderr }) => runRsh({ ...options, to, user, hasErrorChannel: stderr === 'own' }),
  });
}

/** It stands in the request between two zero bytes. */
function parseUser(text: string): string {
  if (!/^[\w.-]{1,32}$/.test(text)) throw new InvalidArgumentError('Letters, digits, dots and dashes.');
  return text;
}
