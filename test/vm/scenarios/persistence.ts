// Clients that stay with their server: by address, netmask, port zero, FTP, firewall marks; templates and their time.

import { tcp, udp } from '../packets/build.ts';
import { ipvsadm, listings, open, run, type Scenario, type Step, send, wait } from './scenario.ts';

function servers(service: string, port: number, flag = '-m'): Step[] {
  return ipvsadm([1, 2, 3].map((n) => `-a ${service} -r r${n}:${port} ${flag}`).join('\n'));
}

/** What shows templates and their counts. */
const TEMPLATES = [...listings(), ...ipvsadm('-Ln --persistent-conn\n-Lnc --persistent-conn')];

const MARKS = run(
  [
    'nft add table ip m',
    "nft 'add chain ip m p { type filter hook prerouting priority mangle; }'",
    "nft 'add rule ip m p ip daddr vip tcp dport { 80, 443 } meta mark set 7'",
  ].join('; '),
  'nft delete table ip m',
);

export const PERSISTENCE: readonly Scenario[] = [
  {
    name: 'persistence keeps a client on its server until the template has expired',
    steps: [
      ...ipvsadm('-A -t vip:80 -s rr -p 100'),
      ...servers('-t vip:80', 80),
      ...open('c1:1025', 'vip:80'),
      ...open('c1:1026', 'vip:80'),
      ...open('c2:1025', 'vip:80'),
      ...open('c3:1025', 'vip:80'),
      ...open('c1:1027', 'vip:80'),
      ...TEMPLATES,
      ...['c1:1025', 'c1:1026', 'c1:1027'].map((from) => send(tcp(from, 'vip:80', 'R'))),
      wait(50),
      ...TEMPLATES,
      wait(120),
      ...open('c1:1028', 'vip:80'),
      ...TEMPLATES,
    ],
  },
  {
    name: 'persistence by netmask',
    steps: [
      ...ipvsadm('-A -t vip:80 -s rr -p 300 -M 255.255.255.0'),
      ...servers('-t vip:80', 80),
      ...['172.16.1.5:1', '172.16.1.200:1', '172.16.2.5:1', 'c1:1', 'c2:1'].flatMap((from) => open(from, 'vip:80')),
      ...TEMPLATES,
    ],
  },
  {
    name: 'persistence by prefix, IPv6',
    steps: [
      ...ipvsadm('-A -t vipv6:80 -s rr -p 300 -M 64'),
      ...ipvsadm([1, 2, 3].map((n) => `-a -t vipv6:80 -r r${n}v6:80 -m`).join('\n')),
      ...['[2001:db8:7:8::1]:1', '[2001:db8:7:8:9::2]:1', '[2001:db8:7:9::1]:1', 'c1v6:1', 'c2v6:1'].flatMap((from) =>
        open(from, 'vipv6:80'),
      ),
      ...TEMPLATES,
    ],
  },
  {
    name: 'persistence of a service of every port',
    steps: [
      ...ipvsadm('-A -t vip:0 -s rr -p 300'),
      ...servers('-t vip:0', 0),
      ...open('c1:1', 'vip:80'),
      ...open('c1:2', 'vip:443'),
      ...open('c2:1', 'vip:8080'),
      ...open('c2:2', 'vip:80'),
      ...TEMPLATES,
    ],
  },
  {
    name: 'persistence of a service of every port beside one of a port',
    steps: [
      ...ipvsadm('-A -t vip:0 -s rr -p 300\n-A -t vip:80 -s rr'),
      ...servers('-t vip:0', 0, '-g'),
      ...servers('-t vip:80', 80, '-g'),
      ...open('c1:1', 'vip:80', 'client'),
      ...open('c1:2', 'vip:443', 'client'),
      ...open('c1:3', 'vip:80', 'client'),
      ...open('c1:4', 'vip:444', 'client'),
      ...TEMPLATES,
    ],
  },
  {
    name: 'persistence of FTP: passive data connections follow under VS-DR',
    steps: [
      ...ipvsadm('-A -t vip:21 -s rr -p 300'),
      ...servers('-t vip:21', 21, '-g'),
      ...open('c1:1', 'vip:21', 'client'),
      ...open('c1:2', 'vip:40000', 'client'),
      ...open('c2:1', 'vip:21', 'client'),
      ...open('c2:2', 'vip:40001', 'client'),
      ...open('c3:2', 'vip:40001', 'client'),
      ...TEMPLATES,
    ],
  },
  {
    name: 'a service of a firewall mark',
    steps: [
      MARKS,
      ...ipvsadm('-A -f 7 -s rr'),
      ...servers('-f 7', 0, '-g'),
      ...open('c1:1', 'vip:80', 'client'),
      ...open('c1:2', 'vip:443', 'client'),
      ...open('c1:3', 'vip:8080', 'client'),
      ...open('c2:1', 'vip:80', 'client'),
      ...TEMPLATES,
    ],
  },
  {
    name: 'persistence by firewall mark joins ports',
    steps: [
      MARKS,
      ...ipvsadm('-A -f 7 -s rr -p 200'),
      ...servers('-f 7', 0),
      ...open('c1:1', 'vip:80'),
      ...open('c1:2', 'vip:443'),
      ...open('c2:1', 'vip:443'),
      ...open('c2:2', 'vip:80'),
      ...open('c3:1', 'vip:80'),
      ...TEMPLATES,
    ],
  },
  {
    name: 'persistence of UDP',
    steps: [
      ...ipvsadm('-A -u vip:53 -s rr -p 60'),
      ...servers('-u vip:53', 53),
      send(udp('c1:1', 'vip:53', 'a')),
      send(udp('c1:2', 'vip:53', 'b')),
      send(udp('c2:1', 'vip:53', 'c')),
      ...TEMPLATES,
    ],
  },
  {
    name: 'persistence and a server that is drained',
    steps: [
      ...ipvsadm('-A -t vip:80 -s rr -p 300'),
      ...servers('-t vip:80', 80),
      ...open('c1:1', 'vip:80'),
      ...ipvsadm('-e -t vip:80 -r r3:80 -m -w 0'),
      ...open('c1:2', 'vip:80'),
      ...open('c2:1', 'vip:80'),
      ...TEMPLATES,
    ],
  },
  {
    name: 'persistence and a server that is deleted',
    steps: [
      ...ipvsadm('-A -t vip:80 -s rr -p 300'),
      ...servers('-t vip:80', 80),
      ...open('c1:1', 'vip:80'),
      ...ipvsadm('-d -t vip:80 -r r3:80'),
      ...open('c1:2', 'vip:80'),
      ...open('c2:1', 'vip:80'),
      ...TEMPLATES,
    ],
  },
];
