// lvskit decap: takes VS-TUN's packets apart on a realserver whose kernel has no tunnel devices.

import { Command, InvalidArgumentError } from 'commander';
import { attachDecapsulation, detachDecapsulation, listAttachments, readDecapsulated } from '../dataplane/mod.ts';
import { parseIpv6 } from '../model/mod.ts';
import { parseAddress } from './address-argument.ts';

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^[0-9]+$/.test(text) || port < 1 || port > 65535)
    throw new InvalidArgumentError('Give a number from 1 to 65535.');
  return port;
}

interface AttachOptions {
  readonly vip: string;
  readonly guePort?: number;
}

export function createCommand(): Command {
  const attach = new Command('attach')
    .description('Take packets for a virtual address out of IP-in-IP and GRE on this NIC, and out of GUE on a port.')
    .argument('<device>', 'the NIC that the director sends to')
    .requiredOption('--vip <address>', 'the virtual address, IPv4 or IPv6; give the command again for another')
    .option('--gue-port <port>', 'the UDP port of ipvsadm --tun-type gue --tun-port', parsePort)
    .action(async (device: string, { vip, guePort }: AttachOptions) => {
      const address = parseIpv6(vip) ?? (await parseAddress(vip));
      attachDecapsulation(device, address, guePort === undefined ? [] : [guePort]);
    });
  const detach = new Command('detach')
    .description('Stop that.')
    .argument('<device>', 'the NIC')
    .action((device: string) => detachDecapsulation(device));
  const status = new Command('status')
    .description('Show the NICs on which that happens, and how many packets for a virtual address were taken out.')
    .requiredOption('--vip <address>', 'the virtual address')
    .option('--json', 'print JSON')
    .action(async ({ vip, json }: { readonly vip: string; readonly json?: true }) => {
      const packets = readDecapsulated(parseIpv6(vip) ?? (await parseAddress(vip)));
      // The director's own program stands in the same place, but there is no count then.
      const devices =
        packets === undefined ? [] : listAttachments().flatMap(({ device, attached }) => (attached ? [device] : []));
      if (json) console.log(JSON.stringify({ devices, packets: packets ?? null }));
      else if (packets === undefined) console.log(`Nothing takes packets for ${vip} out of tunnels here.`);
      else console.log(`${packets} packets for ${vip} taken out on ${devices.join(', ') || 'no NIC'}`);
    });
  return new Command('decap')
    .description("Take the packets of VS-TUN apart on a realserver without the kernel's tunnel devices.")
    .addCommand(attach)
    .addCommand(detach)
    .addCommand(status);
}
