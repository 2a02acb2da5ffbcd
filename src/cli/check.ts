// `lvskit check CONF`: explains the cluster that a conf file describes, or names everything that is wrong with it.

import { Command } from 'commander';
import { ConfError, explainCluster, loadCluster } from '../conf/mod.ts';

interface CheckOptions {
  readonly hosts?: string;
  readonly json?: true;
}

export function createCommand(): Command {
  return new Command('check')
    .description('explain the cluster that a conf file describes, or tell all that is wrong with it')
    .argument('<conf>', 'conf file, for example examples/vs-dr.conf')
    .option('--hosts <file>', 'hosts file (default: hosts beside the conf file, or /etc/hosts)')
    .option('--json', 'write {ok: true, cluster} or {ok: false, problems}')
    .action((confFile: string, options: CheckOptions) => {
      if (options.json) checkAsJson(confFile, options.hosts);
      else console.log(explainCluster(loadCluster({ confFile, hostsFile: options.hosts })).join('\n'));
    });
}

/** Problems are part of the output here, so that they are not thrown; the exit status is that of the error. */
function checkAsJson(confFile: string, hostsFile: string | undefined): void {
  try {
    writeJson({ ok: true, cluster: loadCluster({ confFile, hostsFile }) });
  } catch (error) {
    if (!(error instanceof ConfError)) throw error;
    writeJson({ ok: false, problems: error.problems });
    process.exitCode = error.exitStatus;
  }
}

function writeJson(value: unknown): void {
  console.log(JSON.stringify(value, null, 2));
}
