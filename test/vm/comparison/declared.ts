// Differences from IPVS that are meant. docs/differences-from-ipvs.md has a section for each, headed by its id.

export interface DeclaredDifference {
  readonly id: string;
  /** Names of the scenarios that may show it. */
  readonly scenarios: RegExp;
  /**
   * What both say when the difference is taken out of a line; undefined when there is nothing left of it, as where only
   * one of the two has such a line.
   */
  readonly without: (line: string) => string | undefined;
}

/** Lines of this pattern, whatever is in them, and however many each has. */
function lines(pattern: RegExp): DeclaredDifference['without'] {
  return (line) => (pattern.test(line) ? undefined : line);
}

/** Of --stats: connections, packets in and out, bytes in and out. */
function withoutOutgoing(line: string): string {
  return line.replace(/^((?:TCP|UDP| +->) .*(?: +\d+){2}) +\d+( +\d+) +\d+$/, '$1$2');
}

export const DECLARED: readonly DeclaredDifference[] = [
  {
    id: 'table-size',
    scenarios: /./,
    without: (line) => line.replace(/^(IP Virtual Server version [\d.]+) \(size=\d+\)$/, '$1'),
  },
  {
    id: 'udp-without-checksum',
    scenarios: /^VS-NAT: UDP$/,
    without: (line) => line.replace(/^( +r\d gets .*) no checksum(?= \(ttl)/, '$1'),
  },
  {
    id: 'quoted-ttl',
    scenarios: /too big|^VS-TUN|^IPv6/,
    without: (line) => line.replace(/(type (?:3 code 4|2 code 0) .* about \{ .*?\(ttl )\d+/, '$1as it came'),
  },
  {
    id: 'tunnel-fragments',
    scenarios: /^VS-TUN: packets too big|^VS-TUN, IPv4: a datagram of 8 kB/,
    // Those that may be cut: DF is not set.
    without: lines(/^ +r\d gets \S+ > \S+ ipip .*\(ttl 63 tos 0 id own\)/),
  },
  {
    id: 'tunnel-mtu',
    scenarios: /^VS-TUN.*, IPv4: ICMP errors from the servers' side$/,
    without: (line) => line.replace(/(c1 gets \S+ > \S+ icmp type 3 code 4 rest )\d+/, '$1 what fits'),
  },
  {
    id: 'tunnel-errors-ipv6',
    scenarios: /^VS-TUN.*, IPv6: ICMP errors from the servers' side$/,
    without: lines(/^ +c1 gets 2001:db8:1::100 > 2001:db8:1::11 icmp type [1-3] /),
  },
  {
    id: 'too-big-fragments',
    scenarios: /^VS-TUN, IPv6: a datagram of 8 kB/,
    without: lines(/^ +(?:c1 gets \S+ > \S+ icmp type 2 code 0 rest 1460 |r\d gets .* fragment 7240 )/),
  },
  {
    id: 'flow-label',
    scenarios: /IPv6/,
    without: (line) => line.replace(/^( +(?:c1|gw) gets .*) label own/, '$1'),
  },
  {
    id: 'own-errors-counted',
    scenarios: /^(VS-DR|VS-TUN|IPv6)/,
    without: withoutOutgoing,
  },
  {
    id: 'passive-reply',
    scenarios: /^FTP/,
    // The reply's words, where the control connection has come to for its client, and bytes out of --stats.
    without: (line) =>
      line
        .replace(/^( +c1 gets .* "227 )[^(]*/, '$1')
        .replace(/^( +c1 gets \S+:21 .* seq )\d+/, '$1')
        .replace(/^(c1 sends \S+ > \S+:21 .* ack )\d+/, '$1')
        .replace(/^((?:TCP| +->) .*(?: +\d+){4}) +\d+$/, '$1'),
  },
  {
    id: 'local-answers',
    scenarios: /^LocalNode: the director serves itself$/,
    // Of listings, and of connections the time and state.
    without: (line) =>
      withoutOutgoing(line)
        .replace(/^( +-> \S+ +Route +\d+) +\d+ +\d+ *$/, '$1')
        .replace(/^TCP \d+:\d\d +\S+ +(?=.* 10\.1\.0\.1\S*$)/, 'TCP '),
  },
  {
    id: 'removed-servers',
    scenarios: /^expire_nodest_conn:/,
    // Of --stats.
    without: (line) => line.replace(/^( +-> 10\.2\.0\.22:80)(?: +\d+){5}$/, '$1'),
  },
  {
    id: 'removed-templates',
    scenarios: /^persistence and a server that is deleted$/,
    // The kernel leaves a template that no packet finds.
    without: lines(/^TCP \d+:\d\d +ASSURED +\S+:0 +\S+:65535 +\S+:65535$/),
  },
  {
    id: 'last-service',
    scenarios: /: the last service is deleted$/,
    without: lines(/^ +c1 gets \S+ > \S+ tcp R /),
  },
];
