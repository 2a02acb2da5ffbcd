// Faults that packets meet on their way: filters, sizes, checksums, a cable that is not plugged in.

import type { Machine } from '../../model/mod.ts';
import { dropTable, type Fault, filterTable, onMachine } from './fault.ts';
import { clientOf, directorOf, firstNic, realserversOf } from './places.ts';
import { plannedRoutes } from './routes.ts';
import { servedPorts } from './services.ts';

const ANY = 'every cluster';

export const mtuBlackHole: Fault = {
  name: 'mtu-black-hole',
  breaks: 'large packets vanish: with the tunnel’s header they do not fit, and the client is not told',
  where: 'VS-TUN',
  machines: (cluster) => (cluster.method === 'tun' ? [clientOf(cluster)] : []),
  inject: (place) => [
    filterTable(place, 'ip', [
      'type filter hook prerouting priority -300',
      'icmp type destination-unreachable icmp code frag-needed drop',
    ]),
    // It may have been told before.
    onMachine(place, 'ip route flush cache'),
  ],
  undo: (place) => [dropTable(place, 'ip')],
};

export const mtuMismatch: Fault = {
  name: 'mtu-mismatch',
  breaks: "a NIC takes only smaller packets than its network's other NICs send",
  where: ANY,
  machines: realserversOf,
  inject: (place) => [
    onMachine(place, `ip link set ${firstNic(place.machine).device} mtu ${Math.round(place.plan.settings.mtu * 0.9)}`),
  ],
  undo: (place) => [onMachine(place, `ip link set ${firstNic(place.machine).device} mtu ${place.plan.settings.mtu}`)],
};

/** `tx off` at the port makes the packets carry checksums, `rx off` makes the realserver look at them. */
export const checksum: Fault = {
  name: 'checksum',
  breaks: 'TCP packets reach a realserver with a wrong checksum, as from a NIC whose offload is broken',
  where: ANY,
  machines: realserversOf,
  inject: (place) => [
    { machine: 'switch', argv: ['ethtool', '-K', portOf(place), 'tx', 'off'] },
    onMachine(place, `ethtool -K ${firstNic(place.machine).device} rx off`),
    filterTable(place, 'netdev', [
      `type filter hook ingress device ${firstNic(place.machine).device} priority 0`,
      'ip protocol tcp tcp checksum set 1',
    ]),
  ],
  undo: (place) => [
    dropTable(place, 'netdev'),
    ...(place.plan.settings.offload
      ? [
          { machine: 'switch', argv: ['ethtool', '-K', portOf(place), 'tx', 'on'] },
          onMachine(place, `ethtool -K ${firstNic(place.machine).device} rx on`),
        ]
      : []),
  ],
};

function portOf({ plan, machine }: Parameters<Fault['inject']>[0]): string {
  const link = plan.links.find((each) => each.machine === machine.name && each.device === firstNic(machine).device);
  if (link === undefined) throw new Error(`${machine.name} is not plugged in`);
  return link.port;
}

export const firewall: Fault = {
  name: 'firewall',
  breaks: 'a packet filter on a realserver drops what is for its service',
  where: ANY,
  machines: (cluster) => realserversOf(cluster).filter((machine) => servedPorts(machine, cluster).length > 0),
  inject: (place) => [
    filterTable(place, 'ip', [
      'type filter hook input priority 0',
      `tcp dport { ${servedPorts(place.machine, place.plan.cluster).join(', ')} } drop`,
    ]),
  ],
  undo: (place) => [dropTable(place, 'ip')],
};

export const conntrack: Fault = {
  name: 'conntrack',
  breaks: 'connection tracking on the director has not seen the requests, and drops the replies as invalid',
  where: 'martian VS-DR',
  machines: (cluster): readonly Machine[] =>
    [directorOf(cluster)].filter(({ acceptsLocalSource }) => acceptsLocalSource),
  inject: (place) => [filterTable(place, 'ip', ['type filter hook forward priority 0', 'ct state invalid drop'])],
  undo: (place) => [dropTable(place, 'ip')],
};

export const nicDown: Fault = {
  name: 'nic-down',
  breaks: 'a realserver is not on the network',
  where: ANY,
  machines: realserversOf,
  inject: (place) => [onMachine(place, `ip link set ${firstNic(place.machine).device} down`)],
  undo: (place) => [onMachine(place, `ip link set ${firstNic(place.machine).device} up`), ...plannedRoutes(place)],
};
