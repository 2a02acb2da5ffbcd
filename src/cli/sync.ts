// `lvskit sync`: one synchronisation daemon in this process. `ipvsadm --start-daemon` starts it in the background.

import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { SyncDaemon, SyncRole } from '../director/mod.ts';
import { type IpAddress, parseIpAddress } from '../model/mod.ts';
import { runSyncDaemon } from '../sync/mod.ts';
import { untilInterrupted } from './signals.ts';

interface SyncOptions {
  readonly interface: string;
  readonly syncId: number;
  readonly maxLength: number;
  readonly group: IpAddress;
  readonly port: number;
  readonly ttl: number;
}

export function createCommand(): Command {
  return new Command('sync')
    .description(
      'Tell other directors of the connections (master), or take in what they tell (backup), until interrupted.',
    )
    .addArgument(new Argument('<role>').choices(['master', 'backup']))
    .option('--interface <device>', 'where the other directors are', 'eth0')
    .addOption(number('--sync-id <number>', 'which directors belong together; a backup with 0 hears all', 0, 0, 255))
    .addOption(number('--max-length <bytes>', 'the longest message', 1472, 1, 65507))
    .addOption(new Option('--group <address>', 'multicast group').default('224.0.0.81').argParser(parseGroup))
    .addOption(number('--port <port>', 'UDP port', 8848, 1, 65535))
    .addOption(number('--ttl <hops>', 'routers on the way, and one', 1, 1, 255))
    .action(async (role: SyncRole, options: SyncOptions) => {
      const { syncId, maxLength: maxLengthBytes, group, port, ttl } = options;
      const daemon: SyncDaemon = { role, interface: options.interface, syncId, maxLengthBytes, group, port, ttl };
      await untilInterrupted((signal) => runSyncDaemon(daemon, (text) => console.error(`lvskit: ${text}`), signal));
    });
}

function number(flags: string, description: string, preset: number, least: number, most: number): Option {
  return new Option(flags, description).default(preset).argParser((text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`It is a whole number from ${least} to ${most}.`);
  });
}

function parseGroup(text: string): IpAddress {
  const address = parseIpAddress(text);
  if (address === undefined) throw new InvalidArgumentError('It is an IP address.');
  return address;
}
