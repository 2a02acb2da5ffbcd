// A cluster's services as a configuration of the data plane. Pure; who holds a data plane gives it to `update`.

import type { Cluster, VirtualService } from '../model/mod.ts';
import type { ServiceEntry, ServiceTable } from './data-plane.ts';
import { persistenceOf } from './ftp-persistence.ts';

function toEntry(service: VirtualService, forwardingEnabled: boolean): ServiceEntry {
  return {
    protocol: service.protocol,
    address: service.address,
    port: service.port,
    scheduler: service.scheduler,
    schedulerFlags: [],
    persistence: persistenceOf(service),
    onePacket: false,
    // As if added one after the other: IPVS puts each at the head of its list.
    servers: service.servers.toReversed().map((server) => ({
      ...server,
      weight: forwardingEnabled ? server.weight : 0,
      upperThreshold: 0,
      lowerThreshold: 0,
    })),
  };
}

/** What the lines of `planHost` add up to: all services of the conf, newest first; all weights 0 while it is off. */
export function serviceTableOf(cluster: Cluster): ServiceTable {
  return cluster.services.map((service) => toEntry(service, cluster.forwardingEnabled)).toReversed();
}
