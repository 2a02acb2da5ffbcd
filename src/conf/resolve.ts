// Raw → Resolved: the one entry to everything between a parsed conf file and a complete, validated Cluster. Gathers
// every problem before it gives up.

import type { Cluster, VirtualService } from '../model/mod.ts';
import { checkSettings } from './checks.ts';
import { type CompleteSettings, isComplete } from './complete.ts';
import { ConfError, ProblemList } from './errors.ts';
import { createHostDirectory } from './hosts.ts';
import { planLayout } from './layout.ts';
import { planMachines } from './machines.ts';
import type { RawConf, RawHosts } from './raw.ts';
import type { ServicePorts } from './service-ports.ts';
import { readSettings } from './settings.ts';

/** Throws a ConfError with all problems of both files. */
export function resolveCluster(conf: RawConf, hosts: RawHosts, ports: ServicePorts): Cluster {
  const problems = new ProblemList([...conf.problems, ...hosts.problems]);
  const directory = createHostDirectory(hosts, problems);
  const settings = readSettings(conf, directory, ports, problems);
  checkSettings(settings, problems);
  const layout = planLayout(settings, directory, problems);
  const found = problems.inOrder(conf.file);
  if (found.length > 0 || layout === undefined || !isComplete(settings)) throw new ConfError(found);

  return {
    source: { confFile: conf.file, hostsFile: hosts.file },
    method: settings.method,
    forwardingEnabled: settings.forwardingEnabled,
    vip: { name: settings.vip.word.text, address: settings.vip.host.address },
    networks: layout.networks,
    machines: planMachines(settings, layout, directory),
    services: planServices(settings),
  };
}

function planServices({ method, vip, services }: CompleteSettings): readonly VirtualService[] {
  return services.map(({ protocol, port, scheduler, realservers }) => ({
    protocol,
    address: vip.host.address,
    port,
    scheduler,
    servers: realservers.map(({ host }) => ({ address: host.address, port, method, weight: 1 })),
  }));
}
