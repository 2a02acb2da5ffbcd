// `lvskit bench rsh HOST`: copies to a server by rsh, as large requests with small answers.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { RSH_TARGETS, RSH_USER, type RshTarget, runRsh } from '../measure/mod.ts';
import { createTransferCommand } from './bench-transfers.ts';
import { type OwnFileFlags, ownFileOf, ownFileOptions } from './own-file.ts';

interface RshFlags extends OwnFileFlags {
  readonly to: RshTarget;
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
      new Option('--to <what>', 'copy to /dev/null, to a file in the home folder there, or to one that is on the disk')
        .choices(RSH_TARGETS)
        .default('null'),
      ...ownFileOptions(),
      new Option('--user <name>', 'on the server').argParser(parseUser).default(RSH_USER),
      new Option('--stderr <connection>', 'whether standard error has its own one, made by the server, as rsh(1) asks')
        .choices(['same', 'own'])
        .default('same'),
    ],
    run: (options, { to, user, stderr, ...flags }) =>
      runRsh({ ...options, ...ownFileOf(flags), to, user, hasErrorChannel: stderr === 'own' }),
  });
}

/** It stands in the request between two zero bytes. */
function parseUser(text: string): string {
  if (!/^[\w.-]{1,32}$/.test(text)) throw new InvalidArgumentError('Letters, digits, dots and dashes.');
  return text;
}
