// lvskit director: the data plane of this network namespace as a whole. Services and servers are ipvsadm's business.

import { Command } from 'commander';
import { findDataPlane, listAttachments, removeDataPlane, sweepDeadNamespaces } from '../dataplane/mod.ts';

export function createCommand(): Command {
  return new Command('director')
    .description('The director of this network namespace as a whole; `lvskit ipvsadm` administers its services.')
    .addCommand(status())
    .addCommand(down());
}

function status(): Command {
  return new Command('status')
    .description('Show where the data plane is attached, how full its table is, and what it has dropped.')
    .option('--json', 'print JSON')
    .action(({ json }: { readonly json?: true }) => {
      const plane = findDataPlane();
      if (plane === undefined) {
        console.log(json ? '{"up":false}' : 'No director in this network namespace.');
        return;
      }
      const facts = {
        up: true,
        nics: listAttachments(),
        services: plane.readStatus().length,
        flows: plane.countFlows(),
        flowsMax: plane.connectionTableSize,
        drops: Object.fromEntries(plane.readDrops()),
      };
      console.log(json ? JSON.stringify(facts, undefined, 2) : format(facts));
    });
}

interface Facts {
  readonly nics: readonly { readonly device: string; readonly attached: boolean }[];
  readonly services: number;
  readonly flows: number;
  readonly flowsMax: number;
  readonly drops: Readonly<Record<string, number>>;
}

function format({ nics, services, flows, flowsMax, drops }: Facts): string {
  const dropped = Object.entries(drops).filter(([, packets]) => packets > 0);
  return [
    `NICs       ${nics.map(({ device, attached }) => `${device}${attached ? '' : ' (not attached)'}`).join(', ')}`,
    `services   ${services}`,
    `flows      ${flows} of ${flowsMax}`,
    ...(dropped.length === 0
      ? ['dropped    nothing']
      : dropped.map(([name, packets]) => `dropped    ${packets} ${name}`)),
  ].join('\n');
}

function down(): Command {
  return new Command('down')
    .description('Take the director down: programs, services, connections. Nothing of it is left.')
    .action(() => {
      const removed = removeDataPlane();
      const swept = sweepDeadNamespaces();
      console.log(removed ? 'The director is down.' : 'No director in this network namespace.');
      if (swept > 0) console.log(`Removed what was left of directors in ${swept} deleted network namespaces.`);
    });
}
