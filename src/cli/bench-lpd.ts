// `lvskit bench lpd HOST`: print jobs, until the server has accepted them or until they have left its queue.

import { type Command, InvalidArgumentError, Option } from 'commander';
import { PRINTER, runLpd } from '../measure/mod.ts';
import { parseAddress } from './address-argument.ts';
import { createTransferCommand } from './bench-transfers.ts';
import { type OwnFileFlags, ownFileOf, ownFileOptions } from './own-file.ts';

interface LpdFlags extends OwnFileFlags {
  readonly printer: string;
  readonly until: 'accepted' | 'printed';
  readonly queueAt?: readonly string[];
  readonly sourcePorts: 'rfc' | 'privileged';
}

const LPD_PORT = 515;

export function createLpdCommand(): Command {
  return createTransferCommand<LpdFlags>({
    name: 'lpd',
    description: 'measure print jobs (RFC 1179): how long until the server has one, or until it has left the queue',
    hostDescription: 'where `lvskit serve lpd` runs, or another print server that lets this host print',
    port: LPD_PORT,
    transfers: 'jobs',
    options: [
      new Option('--printer <name>', 'queue to print to').argParser(parsePrinter).default(PRINTER),
      new Option('--until <what>', 'what a job has to reach').choices(['accepted', 'printed']).default('accepted'),
      new Option(
        '--queue-at <list>',
        'addresses of the servers behind HOST, whose queues to ask (default: HOST)',
      ).argParser((text) => text.split(',')),
      new Option('--source-ports <which>', 'rfc: 721 to 731, as RFC 1179 wants; privileged: 512 to 1023')
        .choices(['rfc', 'privileged'])
        .default('privileged'),
      ...ownFileOptions(),
    ],
    run: async (options, { printer, until, queueAt, sourcePorts: ports, ...flags }) => {
      const queuesAt = await Promise.all((queueAt ?? [options.address]).map(parseAddress));
      return runLpd({ ...options, ...ownFileOf(flags), printer, until, queuesAt, ports });
    },
  });
}

/** A blank or an end of line would be the end of the name. */
function parsePrinter(text: string): string {
  if (!/^[!-~]{1,64}$/.test(text)) throw new InvalidArgumentError('A printer has a name without blanks.');
  return text;
}
