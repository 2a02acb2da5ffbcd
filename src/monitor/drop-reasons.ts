// What the names of enum lvs_drop mean to whoever has to do something about them.

/** At most 42 characters: they end a line of 80. */
const MEANINGS: Readonly<Record<string, string>> = {
  NO_SERVER: 'no server takes new connections',
  SERVER_REMOVED: "the connection's server has been removed",
  TABLE_FULL: 'no room for one more connection',
  NO_TIMER: 'no kernel memory for its expiry',
  NO_ROUTE: 'no route or neighbour towards the server',
  FORWARDING_DISABLED: 'the sysctl ip_forward or forwarding is 0',
  TTL_EXPIRED: "the packet's hops were used up",
  TOO_BIG: 'for the next hop; its sender was told',
  REWRITE_FAILED: 'the kernel did not let it be changed',
  FRAGMENT_LOST: 'a fragment whose first did not come',
  NO_CALL_ID: 'no Call-ID, for a service with --pe sip',
  NO_CONNECTION: "a server's; see nat_icmp_send",
  DEFENCE: 'one of many new ones; see drop_packet',
  INTERNAL: 'a defect of lvskit: please report it',
};

/** Empty for a name of another version. */
export function meaningOfDrop(reason: string): string {
  return MEANINGS[reason] ?? '';
}
