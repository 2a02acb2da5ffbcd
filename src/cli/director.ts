// lvskit director: the data plane of this network namespace as a whole. Services and servers are ipvsadm's business.

import { Command, Option } from 'commander';
import {
  ATTACH_MODES,
  type AttachMode,
  type BpfDataPlane,
  findWatcher,
  listAttachments,
  listUnbalanced,
  openDataPlane,
  reloadDataPlane,
  removeDataPlane,
  setAttachMode,
  settleWatcher,
  sweepDeadNamespaces,
  withDataPlane,
} from '../dataplane/mod.ts';
import { requireRoot } from '../system/mod.ts';
import { watchNics } from '../watch/mod.ts';
import { createSetCommand, createSettingsCommand } from './director-settings.ts';
import { untilInterrupted } from './signals.ts';

export function createCommand(): Command {
  return new Command('director')
    .description('The director of this network namespace as a whole; `lvskit ipvsadm` administers its services.')
    .addCommand(up())
    .addCommand(status())
    .addCommand(createSettingsCommand())
    .addCommand(createSetCommand())
    .addCommand(reload())
    .addCommand(watch())
    .addCommand(down())
    .hook('preAction', () => requireRoot('looking into the director'));
}

function up(): Command {
  return new Command('up')
    .description('Load the data plane and attach it to every NIC; the first `lvskit ipvsadm -A` does so, too.')
    .addOption(
      new Option('--attach <mode>', 'xdp: a short way in the drivers for established connections').choices(
        ATTACH_MODES,
      ),
    )
    .option('--no-watch', 'without the process that attaches it to NICs that come later; the next command does')
    .action(({ attach, watch }: { readonly attach?: AttachMode; readonly watch: boolean }) => {
      openDataPlane().close();
      if (attach !== undefined) setAttachMode(attach);
      settleWatcher(watch);
      console.log(`The director is up on ${listAttachments().map(describeNic).join(', ')}.`);
    });
}

function describeNic({ device, attached, xdp, xdpOut }: Facts['nics'][number]): string {
  if (!attached) return `${device} (not attached)`;
  if (!xdp) return device;
  return `${device} (with XDP${xdpOut ? '' : ', but packets leave it by the stack'})`;
}

function reload(): Command {
  return new Command('reload')
    .description("Replace the director by this version's, whatever version it is of. Services and connections stay.")
    .action(() => {
      console.log(reloadDataPlane() ? 'The director is of this version.' : 'No director in this network namespace.');
    });
}

function watch(): Command {
  return new Command('watch')
    .description(
      'Attach the data plane to NICs that come later, until interrupted; `up` starts this in the background.',
    )
    .action(async () => {
      const told = new Set<string>();
      const tell = (error: unknown) => {
        const text = error instanceof Error ? error.message : String(error);
        if (!told.has(text)) console.error(`lvskit: ${text}`);
        told.add(text);
      };
      await untilInterrupted((signal) => watchNics(tell, signal));
    });
}

function status(): Command {
  return new Command('status')
    .description('Show where the data plane is attached, how full its table is, and what it has dropped.')
    .option('--json', 'print JSON')
    .action(({ json }: { readonly json?: true }) => {
      const facts = withDataPlane(readFacts);
      if (facts === undefined) console.log(json ? '{"up":false}' : 'No director in this network namespace.');
      else console.log(json ? JSON.stringify({ up: true, ...facts }, undefined, 2) : format(facts));
    });
}

function readFacts(plane: BpfDataPlane): Facts {
  return {
    nics: listAttachments(),
    unbalanced: listUnbalanced(),
    watcher: findWatcher() ?? null,
    ...countsOf(plane.readOverview()),
    flowsMax: plane.connectionTableSize,
    drops: Object.fromEntries(plane.readDrops()),
  };
}

function countsOf({ services, flows }: ReturnType<BpfDataPlane['readOverview']>): Pick<Facts, 'services' | 'flows'> {
  return { services: services.length, flows };
}

interface Facts {
  readonly nics: ReturnType<typeof listAttachments>;
  /** Devices that it cannot be attached to. */
  readonly unbalanced: readonly string[];
  /** Process that attaches new NICs. */
  readonly watcher: number | null;
  readonly services: number;
  readonly flows: number;
  readonly flowsMax: number;
  readonly drops: Readonly<Record<string, number>>;
}

function format({ nics, unbalanced, watcher, services, flows, flowsMax, drops }: Facts): string {
  const dropped = Object.entries(drops).filter(([, packets]) => packets > 0);
  return [
    `NICs       ${nics.map(describeNic).join(', ')}`,
    ...(unbalanced.length === 0 ? [] : [`unbalanced ${unbalanced.join(', ')}: no Ethernet headers`]),
    `new NICs   ${watcher === null ? 'attached by the next command' : `attached by process ${watcher}`}`,
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
