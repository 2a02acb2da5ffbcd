// lvskit plan: what a cluster's machines must be told, host by host, to be printed and run by somebody else. It
// changes nothing and needs no root.

import { Command, Option } from 'commander';
import { loadCluster } from '../conf/mod.ts';
import { DISTRIBUTION_KERNEL, formatHostPlans, formatStep, type HostPlanOptions, planHost } from '../director/mod.ts';

interface PlanFlags {
  readonly hosts?: string;
  readonly decapsulator: HostPlanOptions['decapsulator'];
  readonly json?: boolean;
}

export function createCommand(): Command {
  return new Command('plan')
    .description('Print, host by host, the commands that set up the cluster of a conf file.')
    .argument('<conf>', 'conf file')
    .option('--hosts <file>', 'hosts file (default: hosts beside the conf file, or /etc/hosts)')
    .addOption(
      new Option('--decapsulator <who>', 'who unpacks VS-TUN packets on realservers: tunl0 or lvskit')
        .choices(['kernel', 'lvskit'])
        .default('kernel'),
    )
    .option('--json', 'print JSON')
    .action((confFile: string, flags: PlanFlags) => {
      const cluster = loadCluster({ confFile, hostsFile: flags.hosts });
      const options = { ...DISTRIBUTION_KERNEL, decapsulator: flags.decapsulator };
      const plans = cluster.machines.map((machine) => planHost(machine, cluster, options));
      const hosts = plans.map((plan) => ({ ...plan, commands: plan.steps.map(formatStep) }));
      process.stdout.write(`${flags.json ? JSON.stringify({ hosts }, null, 2) : formatHostPlans(cluster, plans)}\n`);
    });
}
