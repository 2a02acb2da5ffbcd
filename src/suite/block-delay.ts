// A machine with the fault that the paper found in its client: blocks just above 64 kB take longer. Here it is in the switch, in
// the ports that the machine is plugged into, and only in packets to addresses that its NICs have.

import { attachBlockDelay } from '../dataplane/mod.ts';
import { enterNamespace, findMachine, type LabPlan, namespacePath } from '../lab/mod.ts';
import { type Ipv4, parseIpv4 } from '../model/mod.ts';
import { inNetworkNamespace, runCommand } from '../system/mod.ts';

/** `ip -json address` */
type Listing = readonly { readonly addr_info: readonly { readonly local: string }[] }[];

/** It goes with the lab. Throws LAB_MACHINE_UNKNOWN and what attaching throws. */
export function delayBlocksTo(plan: LabPlan, machine: string): void {
  const { name, namespace } = findMachine(plan, machine);
  const links = plan.links.filter((link) => link.machine === name);
  // Of all NICs at each of them: what is for one may come by another.
  const addresses = links.flatMap(({ device }) => addressesOf(namespace, device));
  inNetworkNamespace(namespacePath(plan.switchNamespace), () => {
    for (const { port } of links) attachBlockDelay(port, addresses);
  });
}

/** Those that it has now: a VIP that is accepted by transparent proxy is none of them. */
function addressesOf(namespace: string, device: string): readonly Ipv4[] {
  const command = [...enterNamespace(namespace), 'ip', '-json', '-4', 'address', 'show', 'dev', device];
  const listing = JSON.parse(runCommand(command).stdout) as Listing;
  return listing.flatMap(({ addr_info }) => addr_info.flatMap(({ local }) => parseIpv4(local) ?? []));
}
