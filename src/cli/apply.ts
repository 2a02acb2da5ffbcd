// lvskit apply: makes this host its part of the cluster of a conf file. Shows what is to be set and what is so already,
// then sets it; apply-format.ts says how it looks.

import { Command, Option } from 'commander';
import { loadCluster } from '../conf/mod.ts';
import { applyHost, lookAtHost } from '../host/mod.ts';
import { formatApplied, formatOutlook, outlookAsJson } from './apply-format.ts';

interface ApplyFlags {
  readonly hosts?: string;
  readonly decapsulator?: 'kernel' | 'lvskit';
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function createCommand(): Command {
  return new Command('apply')
    .description(
      'Set this host up as its part of the cluster of a conf file: which part, its addresses say. ' +
        'What is changed is recorded, and `lvskit remove` undoes it.',
    )
    .argument('<conf>', 'conf file')
    .option('--hosts <file>', 'hosts file (default: hosts beside the conf file, or /etc/hosts)')
    .addOption(
      new Option(
        '--decapsulator <who>',
        'who unpacks VS-TUN packets on a realserver: tunl0 or lvskit (default: kernel if it has ipip)',
      ).choices(['kernel', 'lvskit']),
    )
    .option('--dry-run', 'show what would be set, and set nothing')
    .option('--json', 'print JSON')
    .action((confFile: string, { hosts, decapsulator, dryRun = false, json = false }: ApplyFlags) => {
      const cluster = loadCluster({ confFile, hostsFile: hosts });
      const outlook = lookAtHost(cluster, { decapsulator });
      if (!json) process.stdout.write(formatOutlook(outlook, cluster));
      const applied = dryRun ? undefined : applyHost(cluster, { decapsulator });
      const text = json ? `${JSON.stringify(outlookAsJson(outlook, applied), null, 2)}\n` : formatApplied(applied);
      process.stdout.write(text);
    });
}
