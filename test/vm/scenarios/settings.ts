// IPVS's sysctls that a director has: what becomes of packets under each.

import { sctp, tcp, udp } from '../packets/build.ts';
import { close, ipvsadm, listings, open, replyTcp, type Scenario, SETTLE, type Step, send, set } from './scenario.ts';

function servers(service: string, flag = '-m'): Step[] {
  return ipvsadm([1, 2].map((n) => `-a ${service} -r r${n}:80 ${flag}`).join('\n'));
}

export const SETTINGS: readonly Scenario[] = [
  {
    name: 'expire_nodest_conn: connections to removed servers, and to drained ones',
    steps: [
      ...ipvsadm('-A -t vip:80 -s rr\n-A -u vip:80 -s rr'),
      ...servers('-t vip:80'),
      ...servers('-u vip:80'),
      ...open('c1:1', 'vip:80'),
      ...open('c1:2', 'vip:80'),
      send(udp('c1:1', 'vip:80', 'a')),
      send(udp('c1:2', 'vip:80', 'b')),
      set('expire_nodest_conn=1'),
      ...ipvsadm('-d -t vip:80 -r r2:80\n-d -u vip:80 -r r2:80'),
      send(udp('c1:1', 'vip:80', 'c')),
      send(tcp('c1:2', 'vip:80', 'S')),
      ...ipvsadm('-a -t vip:80 -r r2:80 -m\n-e -t vip:80 -r r1:80 -m -w 0'),
      send(tcp('c1:2', 'vip:80', 'S')),
      ...listings(),
    ],
  },
  {
    name: 'expire_quiescent_template: a client of a drained server',
    steps: [
      ...ipvsadm('-A -t vip:80 -s rr -p 300'),
      ...servers('-t vip:80'),
      ...open('c1:1', 'vip:80'),
      ...ipvsadm('-e -t vip:80 -r r2:80 -m -w 0'),
      ...open('c1:2', 'vip:80'),
      set('expire_quiescent_template=1'),
      ...open('c1:3', 'vip:80'),
      ...open('c1:4', 'vip:80'),
      SETTLE,
      ...ipvsadm('-Ln\n-Ln --stats'),
    ],
  },
  {
    name: 'sloppy_tcp and sloppy_sctp: connections that others have opened',
    steps: [
      ...ipvsadm('-A -t vip:80 -s rr\n-A --sctp-service vip:80 -s rr'),
      ...servers('-t vip:80', '-g'),
      ...servers('--sctp-service vip:80', '-g'),
      set('sloppy_tcp=1'),
      set('sloppy_sctp=1'),
      send(tcp('c1:1', 'vip:80', '.')),
      send(tcp('c1:2', 'vip:80', 'R')),
      send(tcp('c1:3', 'vip:80', 'F.')),
      send(sctp('c1:1', 'vip:80', 'data')),
      send(sctp('c1:2', 'vip:80', 'abort')),
      ...listings(),
    ],
  },
  ...[0, 2].map((mode): Scenario => {
    return {
      name: `conn_reuse_mode ${mode}: a client uses its port again`,
      steps: [
        ...ipvsadm('-A -t vip:80 -s rr\n-A -t vip:81 -s rr'),
        ...servers('-t vip:80'),
        ...ipvsadm('-a -t vip:81 -r r1:81 -g\n-a -t vip:81 -r r2:81 -g'),
        set(`conn_reuse_mode=${mode}`),
        ...open('c1:1', 'vip:80'),
        ...close('c1:1', 'vip:80'),
        ...open('c1:2', 'vip:80'),
        replyTcp('R'),
        ...open('c1:1', 'vip:81', 'client'),
        ...close('c1:1', 'vip:81', 'client'),
        send(tcp('c1:1', 'vip:80', 'S')),
        send(tcp('c1:2', 'vip:80', 'S')),
        send(tcp('c1:1', 'vip:81', 'S')),
        ...listings(),
      ],
    };
  }),
];
