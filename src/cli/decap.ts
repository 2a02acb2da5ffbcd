// lvskit decap: takes VS-TUN's packets apart on a realserver whose kernel has no tunl0.

import { Command } from 'commander';
import { attachDecapsulation, detachDecapsulation } from '../dataplane/mod.ts';
import { parseAddress } from './address-argument.ts';

export function createCommand(): Command {
  const attach = new Command('attach')
    .description('Take IP-in-IP packets for a virtual address apart on this NIC.')
    .argument('<device>', 'the NIC that the director sends to')
    .requiredOption('--vip <address>', 'the virtual address; give the command again for another')
    .action(async (device: string, { vip }: { readonly vip: string }) => {
      attachDecapsulation(device, await parseAddress(vip));
    });
  const detach = new Command('detach')
    .description('Stop that.')
    .argument('<device>', 'the NIC')
    .action((device: string) => detachDecapsulation(device));
  return new Command('decap')
    .description('Take the packets of VS-TUN apart on a realserver without the ipip module.')
    .addCommand(attach)
    .addCommand(detach);
}
