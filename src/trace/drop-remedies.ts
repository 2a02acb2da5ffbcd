// What to do about each reason of a drop (enum lvs_drop); what it means says the monitor.

const REMEDIES: Readonly<Record<string, string>> = {
  NO_SERVER: 'give a server a weight above 0 (ipvsadm -e), add one (ipvsadm -a), or raise its upper threshold (-x)',
  SERVER_REMOVED: 'the client must connect anew; to drain a server, set its weight to 0 before removing it',
  TABLE_FULL: 'end idle connections sooner (ipvsadm --set), or spread the service over several directors',
  NO_TIMER: 'the kernel is short of memory: free some, or end idle connections sooner (ipvsadm --set)',
  NO_ROUTE: 'see where `ip route get SERVER` leads, and whether the server answers there',
  FORWARDING_DISABLED: 'sysctl -w net.ipv4.ip_forward=1 (IPv6: net.ipv6.conf.all.forwarding=1)',
  TTL_EXPIRED: 'look for a loop between director and server; traceroute makes such packets on purpose',
  TOO_BIG: 'let ICMP errors through to the sender, or give the way to the server a larger MTU',
  REWRITE_FAILED: 'the sender will repeat it; if it happens often, report it with this trace',
  FRAGMENT_LOST: 'look for losses before the director, or send datagrams that need no fragments',
  NO_CALL_ID: 'let clients send SIP to the service, with a Call-ID of at most 255 bytes, or take --pe sip off it',
  NO_CONNECTION: 'the server speaks where no client has asked, or too late: longer timeouts (ipvsadm --set) may help',
  DEFENCE: 'make room in the connection table, or set drop_packet to 0 (lvskit director set)',
  INTERNAL: 'report it with this trace',
};

/** Empty for a name of another version. */
export function remedyOfDrop(name: string): string {
  return REMEDIES[name] ?? '';
}
