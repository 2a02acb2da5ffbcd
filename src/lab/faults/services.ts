// Faults of what runs on the realservers: a service that has ended, tunnels that nobody takes apart.

import { join } from 'node:path';
import { formatStep } from '../../director/mod.ts';
import type { Cluster, Machine } from '../../model/mod.ts';
import { ownLauncher } from '../../system/mod.ts';
import { LAB_STATE_DIRECTORY } from '../state.ts';
import type { Fault, FaultPlace } from './fault.ts';
import { firstNic, realserversOf } from './places.ts';

/** TCP ports of the cluster's services at this realserver. */
export function servedPorts(machine: Machine, { services }: Cluster): readonly number[] {
  const addresses: readonly string[] = machine.nics.map(({ address }) => address);
  const servers = services.filter(({ protocol }) => protocol === 'tcp').flatMap((service) => service.servers);
  return [...new Set(servers.filter(({ address }) => addresses.includes(address)).map(({ port }) => port))];
}

/**
 * Ends the first service that is a process of this machine alone, and keeps its command line. (One process answers with
 * the machines' names, for the whole lab; others become processes of their machines when somebody connects to them.)
 */
const KILL_SERVICE = `
kept=$1; shift
for port in "$@"; do
  (: <>"/dev/tcp/127.0.0.1/$port") 2>/dev/null
done
for attempt in $(seq 250); do
  for port in "$@"; do
    for pid in $(ss -Hltnp "sport = :$port" | grep -o 'pid=[0-9]*' | cut -d= -f2 | sort -u); do
      [ "$(readlink /proc/$pid/ns/net)" = "$(readlink /proc/self/ns/net)" ] || continue
      [ -e "$kept" ] || cp "/proc/$pid/cmdline" "$kept"
      kill -KILL "$pid"
      ended=yes
    done
    [ -z "$ended" ] || exit 0
  done
  sleep 0.02
done
echo 'no service on this machine is a process of its own' >&2
exit 1
`;

/** Starts it again as it was started, and waits until everything listens that should. */
const START_SERVICE = `
kept=$1; shift
[ -e "$kept" ] || exit 0
setsid xargs -0 env <"$kept" >/dev/null 2>&1 &
for port in "$@"; do
  for attempt in $(seq 500); do
    [ -z "$(ss -Hltn "sport = :$port")" ] || break
    sleep 0.02
  done
done
rm "$kept"
`;

/** Removed with the lab, as its log is. */
function keptCommand({ plan, machine }: FaultPlace): string {
  return join(LAB_STATE_DIRECTORY, `${plan.name}.${machine.name}.service`);
}

export const deadService: Fault = {
  name: 'dead-service',
  breaks: 'a service of a realserver has ended; the director goes on sending connections there',
  where: 'labs whose realservers run a service in a process of its own: netpipe, http',
  machines: (cluster) => realserversOf(cluster).filter((machine) => servedPorts(machine, cluster).length > 0),
  inject: (place) => {
    const ports = servedPorts(place.machine, place.plan.cluster).map(String);
    return [{ machine: place.machine.name, argv: ['bash', '-c', KILL_SERVICE, 'bash', keptCommand(place), ...ports] }];
  },
  undo: (place) => {
    const ports = servedPorts(place.machine, place.plan.cluster).map(String);
    return [{ machine: place.machine.name, argv: ['sh', '-c', START_SERVICE, 'sh', keptCommand(place), ...ports] }];
  },
};

export const decapsulation: Fault = {
  name: 'decapsulation',
  breaks: 'a realserver does not take the packets out of the tunnel',
  where: 'VS-TUN where lvskit takes the packets out: no tunl0',
  machines: (cluster) => (cluster.method === 'tun' ? realserversOf(cluster) : []),
  inject: (place) => [
    { machine: place.machine.name, argv: [...ownLauncher(), 'decap', 'detach', firstNic(place.machine).device] },
  ],
  undo: (place) => plannedDecapsulation(place),
};

function plannedDecapsulation({ plan, machine }: FaultPlace) {
  const steps = plan.machines.find(({ name }) => name === machine.name)?.hostPlan.steps ?? [];
  return steps
    .filter((step) => step.kind === 'decapsulate')
    .map((step) => ({ machine: machine.name, argv: [...ownLauncher(), ...formatStep(step).split(' ').slice(1)] }));
}
