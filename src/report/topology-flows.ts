// The way of a request from the client to the first realserver, and of its reply, as legs between machines.

import type { Cluster, Machine } from '../model/mod.ts';

/** From one machine to another over a network that both are on. */
export interface Leg {
  readonly kind: 'request' | 'reply';
  readonly from: string;
  readonly to: string;
  readonly network: string;
}

/** Empty when forwarding is off, or when no common network makes a way. */
export function traceFlows(cluster: Cluster): Leg[] {
  const [client, director, server] = (['client', 'director', 'realserver'] as const).map((role) =>
    cluster.machines.find((machine) => machine.role === role),
  );
  if (client === undefined || director === undefined || server === undefined) return [];
  if (!cluster.forwardingEnabled) return [];
  const outside = outsideNetwork(client, director, server);
  const inside = sharedNetworks(director, server)[0];
  if (outside === undefined || inside === undefined) return [];
  return [
    { kind: 'request', from: client.name, to: director.name, network: outside },
    { kind: 'request', from: director.name, to: server.name, network: inside },
    ...traceReply(client, director, server, outside),
  ];
}

/** Replies follow the realserver's default route: to the client, or back through the director. */
function traceReply(client: Machine, director: Machine, server: Machine, outside: string): Leg[] {
  const gateway = server.routes.find(({ destination }) => destination === 'default')?.via;
  const byClient = client.nics.find(({ address }) => address === gateway);
  if (byClient !== undefined) {
    return [{ kind: 'reply', from: server.name, to: client.name, network: byClient.network }];
  }
  const byDirector = director.nics.find(({ address }) => address === gateway);
  if (byDirector === undefined) return [];
  return [
    { kind: 'reply', from: server.name, to: director.name, network: byDirector.network },
    { kind: 'reply', from: director.name, to: client.name, network: outside },
  ];
}

/** The VIP's own NIC where the client reaches it, else a network of both, rather one without the realserver. */
function outsideNetwork(client: Machine, director: Machine, server: Machine): string | undefined {
  const shared = sharedNetworks(client, director);
  const vipDevice = director.vip?.kind === 'arping' ? director.vip.device : undefined;
  const vipNetwork = director.nics.find(({ device }) => device === vipDevice)?.network;
  if (vipNetwork !== undefined && shared.includes(vipNetwork)) return vipNetwork;
  return shared.find((network) => !server.nics.some((nic) => nic.network === network)) ?? shared[0];
}

function sharedNetworks(one: Machine, other: Machine): string[] {
  return one.nics.map(({ network }) => network).filter((network) => other.nics.some((nic) => nic.network === network));
}
