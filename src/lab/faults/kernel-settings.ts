// Faults of sysctls: a kernel that refuses, or answers, what it should pass on.

import type { Cluster, Machine } from '../../model/mod.ts';
import { type Fault, type FaultPlace, onMachine } from './fault.ts';
import { clientOf, directorOf, hasOneNetwork, repliesPassDirector } from './places.ts';

function set(place: FaultPlace, key: string, value: number) {
  return onMachine(place, `sysctl -q -w net.ipv4.${key}=${value}`);
}

export const ipForward: Fault = {
  name: 'ip-forward',
  breaks: 'the director passes no packets on',
  where: 'VS-NAT and martian VS-DR',
  machines: (cluster) => (repliesPassDirector(cluster) ? [directorOf(cluster)] : []),
  inject: (place) => [set(place, 'ip_forward', 0)],
  undo: (place) => [set(place, 'ip_forward', 1)],
};

export const rpFilter: Fault = {
  name: 'rp-filter',
  breaks: 'the reverse path filter drops packets that do not come in where their answers would go out',
  where: 'VS-DR and VS-TUN on two networks: the client; martian VS-DR: the director',
  machines: (cluster) => takerOfStrangeSources(cluster),
  inject: (place) => [set(place, 'conf.all.rp_filter', 1)],
  undo: (place) => [set(place, 'conf.all.rp_filter', 0)],
};

/** Who gets replies from the VIP by another NIC than it would send to the VIP by. */
function takerOfStrangeSources(cluster: Cluster): readonly Machine[] {
  if (cluster.method === 'nat' || hasOneNetwork(cluster)) return [];
  return [repliesPassDirector(cluster) ? directorOf(cluster) : clientOf(cluster)];
}

export const acceptLocal: Fault = {
  name: 'accept-local',
  breaks: 'the director drops replies, because they come in with its own VIP as their source',
  where: 'martian VS-DR',
  machines: (cluster) => [directorOf(cluster)].filter(({ acceptsLocalSource }) => acceptsLocalSource),
  inject: (place) => [set(place, 'conf.all.accept_local', 0)],
  undo: (place) => [set(place, 'conf.all.accept_local', 1)],
};

export const sendRedirects: Fault = {
  name: 'send-redirects',
  breaks: 'the director tells its neighbours of shorter ways, past itself',
  where: 'a director with one NIC',
  machines: (cluster) => (hasOneNetwork(cluster) ? [directorOf(cluster)] : []),
  inject: (place) => [set(place, 'conf.all.send_redirects', 1)],
  undo: (place) => [set(place, 'conf.all.send_redirects', 0)],
};
