// Which server gets which connection, for each scheduler with its flags.

import { tcp } from '../packets/build.ts';
import { close, ipvsadm, listings, open, type Scenario, type Step, send } from './scenario.ts';

const WEIGHTS = [1, 2, 4];

function service(scheduler: string, weights: readonly number[] = WEIGHTS, family: '' | 'v6' = ''): Step[] {
  const servers = weights.map((weight, index) => `-a -t vip${family}:80 -r r${index + 1}${family}:80 -m -w ${weight}`);
  return ipvsadm([`-A -t vip${family}:80 -s ${scheduler}`, ...servers].join('\n'));
}

/** Connections of one client that stay open, of other ports. */
function connections(count: number, client = 'c1', firstPort = 1025): Step[] {
  return Array.from({ length: count }, (_, index) => open(`${client}:${firstPort + index}`, 'vip:80')).flat();
}

/** Connection attempts that stay in SYN_RECV, of clients on all networks. */
function manyClients(count: number): Step[] {
  return Array.from({ length: count }, (_, index) =>
    send(tcp(`172.16.${index * 7}.${(index * 37) % 254}:${2000 + index}`, 'vip:80', 'S')),
  );
}

function manyClientsOfIpv6(count: number): Step[] {
  return Array.from({ length: count }, (_, index) => {
    const [net, host] = [0x100 + index * 7, (index * 0x2537) % 0xfffe].map((group) => group.toString(16));
    return send(tcp(`[2001:db8:${net}::${host}:1]:${2000 + index}`, 'vipv6:80', 'S'));
  });
}

const OF_LOAD = ['lc', 'wlc', 'sed', 'nq', 'fo', 'ovf'];
const OF_ADDRESS = ['sh', 'sh -b sh-port', 'sh -b sh-fallback', 'mh', 'mh -b mh-port', 'mh -b mh-fallback', 'dh'];

export const SCHEDULING: readonly Scenario[] = [
  { name: 'rr takes servers in turn', steps: [...service('rr'), ...connections(7), ...listings()] },
  { name: 'wrr takes servers by weight', steps: [...service('wrr'), ...connections(15), ...listings()] },
  {
    name: 'wrr goes on after a change of weight',
    steps: [
      ...service('wrr'),
      ...connections(4),
      ...ipvsadm('-e -t vip:80 -r r1:80 -m -w 6'),
      ...connections(12, 'c2'),
      ...ipvsadm('-d -t vip:80 -r r3:80'),
      ...connections(8, 'c3'),
      ...listings(),
    ],
  },
  ...OF_LOAD.map((scheduler) => ({
    name: `${scheduler} looks at the load`,
    steps: [
      ...service(scheduler),
      ...connections(9),
      ...close('c1:1025', 'vip:80'),
      ...close('c1:1027', 'vip:80'),
      ...connections(6, 'c2'),
      ...ipvsadm('-e -t vip:80 -r r3:80 -m -w 0'),
      ...connections(4, 'c3'),
      ...listings(),
    ],
  })),
  ...OF_ADDRESS.map((scheduler) => ({
    name: `${scheduler} looks at addresses`,
    steps: [
      ...service(scheduler),
      ...manyClients(24),
      ...connections(3),
      ...ipvsadm('-e -t vip:80 -r r2:80 -m -w 0'),
      ...manyClients(30).slice(10),
      ...listings(),
    ],
  })),
  ...[...OF_ADDRESS, 'lblc'].map((scheduler) => ({
    name: `${scheduler} looks at addresses of IPv6`,
    steps: [
      ...service(scheduler, WEIGHTS, 'v6'),
      ...manyClientsOfIpv6(16),
      ...ipvsadm('-e -t vipv6:80 -r r2v6:80 -m -w 0'),
      ...manyClientsOfIpv6(24).slice(10),
      ...listings(),
    ],
  })),
  ...['lblc', 'lblcr'].map((scheduler) => ({
    name: `${scheduler} keeps a destination on its server until that is loaded`,
    steps: [
      ...service(scheduler, [1, 1, 2]),
      ...connections(12),
      ...ipvsadm('-e -t vip:80 -r r1:80 -m -w 0'),
      ...connections(6, 'c2'),
      ...listings(),
    ],
  })),
  {
    name: 'weight 0 drains a server',
    steps: [
      ...service('rr', [1, 1]),
      ...open('c1:1025', 'vip:80'),
      ...open('c1:1026', 'vip:80'),
      ...ipvsadm('-e -t vip:80 -r r1:80 -m -w 0'),
      send(tcp('c1:1025', 'vip:80', 'P.', { data: 'still there' })),
      send(tcp('c1:1026', 'vip:80', 'P.', { data: 'still there' })),
      ...connections(3, 'c2'),
      ...listings(),
    ],
  },
  {
    name: 'thresholds keep connections away from a full server',
    steps: [
      ...ipvsadm('-A -t vip:80 -s rr\n-a -t vip:80 -r r1:80 -m -x 2 -y 1\n-a -t vip:80 -r r2:80 -m -x 4'),
      ...connections(7),
      ...ipvsadm('-Ln --thresholds'),
      ...listings(),
    ],
  },
];
