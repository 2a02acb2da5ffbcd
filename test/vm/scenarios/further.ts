// IPv6, mixed families, the other tunnels, SCTP, LocalNode, one-packet scheduling, timeouts.

import { filler, ping, sctp, tcp, udp } from '../packets/build.ts';
import {
  close,
  ipvsadm,
  listings,
  open,
  replySctp,
  replyTcp,
  replyUdp,
  restore,
  type Scenario,
  type Step,
  say,
  send,
  wait,
} from './scenario.ts';

function rr(vip: string, server: (n: number) => string, options: string, protocol = '-t'): Step[] {
  const lines = [1, 2].map((n) => `-a ${protocol} ${vip} -r ${server(n)} ${options}`);
  return ipvsadm([`-A ${protocol} ${vip} -s rr`, ...lines].join('\n'));
}

const V4 = (n: number) => `r${n}:80`;
const V6 = (n: number) => `r${n}v6:80`;

/** An exchange, and packets about as large as the way takes. */
function traffic(client: string, vip: string, view: 'both' | 'client'): Step[] {
  return [
    ...open(client, vip, view),
    send(tcp(client, vip, 'P.', { seq: 1001, data: 'GET /', tos: 0x10, id: 77 })),
    ...(view === 'both' ? [replyTcp('P.', { data: 'hello', ttl: 60 })] : []),
    ...[1380, 1400, 1420, 1440].map((bytes) => send(tcp(client, vip, '.', { seq: 1006, data: filler(bytes) }))),
    send(tcp(client, vip, '.', { ttl: 1 })),
    ...close(client, vip, view),
    ...listings(),
  ];
}

const IPV6: readonly Scenario[] = [
  { name: 'IPv6, VS-NAT', steps: [...rr('vipv6:80', V6, '-m'), ...traffic('c1v6:1025', 'vipv6:80', 'both')] },
  { name: 'IPv6, VS-DR', steps: [...rr('vipv6:80', V6, '-g'), ...traffic('c1v6:1025', 'vipv6:80', 'client')] },
  { name: 'IPv6, VS-TUN', steps: [...rr('vipv6:80', V6, '-i'), ...traffic('c1v6:1025', 'vipv6:80', 'client')] },
  { name: 'VS-TUN, IPv6 in IPv4', steps: [...rr('vipv6:80', V4, '-i'), ...traffic('c1v6:1025', 'vipv6:80', 'client')] },
  { name: 'VS-TUN, IPv4 in IPv6', steps: [...rr('vip:80', V6, '-i'), ...traffic('c1:1025', 'vip:80', 'client')] },
  {
    name: 'mixed families need VS-TUN',
    steps: [...rr('vip:80', V6, '-m'), ...ipvsadm('-Ln'), ...rr('vipv6:80', V4, '-g'), ...ipvsadm('-Ln')],
  },
  {
    name: 'IPv6: no server, and UDP',
    steps: [
      ...ipvsadm('-A -t vipv6:80 -s rr'),
      send(tcp('c1v6:1025', 'vipv6:80', 'S')),
      ...rr('vipv6:80', V6, '-m', '-u'),
      send(udp('c1v6:1025', 'vipv6:80', 'one')),
      replyUdp('answer'),
      send(ping('c1v6', 'vipv6')),
      ...listings(),
    ],
  },
];

const TUNNELS: readonly Scenario[] = [
  '--tun-type gre',
  '--tun-type gre --tun-csum',
  '--tun-type gue --tun-port 6080',
  '--tun-type gue --tun-port 6080 --tun-csum',
  '--tun-type gue --tun-port 6080 --tun-remcsum',
].flatMap((options): Scenario[] => [
  {
    name: `VS-TUN ${options}, IPv4`,
    steps: [
      ...rr('vip:80', V4, `-i ${options}`),
      ...traffic('c1:1025', 'vip:80', 'client'),
      ...ipvsadm('-Ln --tun-info'),
    ],
  },
  {
    name: `VS-TUN ${options}, IPv6`,
    steps: [...rr('vipv6:80', V6, `-i ${options}`), ...traffic('c1v6:1025', 'vipv6:80', 'client')],
  },
  {
    name: `VS-TUN ${options}, UDP in IPv4, IPv4 in IPv6 and IPv6 in IPv4`,
    steps: [
      ...rr('vip:80', V4, `-i ${options}`, '-u'),
      send(udp('c1:1025', 'vip:80', 'hello')),
      send(udp('c1:1026', 'vip:80', 'hello', { withoutChecksum: true, dontFragment: false, id: 5 })),
      ...rr('vip:81', (n) => `r${n}v6:81`, `-i ${options}`, '-u'),
      send(udp('c1:1025', 'vip:81', 'hello')),
      ...rr('vipv6:82', (n) => `r${n}:82`, `-i ${options}`, '-u'),
      send(udp('c1v6:1025', 'vipv6:82', 'hello')),
    ],
  },
]);

