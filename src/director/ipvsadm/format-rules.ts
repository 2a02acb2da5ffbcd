// The table as the lines that `ipvsadm -S` prints and `ipvsadm -R` reads. As in the real one, thresholds (-x, -y)
// are not saved.

import type { ForwardingMethod } from '../../model/mod.ts';
import type { ServerEntry, ServiceStatus } from '../data-plane.ts';
import type { Labeller } from './labels.ts';

const METHOD_OPTIONS: Readonly<Record<ForwardingMethod, string>> = { nat: '-m', dr: '-g', tun: '-i' };

/** In the order given. */
export function formatRules(services: readonly ServiceStatus[], label: Labeller): string {
  return services.map((service) => formatServiceRules(service, label)).join('');
}

function formatServiceRules({ entry, servers }: ServiceStatus, label: Labeller): string {
  const { protocol, scheduler } = entry;
  const name = `${protocol === 'tcp' ? '-t' : '-u'} ${label(entry, protocol)}`;
  const lines = servers.map(
    (server) => `-a ${name} -r ${label(server.entry, protocol)} ${formatForwarding(server.entry)}\n`,
  );
  return `-A ${name} -s ${scheduler}\n${lines.join('')}`;
}

function formatForwarding({ method, weight }: ServerEntry): string {
  const tunnelType = method === 'tun' ? ' --tun-type ipip' : '';
  return `${METHOD_OPTIONS[method]} -w ${weight}${tunnelType}`;
}
