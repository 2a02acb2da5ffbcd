// Faults of address resolution: realservers that speak of the VIP on the wire, though the director alone may.

import { type Fault, onMachine } from './fault.ts';
import { clientOf, silentRealservers } from './places.ts';

const WHERE = 'VS-DR and VS-TUN, realservers with the VIP on a silent device';

export const arpVip: Fault = {
  name: 'arp-vip',
  breaks: 'a realserver answers ARP for the VIP: clients reach it instead of the director, now and then',
  where: WHERE,
  machines: silentRealservers,
  inject: (place) => [onMachine(place, 'sysctl -q -w net.ipv4.conf.all.arp_ignore=0')],
  undo: (place) => [
    onMachine(place, 'sysctl -q -w net.ipv4.conf.all.arp_ignore=1'),
    // The client may have believed it.
    {
      machine: clientOf(place.plan.cluster).name,
      argv: ['ip', 'neigh', 'flush', 'to', place.plan.cluster.vip.address],
    },
  ],
};

export const arpAnnounce: Fault = {
  name: 'arp-announce',
  breaks: "a realserver asks for its neighbours in the VIP's name, and they take the VIP to be there",
  where: WHERE,
  machines: silentRealservers,
  inject: (place) => [onMachine(place, 'sysctl -q -w net.ipv4.conf.all.arp_announce=0')],
  undo: (place) => [onMachine(place, 'sysctl -q -w net.ipv4.conf.all.arp_announce=2')],
};
