// ICMP errors about packets of connections, in both directions, and datagrams in fragments, in and out of order.

import { filler, fragments, type IcmpErrorName, icmpError, tcp, udp } from '../packets/build.ts';
import {
  answerIcmp,
  inOrder,
  ipvsadm,
  listings,
  open,
  replyFragments,
  replyTcp,
  type Scenario,
  type Step,
  send,
} from './scenario.ts';

const METHODS = [
  { name: 'VS-NAT', flag: '-m', view: 'both' },
  { name: 'VS-DR', flag: '-g', view: 'client' },
  { name: 'VS-TUN', flag: '-i', view: 'client' },
] as const;
const FAMILIES = [
  { family: 'IPv4', suffix: '' },
  { family: 'IPv6', suffix: 'v6' },
] as const;
const TUNNEL_TYPES = ['--tun-type gre', '--tun-type gre --tun-csum', '--tun-type gue --tun-port 6080'] as const;
const ERRORS: readonly IcmpErrorName[] = ['port unreachable', 'host unreachable', 'too big', 'time exceeded'];

const BIG = filler(8000);
const FRAGMENT_BYTES = 1448;

function service(protocol: '-t' | '-u', suffix: string, flag: string): Step[] {
  const vip = `vip${suffix}:80`;
  const server = (name: string) => (suffix === '' ? `${name}:80` : `${name}v6:80`);
  return ipvsadm(
    `-A ${protocol} ${vip} -s rr\n-a ${protocol} ${vip} -r ${server('r1')} ${flag}\n-a ${protocol} ${vip} -r ${server('r2')} ${flag}`,
  );
}

function errorsFromServers(
  name: string,
  flag: string,
  view: 'both' | 'client',
  family: string,
  suffix: string,
): Scenario {
  const [client, vip] = [`c1${suffix}:1025`, `vip${suffix}:80`];
  return {
    name: `${name}, ${family}: ICMP errors from the servers' side`,
    steps: [
      ...service('-t', suffix, flag),
      ...open(client, vip, view),
      ...ERRORS.flatMap((error) => [
        send(tcp(client, vip, 'P.', { data: error })),
        answerIcmp('B', error),
        send(tcp(client, vip, 'P.', { data: error })),
        answerIcmp('B', error, `r5${suffix}`),
      ]),
      ...listings(),
    ],
  };
}

const TUNNELS: readonly Scenario[] = FAMILIES.flatMap(({ family, suffix }) =>
  TUNNEL_TYPES.map((type) => errorsFromServers(`VS-TUN ${type}`, `-i ${type}`, 'client', family, suffix)),
);

const METHODS_AND_FAMILIES: readonly Scenario[] = FAMILIES.flatMap(({ family, suffix }) =>
  METHODS.flatMap(({ name, flag, view }): Scenario[] => {
    const [client, vip] = [`c1${suffix}:1025`, `vip${suffix}:80`];
    const datagram = udp(client, vip, BIG, { dontFragment: false });
    const pieces = fragments(datagram, FRAGMENT_BYTES);
    const backwards = pieces.map((_, index) => pieces.length - 1 - index);
    return [
      errorsFromServers(name, flag, view, family, suffix),
      {
        name: `${name}, ${family}: ICMP errors from the clients' side`,
        steps: [
          ...service('-t', suffix, flag),
          ...open(client, vip, view),
          ...(view === 'both'
            ? ERRORS.flatMap((error) => [
                replyTcp('P.', { data: error }),
                answerIcmp('A', error),
                replyTcp('P.', { data: error }),
                answerIcmp('A', error, `gw${suffix}`),
              ])
            : ERRORS.map((error) => send(icmpError(`c1${suffix}`, tcp(vip, client, '.'), error)))),
          ...listings(),
        ],
      },
      {
        name: `${name}, ${family}: a datagram of 8 kB in fragments`,
        steps: [
          ...service('-u', suffix, flag),
          send(...pieces),
          ...(view === 'both' ? [replyFragments(BIG, FRAGMENT_BYTES)] : []),
          ...listings(),
        ],
      },
      {
        name: `${name}, ${family}: a datagram of 8 kB in fragments, last one first`,
        steps: [
          ...service('-u', suffix, flag),
          send(...inOrder(pieces, backwards)),
          ...(view === 'both' ? [replyFragments(BIG, FRAGMENT_BYTES, backwards)] : []),
          ...listings(),
        ],
      },
    ];
  }),
);

export const ERRORS_AND_FRAGMENTS: readonly Scenario[] = [...METHODS_AND_FAMILIES, ...TUNNELS];
