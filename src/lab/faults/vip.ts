// Faults of where the VIP is: nowhere, or on a device that speaks of it.

import { formatIpArguments } from '../../director/mod.ts';
import { type Fault, type FaultCommand, type FaultPlace, onMachine } from './fault.ts';
import { clientOf, directorOf, firstNic, silentRealservers } from './places.ts';

/** The address step of the machine's plan: device and prefix as the kernel of the lab has them. */
function plannedVip({ plan, machine }: FaultPlace) {
  const steps = plan.machines.find(({ name }) => name === machine.name)?.hostPlan.steps ?? [];
  return steps.flatMap((step) => (step.kind === 'address' ? [step] : []));
}

function takeAway(place: FaultPlace): readonly FaultCommand[] {
  return plannedVip(place).map(({ address, prefixLength, device }) =>
    onMachine(place, `ip addr del ${address}/${prefixLength} dev ${device}`),
  );
}

function putBack(place: FaultPlace): readonly FaultCommand[] {
  return plannedVip(place).map((step) => onMachine(place, `ip ${formatIpArguments(step)}`));
}

function forgetAtClient({ plan: { cluster } }: FaultPlace): FaultCommand {
  return { machine: clientOf(cluster).name, argv: ['ip', 'neigh', 'flush', 'to', cluster.vip.address] };
}

export const vipMissing: Fault = {
  name: 'vip-missing',
  breaks: 'a realserver does not take packets for the VIP as its own',
  where: 'VS-DR and VS-TUN',
  machines: silentRealservers,
  inject: takeAway,
  undo: putBack,
};

export const vipDevice: Fault = {
  name: 'vip-device',
  breaks: 'a realserver has the VIP on its NIC, and answers ARP for it whatever arp_ignore says',
  where: 'VS-DR and VS-TUN',
  machines: silentRealservers,
  inject: (place) => [
    ...takeAway(place),
    onMachine(place, `ip addr add ${place.plan.cluster.vip.address}/32 dev ${firstNic(place.machine).device}`),
  ],
  undo: (place) => [
    onMachine(place, `ip addr flush dev ${firstNic(place.machine).device} to ${place.plan.cluster.vip.address}`),
    ...putBack(place),
    forgetAtClient(place),
  ],
};

export const directorVipMissing: Fault = {
  name: 'director-vip-missing',
  breaks: 'nobody answers ARP for the VIP',
  where: 'a director with the VIP on a device',
  machines: (cluster) => [directorOf(cluster)].filter(({ vip }) => vip?.kind === 'arping'),
  inject: (place) => [...takeAway(place), forgetAtClient(place)],
  undo: (place) => [...putBack(place), forgetAtClient(place)],
};
