// The resolved cluster: every machine, NIC, network, route and service of one Linux Virtual Server, complete
// and validated. conf produces it; lab, plan and suite consume it; nothing changes it.

import type { Ipv4, Ipv4Network } from './address.ts';
import type { ForwardingMethod, VirtualService } from './service.ts';

export type Role = 'client' | 'director' | 'realserver';

/** One network segment: a switch with the NICs that are plugged into it. */
export interface Network {
  /** Short name, unique in the cluster: `lan1`, `lan2`, … in order of address. */
  readonly name: string;
  readonly subnet: Ipv4Network;
}

export interface Nic {
  /** Device name inside its machine: `eth0`. */
  readonly device: string;
  readonly address: Ipv4;
  readonly prefixLength: number;
  /** `Network.name` */
  readonly network: string;
  /** The name in the hosts file that stands for this address in its role: `director-inside`. */
  readonly hostName: string;
  /** Further addresses, where several networks share the NIC. */
  readonly aliases?: readonly NicAlias[];
}

export interface NicAlias {
  readonly address: Ipv4;
  readonly prefixLength: number;
}

/** A route that is not implied by a NIC's own subnet. Destination `default` or a network. */
export interface Route {
  readonly destination: 'default' | Ipv4Network;
  readonly via: Ipv4;
  readonly device: string;
  /** Preferred source address of packets that take it. */
  readonly source?: Ipv4;
}

/** How a machine holds the virtual address. */
export type VipHolding =
  /** On a device that answers ARP for it (the director): `ip addr add VIP/32 dev eth1 label eth1:110`. */
  | {
      readonly kind: 'arping';
      readonly device: string;
      readonly label: string | undefined;
      readonly prefixLength: number;
    }
  /** On a device that stays silent about it (realservers of VS-DR, VS-TUN): lo:0, dummy0, tunl0. */
  | { readonly kind: 'silent'; readonly device: string; readonly label: string | undefined }
  /** On no device: packets for it are accepted by transparent proxy (TP). */
  | { readonly kind: 'transparent-proxy' };

export interface Machine {
  /** Role name, unique: `client`, `director`, `realserver1`. The lab's namespace is LAB-NAME. */
  readonly name: string;
  /** The machine's own name: `sneezy`; what its telnet service answers. */
  readonly hostname: string;
  readonly role: Role;
  readonly nics: readonly Nic[];
  readonly routes: readonly Route[];
  /** Undefined when it does not hold the VIP (clients; realservers of VS-NAT). */
  readonly vip: VipHolding | undefined;
  /** Whether it passes on packets that are not its own (net.ipv4.ip_forward). */
  readonly forwardsPackets: boolean;
  /** Whether packets of its own VIP may come back in from outside (martian VS-DR: accept_local). */
  readonly acceptsLocalSource: boolean;
}

export interface Vip {
  readonly name: string;
  readonly address: Ipv4;
}

/** Where a resolved cluster came from, for messages and for `run.json`. */
export interface ClusterSource {
  readonly confFile: string;
  readonly hostsFile: string;
}

export interface Cluster {
  readonly source: ClusterSource;
  readonly method: ForwardingMethod;
  /** The paper's INITIAL_STATE: off sets everything up but forwards nothing. */
  readonly forwardingEnabled: boolean;
  readonly vip: Vip;
  readonly networks: readonly Network[];
  /** One director, one client (the router), one or more realservers; in that order. */
  readonly machines: readonly Machine[];
  readonly services: readonly VirtualService[];
}
