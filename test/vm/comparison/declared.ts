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
    id: 'last-service',
    scenarios: /: the last service is deleted$/,
    without: lines(/^ +c1 gets \S+ > \S+ tcp R /),
  },
];
