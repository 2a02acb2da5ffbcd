// The table as the lines that `ipvsadm -S` prints and `ipvsadm -R` reads. As in the real one, thresholds (-x, -y)
// are saved only when asked for.

import type { ServerEntry, ServiceEntry, ServiceStatus } from '../data-plane.ts';
import { type Labeller, protocolOfService } from './labels.ts';
import { isWholeAddress } from './netmask.ts';
import { formatSchedulerFlags } from './scheduler-flags.ts';
import { formatServiceOptions, METHOD_OPTIONS } from './service-options.ts';
import { formatTunnelOptions } from './tunnel.ts';

export interface RulesFormat {
  readonly label: Labeller;
  readonly thresholds: boolean;
}

/** In the order given. */
export function formatRules(services: readonly ServiceStatus[], format: RulesFormat): string {
  return services.map((service) => formatServiceRules(service, format)).join('');
}

function formatServiceRules({ entry, servers }: ServiceStatus, { label, thresholds }: RulesFormat): string {
  const protocol = protocolOfService(entry);
  const name = formatServiceOptions(entry, (endpoint) => label(endpoint, protocol));
  const rules = [
    ['-A', ...name, ...formatOptions(entry)],
    ...servers.map(({ entry: server }) => [
      '-a',
      ...name,
      '-r',
      label(server, protocol),
      METHOD_OPTIONS[server.method],
      '-w',
      String(server.weight),
      ...formatTunnelOptions(server),
      ...(thresholds ? formatThresholds(server) : []),
    ]),
  ];
  return rules.map((words) => `${words.join(' ')}\n`).join('');
}

function formatOptions({ scheduler, schedulerFlags, persistence, onePacket }: ServiceEntry): readonly string[] {
  const { netmask } = persistence ?? {};
  const flags = formatSchedulerFlags(schedulerFlags, scheduler);
  return [
    '-s',
    scheduler,
    ...(persistence === undefined ? [] : ['-p', String(persistence.timeoutS)]),
    ...(netmask === undefined || isWholeAddress(netmask) ? [] : ['-M', String(netmask)]),
    ...(persistence?.engine === undefined ? [] : ['--pe', persistence.engine]),
    ...(onePacket ? ['-o'] : []),
    ...(flags === '' ? [] : ['-b', flags]),
  ];
}

function formatThresholds({ upperThreshold, lowerThreshold }: ServerEntry): readonly string[] {
  return [
    ...(upperThreshold > 0 ? ['-x', String(upperThreshold)] : []),
    ...(lowerThreshold > 0 ? ['-y', String(lowerThreshold)] : []),
  ];
}
