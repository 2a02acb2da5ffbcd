// Files → Cluster. The only part of conf that reads the disk.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Cluster } from '../model/mod.ts';
import { ConfError } from './errors.ts';
import { parseConf } from './parse-conf.ts';
import { parseHosts } from './parse-hosts.ts';
import { resolveCluster } from './resolve.ts';
import { BUILT_IN_SERVICE_PORTS, parseServicePorts, type ServicePorts } from './service-ports.ts';

export interface ClusterFiles {
  readonly confFile: string;
  /** By default `hosts` beside the conf file, or /etc/hosts if there is none. */
  readonly hostsFile?: string | undefined;
}

const SYSTEM_HOSTS = '/etc/hosts';
const SYSTEM_SERVICES = '/etc/services';

/** Throws a ConfError that names everything that is wrong with the files. */
export function loadCluster({ confFile, hostsFile = defaultHostsFile(confFile) }: ClusterFiles): Cluster {
  const conf = parseConf(readText(confFile, 'name a conf file, for example examples/vs-dr.conf'), confFile);
  const hosts = parseHosts(readText(hostsFile, 'name the hosts file with --hosts'), hostsFile);
  return resolveCluster(conf, hosts, readServicePorts());
}

function defaultHostsFile(confFile: string): string {
  const beside = join(dirname(confFile), 'hosts');
  return existsSync(beside) ? beside : SYSTEM_HOSTS;
}

/** The built-in names, and those of /etc/services, which a minimal system may lack. */
function readServicePorts(): ServicePorts {
  const system = existsSync(SYSTEM_SERVICES) ? parseServicePorts(readFileSync(SYSTEM_SERVICES, 'utf8')) : [];
  return new Map([...system, ...BUILT_IN_SERVICE_PORTS]);
}

function readText(file: string, remedy: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const message = `cannot be read (${reason})`;
    throw new ConfError(
      [{ code: 'CONF_UNREADABLE', file, line: undefined, column: undefined, message, remedy }],
      cause,
    );
  }
}