const SCTP: readonly Scenario[] = (
  [
    ['VS-NAT', '-m'],
    ['VS-DR', '-g'],
    ['VS-TUN', '-i'],
  ] as const
).map(([name, flag]) => {
  const view = flag === '-m' ? 'both' : 'client';
  const answer = (chunk: Parameters<typeof replySctp>[0]) => (view === 'both' ? [replySctp(chunk)] : []);
  const client = (chunk: Parameters<typeof replySctp>[0]) => send(sctp('c1:1025', 'vip:80', chunk));
  return {
    name: `SCTP, ${name}`,
    steps: [
      ...rr('vip:80', V4, flag, '--sctp-service'),
      client('data'),
      client('init'),
      ...ipvsadm('-Lnc'),
      ...answer('initAck'),
      client('cookieEcho'),
      ...ipvsadm('-Lnc'),
      ...answer('cookieAck'),
      client('data'),
      ...answer('sack'),
      ...listings(),
      client('shutdown'),
      ...answer('shutdownAck'),
      ...ipvsadm('-Lnc'),
      client('shutdownComplete'),
      ...listings(),
      send(sctp('c1:1026', 'vip:80', 'init')),
      send(sctp('c1:1026', 'vip:80', 'abort')),
      ...ipvsadm('-Lnc'),
    ],
  };
});

const OTHERS: readonly Scenario[] = [
  {
    name: 'LocalNode: the director serves itself',
    steps: [
      ...ipvsadm(
        '-A -t vip:80 -s rr\n-a -t vip:80 -r 127.0.0.1:80 -m\n-a -t vip:80 -r dA:80 -g\n-a -t vip:80 -r vip:80 -g',
      ),
      ...[1, 2, 3, 4].map((port) => send(tcp(`c1:${port}`, 'vip:80', 'S'))),
      ...listings(),
    ],
  },
  {
    name: 'LocalNode with another port',
    steps: [
      ...ipvsadm('-A -t vip:80 -s rr\n-a -t vip:80 -r dB:8080 -m'),
      send(tcp('c1:1', 'vip:80', 'S')),
      ...listings(),
    ],
  },
  {
    name: 'one-packet scheduling',
    steps: [
      ...ipvsadm('-A -u vip:80 -s rr -o\n-a -u vip:80 -r r1:80 -m\n-a -u vip:80 -r r2:80 -m'),
      ...['a', 'b', 'c'].map((data) => send(udp('c1:1025', 'vip:80', data))),
      replyUdp('answer'),
      ...listings(),
    ],
  },
  {
    name: 'timeouts set by --set',
    steps: [
      ...ipvsadm('-L --timeout\n--set 30 10 20\n-L --timeout'),
      ...ipvsadm('-A -t vip:80 -s rr\n-a -t vip:80 -r r1:80 -m\n-A -u vip:80 -s rr\n-a -u vip:80 -r r1:80 -m'),
      ...open('c1:1025', 'vip:80'),
      ...open('c1:1026', 'vip:80'),
      send(tcp('c1:1026', 'vip:80', 'F.')),
      send(udp('c1:1025', 'vip:80', 'x')),
      ...ipvsadm('-Lnc'),
      wait(15),
      ...ipvsadm('-Lnc'),
      wait(25),
      ...ipvsadm('-Lnc\n--set 0 15 0\n-L --timeout'),
    ],
  },
  {
    name: 'FTP under VS-NAT, active and passive',
    steps: [
      ...ipvsadm('-A -t vip:21 -s rr\n-a -t vip:21 -r r1:21 -m'),
      ...open('c1:1025', 'vip:21'),
      send(tcp('c1:1025', 'vip:21', 'P.', { data: 'PASV\r\n', seq: 1001 })),
      say('B', '227 Entering Passive Mode (10,2,0,21,156,64)\r\n'),
      ...ipvsadm('-Lnc'),
      say('A', 'PORT 10,1,0,11,4,3\r\n'),
      ...ipvsadm('-Lnc'),
      say('B', '200 PORT command successful\r\n'),
      say('A', 'EPSV\r\n'),
      say('B', '229 Entering Extended Passive Mode (|||40001|)\r\n'),
      ...ipvsadm('-Lnc'),
      ...open('c1:1026', 'vip:40000'),
      send(tcp('r1:20', 'c1:1027', 'S')),
      send(tcp('c1:1027', 'vip:20', 'S.', { seq: 5000, ack: 1001 })),
      ...open('c1:1028', 'vip:40001'),
      ...listings(),
    ],
  },
  {
    name: '-R and -S of a whole table',
    steps: [
      restore(
        '-A -t vip:80 -s wlc\n-a -t vip:80 -r r1:80 -m -w 3\n-A -f 5 -s sh -b sh-port -p 60 -M 255.255.0.0\n-a -f 5 -r r2 -g\n',
      ),
      restore('-A -u vipv6:53 -s mh -b mh-fallback,mh-port\n-a -u vipv6:53 -r r1v6:53 -i -w 2\n'),
      ...ipvsadm('-Ln\n-Sn\n-Ln --thresholds\n-Z\n-E -t vip:80 -s sed\n-Ln\n-C\n-Ln'),
    ],
  },
];

export const FURTHER: readonly Scenario[] = [...IPV6, ...TUNNELS, ...SCTP, ...OTHERS];
