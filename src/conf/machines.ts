// Settings and layout → the machines of the cluster with their NICs, routes and ways to hold the VIP. Nothing can be
// wrong here any more: what could be has been checked.

import type { Machine, VipHolding } from '../model/mod.ts';
import { realserversOf } from './checks.ts';
import type { CompleteSettings } from './complete.ts';
import type { HostDirectory } from './hosts.ts';
import { createNic, type Layout } from './layout.ts';
import { clientRoutes, directorRoutes, realserverRoutes } from './routes.ts';

/** Director, client, realservers in order of first mention. */
export function planMachines(settings: CompleteSettings, layout: Layout, directory: HostDirectory): readonly Machine[] {
  const { directorInside, directorOutside, clientOutside, clientInside } = layout;
  const repliesPassDirector = settings.serverGateway.host.role === 'director';
  const clientName = ownName('client', directory) ?? settings.directorGateway.host.ownName;

  const director: Machine = {
    name: 'director',
    hostname: ownName('director', directory) ?? 'director',
    role: 'director',
    nics: [...new Set([directorOutside, directorInside])],
    routes: directorRoutes(layout),
    vip: directorVip(settings),
    forwardsPackets: true,
    acceptsLocalSource: settings.method !== 'nat' && repliesPassDirector,
  };
  const client: Machine = {
    name: 'client',
    hostname: clientName ?? 'client',
    role: 'client',
    nics: clientInside === undefined ? [clientOutside] : [clientOutside, clientInside],
    routes: clientRoutes(settings, layout),
    vip: undefined,
    // It is the router: the director's default gateway at the least.
    forwardsPackets: true,
    acceptsLocalSource: false,
  };
  const realservers = realserversOf(settings).map(
    ({ host }): Machine => ({
      name: host.hostName,
      hostname: ownName(host.hostName, directory) ?? host.hostName,
      role: 'realserver',
      nics: [createNic(settings.serverNic.name, host, layout.insideNetwork)],
      routes: realserverRoutes(settings),
      vip: realserverVip(settings),
      forwardsPackets: false,
      acceptsLocalSource: false,
    }),
  );
  return [director, client, ...realservers];
}

function ownName(machine: string, directory: HostDirectory): string | undefined {
  return directory.hosts.find((host) => host.machine === machine && host.ownName !== undefined)?.ownName;
}

function directorVip({ vip: { device, prefixLength } }: CompleteSettings): VipHolding {
  if (device === 'transparent-proxy') return { kind: device };
  return { kind: 'arping', device: device.name, label: device.label, prefixLength };
}

function realserverVip({ serverVip }: CompleteSettings): VipHolding | undefined {
  if (serverVip === 'nowhere') return undefined;
  if (serverVip === 'transparent-proxy') return { kind: serverVip };
  return { kind: 'silent', device: serverVip.name, label: serverVip.label };
}
