// lvskit doctor: what is wrong with a virtual server that stands, in a lab or on real hosts. Exit status 1 when something is.

import { Command } from 'commander';
import { loadCluster } from '../conf/mod.ts';
import { DISTRIBUTION_KERNEL, type HostPlan, planHost } from '../director/mod.ts';
import { diagnose, type Reach, reachBy } from '../doctor/mod.ts';
import { namespacePath, readLab } from '../lab/mod.ts';
import type { Cluster, Machine } from '../model/mod.ts';
import { ownLauncher, requireRoot } from '../system/mod.ts';
import { formatDiagnosis, formatDiagnosisJson, isHealthy } from './doctor-format.ts';
import { parseSeconds } from './netpipe-options.ts';
import { prefixTo, viaOption } from './via-option.ts';

interface DoctorFlags {
  readonly lab?: string;
  readonly hosts?: string;
  readonly via: readonly string[];
  readonly skip?: readonly string[];
  readonly timeout: number;
  readonly probes: boolean;
  readonly json?: true;
}

export function createCommand(): Command {
  return new Command('doctor')
    .description(
      'Find what is wrong with a virtual server. It changes nothing; the exit status is 1 when something is.',
    )
    .argument('[conf]', 'conf file of a cluster of real hosts')
    .option('--lab <name>', 'a lab instead')
    .option('--hosts <file>', 'hosts file (default: hosts beside the conf file, or /etc/hosts)')
    .addOption(viaOption())
    .option('--skip <machine...>', 'machines not to look at, such as client')
    .option('--timeout <seconds>', 'how long an answer may take', parseSeconds, 2)
    .option('--no-probes', 'look only: no connections, no ARP requests')
    .option('--json', 'print JSON')
    .action(async (confFile: string | undefined, flags: DoctorFlags, command: Command) => {
      if ((confFile === undefined) === (flags.lab === undefined))
        command.error('error: give a conf file, or --lab NAME');
      const { cluster, plans, reach } = confFile === undefined ? ofLab(flags.lab ?? '') : ofHosts(confFile, flags);
      const diagnosis = await diagnose({
        cluster,
        plans,
        reaches: cluster.machines.filter((machine) => !isSkipped(machine, flags)).map(reach),
        probes: flags.probes ? { timeoutMs: flags.timeout * 1000 } : undefined,
      });
      process.stdout.write(flags.json ? formatDiagnosisJson(diagnosis) : formatDiagnosis(diagnosis));
      if (!isHealthy(diagnosis)) process.exitCode = 1;
    });
}

interface Patient {
  readonly cluster: Cluster;
  readonly plans: readonly HostPlan[];
  readonly reach: (machine: Machine) => Reach;
}

/** Throws LAB_UNKNOWN, NOT_ROOT. */
function ofLab(name: string): Patient {
  requireRoot('looking into a lab');
  const { cluster, machines } = readLab(name).plan;
  const namespaces = new Map(machines.map((machine) => [machine.name, machine.namespace]));
  return {
    cluster,
    plans: machines.map(({ hostPlan }) => hostPlan),
    reach: (machine) => {
      const enter = ['nsenter', `--net=${namespacePath(namespaces.get(machine.name) ?? '')}`, '--'];
      return reachBy(enter, machine.name, ownLauncher());
    },
  };
}

/** Throws CONF_INVALID. */
function ofHosts(confFile: string, { hosts, via }: DoctorFlags): Patient {
  const cluster = loadCluster({ confFile, hostsFile: hosts });
  return {
    cluster,
    plans: cluster.machines.map((machine) => planHost(machine, cluster, DISTRIBUTION_KERNEL)),
    reach: ({ name, hostname, nics }) =>
      reachBy(prefixTo(via, { host: hostname, name, address: nics[0]?.address ?? '' }), name, ['lvskit']),
  };
}

function isSkipped({ name, hostname }: Machine, { skip = [] }: DoctorFlags): boolean {
  return skip.includes(name) || skip.includes(hostname);
}
