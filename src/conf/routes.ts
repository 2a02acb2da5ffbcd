// The routes that no NIC's own network implies: how requests find the director, and replies the client.

import { networkContains, networkOf, type Route } from '../model/mod.ts';
import type { CompleteSettings } from './complete.ts';
import type { Layout } from './layout.ts';

export function directorRoutes({ clientOutside, directorOutside }: Layout): readonly Route[] {
  return [{ destination: 'default', via: clientOutside.address, device: directorOutside.device }];
}

export function realserverRoutes({ serverGateway, serverNic }: CompleteSettings): readonly Route[] {
  return [{ destination: 'default', via: serverGateway.host.address, device: serverNic.name }];
}

/**
 * The client reaches the realservers' network through the director, unless it has a NIC there. It reaches the VIP
 * through the director's outside address, unless the director answers ARP for it in the network between them or
 * the VIP is in the realservers' network and that is reached so anyway.
 */
export function clientRoutes({ vip }: CompleteSettings, layout: Layout): readonly Route[] {
  const { insideNetwork, directorInside, directorOutside, clientOutside, clientInside } = layout;
  const toDirector = { via: directorOutside.address, device: clientOutside.device };
  const hasNicInside = directorOutside === directorInside || clientInside !== undefined;
  const toRealservers = hasNicInside ? [] : [{ destination: insideNetwork.subnet, ...toDirector }];

  const between = networkOf(clientOutside.address, clientOutside.prefixLength);
  const answersArp = vip.device !== 'transparent-proxy' && networkContains(between, vip.host.address);
  const isReachedAnyway = !hasNicInside && networkContains(insideNetwork.subnet, vip.host.address);
  if (answersArp || isReachedAnyway) return toRealservers;
  const toVip = { destination: networkOf(vip.host.address, 32), ...toDirector, source: clientOutside.address };
  return [...toRealservers, toVip];
}
