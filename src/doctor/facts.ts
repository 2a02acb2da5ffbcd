// What a machine says about itself: its links, addresses, routes, settings, listeners, filters, and its director. Gathered
// once, looked at by every check.

import type { ServiceEntry } from '../director/mod.ts';
import type { Ipv4 } from '../model/mod.ts';

export interface LinkFacts {
  readonly device: string;
  readonly up: boolean;
  readonly mtuBytes: number;
  readonly mac: string;
  readonly addresses: readonly { readonly address: string; readonly prefixLength: number; readonly label: string }[];
}

/** Where the kernel would send a packet to an address. */
export interface RouteDecision {
  readonly destination: string;
  /** An address of its own: packets for it end here. */
  readonly local: boolean;
  readonly device: string;
  /** Undefined: straight to the destination. */
  readonly gateway: string | undefined;
}

export interface RouteEntry {
  /** `default`, `192.168.2.0/24`, `192.168.1.110` */
  readonly destination: string;
  readonly device: string | undefined;
  readonly gateway: string | undefined;
}

export interface Neighbour {
  readonly address: string;
  readonly device: string;
  /** Undefined while nobody has answered. */
  readonly mac: string | undefined;
}

export interface Listener {
  /** `0.0.0.0`, `*`, `[::]` for every address. */
  readonly address: string;
  readonly port: number;
}

/** A rule of nftables that drops packets, or lets them pass. */
export interface FilterRule {
  readonly verdict: 'drop' | 'accept';
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly handle: number;
  /** `prerouting`, `forward`, `input`, …; undefined for a chain that others jump to. */
  readonly hook: string | undefined;
  /** What it looks at, in the words of nft's JSON: `ct state`, `icmp code`. */
  readonly conditions: readonly { readonly field: string; readonly values: readonly string[] }[];
}

export type DirectorFacts =
  | {
      readonly state: 'up';
      readonly nics: readonly { readonly device: string; readonly attached: boolean }[];
      readonly services: readonly ServiceEntry[];
    }
  | { readonly state: 'down' }
  /** lvskit cannot be asked there. */
  | { readonly state: 'unknown'; readonly said: string };

export interface MachineFacts {
  readonly links: readonly LinkFacts[];
  /** By destination, of the addresses that were asked about; without a route it is missing. */
  readonly decisions: ReadonlyMap<string, RouteDecision>;
  readonly routes: readonly RouteEntry[];
  readonly neighbours: readonly Neighbour[];
  /** By key; those that this kernel does not have are missing. */
  readonly sysctls: ReadonlyMap<string, string>;
  /** Undefined where ss is missing. */
  readonly listeners: readonly Listener[] | undefined;
  /** Chain by chain, in the order in which they are asked. */
  readonly filterRules: readonly FilterRule[];
  /** TCP packets with a wrong checksum since the machine is up. */
  readonly checksumErrors: number;
  /** NICs on which lvskit takes packets for the VIP out of tunnels; of realservers of VS-TUN, where it can be asked. */
  readonly decapsulating: readonly string[] | undefined;
  /** Of directors. */
  readonly director: DirectorFacts | undefined;
}

/** What active probes have seen. */
export interface ProbeFacts {
  /** Connections from the client through the VIP. */
  readonly throughVip: readonly ConnectOutcome[];
  /** Connections from the director to each server of the conf. */
  readonly toServers: readonly (ConnectOutcome & { readonly machine: string })[];
  /** Who has answered ARP for the VIP, as machine and NIC where the MAC is known. */
  readonly vipAnswers: readonly { readonly asker: string; readonly device: string; readonly mac: string }[];
  /** A packet of the full size of the path's MTU through the VIP; undefined where it was not tried. */
  readonly fullSize: { readonly port: number; readonly bytes: number; readonly arrived: boolean } | undefined;
  /** Machine → TCP packets with a wrong checksum that came in meanwhile. */
  readonly badChecksums: ReadonlyMap<string, number>;
}

export interface ConnectOutcome {
  readonly address: Ipv4;
  readonly port: number;
  readonly connected: number;
  readonly refused: number;
  readonly unanswered: number;
}
