// Virtual services and their servers as IPVS names them. Shared by conf (which describes them), director
// (which administers them) and the data plane (which forwards by them).

import type { IpAddress, Ipv4 } from './address.ts';

/** VS-NAT (ipvsadm -m), VS-DR (-g), VS-TUN (-i). */
export type ForwardingMethod = 'nat' | 'dr' | 'tun';

export type TransportProtocol = 'tcp' | 'udp' | 'sctp';

/** Every scheduler that ipvsadm names. The data plane says which of them it has. */
export const SCHEDULER_NAMES = [
  'rr',
  'wrr',
  'lc',
  'wlc',
  'lblc',
  'lblcr',
  'dh',
  'sh',
  'sed',
  'nq',
  'fo',
  'ovf',
  'mh',
  'twos',
] as const;
export type SchedulerName = (typeof SCHEDULER_NAMES)[number];

export interface Server {
  readonly address: IpAddress;
  readonly port: number;
  readonly method: ForwardingMethod;
  /** 0 drains: no new connections, existing ones go on. */
  readonly weight: number;
}

export interface VirtualService {
  readonly protocol: TransportProtocol;
  readonly address: Ipv4;
  readonly port: number;
  readonly scheduler: SchedulerName;
  readonly servers: readonly Server[];
}
