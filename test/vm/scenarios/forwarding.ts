// Packets as they leave, for each way of forwarding: TCP through its life, UDP, what cannot be forwarded.

import { filler, ping, tcp, udp } from '../packets/build.ts';
import {
  close,
  ipvsadm,
  listings,
  open,
  replyTcp,
  replyUdp,
  type Scenario,
  type Step,
  send,
  wait,
} from './scenario.ts';

const METHODS = [
  { name: 'VS-NAT', flag: '-m', view: 'both' },
  { name: 'VS-DR', flag: '-g', view: 'client' },
  { name: 'VS-TUN', flag: '-i', view: 'client' },
] as const;

function rr(flag: string, protocol: '-t' | '-u' = '-t', servers = 2): Step[] {
  const lines = Array.from({ length: servers }, (_, index) => `-a ${protocol} vip:80 -r r${index + 1}:80 ${flag}`);
  return ipvsadm([`-A ${protocol} vip:80 -s rr`, ...lines].join('\n'));
}

export const FORWARDING: readonly Scenario[] = METHODS.flatMap(({ name, flag, view }): Scenario[] => [
  {
    name: `${name}: a TCP connection is opened, used and closed by its client`,
    steps: [
      ...rr(flag),
      ...open('c1:1025', 'vip:80', view),
      send(tcp('c1:1025', 'vip:80', 'P.', { seq: 1001, data: 'GET /', tos: 0x10, id: 77, dontFragment: false })),
      ...(view === 'both' ? [replyTcp('P.', { data: 'hello', tos: 0x08, ttl: 60, id: 99 })] : []),
      ...listings(),
      ...close('c1:1025', 'vip:80', view),
      ...listings(),
    ],
  },
  {
    name: `${name}: a TCP connection is reset`,
    steps: [
      ...rr(flag),
      ...open('c1:1025', 'vip:80', view),
      send(tcp('c1:1025', 'vip:80', 'R')),
      ...listings(),
      send(tcp('c1:1025', 'vip:80', 'S')),
      ...listings(),
      wait(70),
      ...ipvsadm('-Ln\n-Lnc'),
    ],
  },
  {
    name: `${name}: packets that belong to no connection`,
    steps: [
      ...rr(flag),
      send(tcp('c1:1025', 'vip:80', '.')),
      send(tcp('c1:1025', 'vip:80', 'F.')),
      send(tcp('c1:1025', 'vip:80', 'R')),
      send(tcp('c1:1025', 'vip:81', 'S')),
      send(udp('c1:1025', 'vip:80', 'x')),
      ...listings(),
    ],
  },
  {
    name: `${name}: UDP`,
    steps: [
      ...rr(flag, '-u', 3),
      send(udp('c1:1025', 'vip:80', 'one')),
      ...(view === 'both' ? [replyUdp('answer')] : []),
      send(udp('c1:1025', 'vip:80', 'two')),
      send(udp('c1:1026', 'vip:80', 'no checksum', { withoutChecksum: true })),
      ...(view === 'both' ? [replyUdp('another')] : []),
      ...listings(),
      wait(290),
      send(udp('c1:1026', 'vip:80', 'later')),
      // The kernel's timers of five minutes may be late by a step of their wheel: 16 s at 250 Hz.
      wait(30),
      ...ipvsadm('-Lnc\n-Ln'),
    ],
  },
  {
    name: `${name}: no server`,
    steps: [
      ...ipvsadm('-A -t vip:80 -s rr\n-A -u vip:80 -s rr'),
      send(tcp('c1:1025', 'vip:80', 'S')),
      send(udp('c1:1025', 'vip:80', 'x')),
      ...ipvsadm(`-a -t vip:80 -r r1:80 ${flag} -w 0`),
      send(tcp('c1:1026', 'vip:80', 'S')),
      ...listings(),
    ],
  },
  {
    name: `${name}: a deleted server's connections stay silent until it is back`,
    steps: [
      ...rr(flag),
      ...open('c1:1025', 'vip:80', view),
      ...open('c1:1026', 'vip:80', view),
      ...ipvsadm('-d -t vip:80 -r r1:80\n-d -t vip:80 -r r2:80'),
      send(tcp('c1:1025', 'vip:80', 'P.', { data: 'x' })),
      send(tcp('c1:1026', 'vip:80', 'P.', { data: 'x' })),
      send(tcp('c1:1027', 'vip:80', 'S')),
      ...listings(),
      ...ipvsadm(`-a -t vip:80 -r r1:80 ${flag}`),
      send(tcp('c1:1025', 'vip:80', 'P.', { data: 'x' })),
      send(tcp('c1:1026', 'vip:80', 'P.', { data: 'x' })),
      ...listings(),
    ],
  },
  {
    name: `${name}: the last service is deleted`,
    steps: [
      ...rr(flag),
      ...open('c1:1025', 'vip:80', view),
      ...ipvsadm('-D -t vip:80'),
      send(tcp('c1:1025', 'vip:80', 'P.', { data: 'x' })),
      send(tcp('c1:1026', 'vip:80', 'S')),
      ...ipvsadm('-Lnc\n-Ln'),
    ],
  },
  {
    name: `${name}: a deleted service's connections stay silent`,
    steps: [
      ...rr(flag),
      ...ipvsadm('-A -t vip:81 -s rr'),
      ...open('c1:1025', 'vip:80', view),
      ...ipvsadm('-D -t vip:80'),
      send(tcp('c1:1025', 'vip:80', 'P.', { data: 'x' })),
      send(tcp('c1:1026', 'vip:80', 'S')),
      ...ipvsadm('-Lnc\n-Ln'),
    ],
  },
  {
    name: `${name}: TTL`,
    steps: [
      ...rr(flag),
      send(tcp('c1:1025', 'vip:80', 'S', { ttl: 1, tos: 0x10 })),
      send(tcp('c1:1025', 'vip:80', 'S', { ttl: 2 })),
      ...(view === 'both' ? [replyTcp('S.', { ttl: 1 }), replyTcp('S.', { ttl: 2 })] : []),
      ...listings(),
    ],
  },
  {
    name: `${name}: packets too big for the way to the server`,
    mtu: { B: 1400 },
    steps: [
      ...rr(flag),
      ...open('c1:1025', 'vip:80', view),
      send(tcp('c1:1025', 'vip:80', '.', { data: filler(1340), seq: 1001 })),
      send(tcp('c1:1025', 'vip:80', '.', { data: filler(1360), seq: 1001 })),
      send(tcp('c1:1025', 'vip:80', '.', { data: filler(1361), seq: 1001 })),
      send(tcp('c1:1025', 'vip:80', '.', { data: filler(1341), seq: 1001, dontFragment: false })),
      send(tcp('c1:1025', 'vip:80', '.', { data: filler(1440), seq: 1001, dontFragment: false })),
      ...listings(),
    ],
  },
  {
    name: `${name}: ping to the VIP`,
    steps: [...rr(flag), send(ping('c1', 'vip')), send(ping('c1v6', 'vipv6'))],
  },
]);
