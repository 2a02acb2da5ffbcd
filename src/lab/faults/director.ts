// Faults of the director: its programs, its services, its servers. They are made with lvskit's own commands.

import type { Cluster, ForwardingMethod, Server, VirtualService } from '../../model/mod.ts';
import { ownLauncher } from '../../system/mod.ts';
import type { Fault, FaultCommand, FaultPlace } from './fault.ts';
import { directorOf } from './places.ts';
import { plugAnew } from './plug.ts';

const ANY = 'every cluster with services';

function onDirector(cluster: Cluster) {
  return cluster.services.length > 0 ? [directorOf(cluster)] : [];
}

function lvskit({ machine }: FaultPlace, words: readonly string[]): FaultCommand {
  return { machine: machine.name, argv: [...ownLauncher(), ...words] };
}

/** The ipvsadm lines of the plan: every service, every server. */
function plannedServices({ plan, machine }: FaultPlace): readonly (readonly string[])[] {
  const steps = plan.machines.find(({ name }) => name === machine.name)?.hostPlan.steps ?? [];
  return steps.flatMap((step) => (step.kind === 'service' ? [step.arguments] : []));
}

function upAgain(place: FaultPlace): FaultCommand {
  return lvskit(place, ['director', 'up', '--no-watch']);
}

/** As `ipvsadm -R` takes it: the services that the plan has, and no other. */
function restored(place: FaultPlace): readonly FaultCommand[] {
  const input = plannedServices(place)
    .map((words) => `${words.join(' ')}\n`)
    .join('');
  return [lvskit(place, ['ipvsadm', '-C']), { ...lvskit(place, ['ipvsadm', '-R']), input }];
}

/** The first service, and the server of it that the fault is about. */
function firstServer({ plan: { cluster } }: FaultPlace): { readonly service: VirtualService; readonly server: Server } {
  const [service] = cluster.services;
  const [server] = service?.servers ?? [];
  if (service === undefined || server === undefined) throw new Error('a cluster without a server');
  return { service, server };
}

const SERVICE_OPTIONS = { tcp: '-t', udp: '-u', sctp: '--sctp-service' } as const;

function virtualOf({ protocol, address, port }: VirtualService): readonly string[] {
  return [SERVICE_OPTIONS[protocol], `${address}:${port}`];
}

function realOf({ address, port }: Server): readonly string[] {
  return ['-r', `${address}:${port}`];
}

const METHOD_OPTIONS: Readonly<Record<ForwardingMethod, string>> = { nat: '-m', dr: '-g', tun: '-i' };

export const directorDetached: Fault = {
  name: 'director-detached',
  breaks: 'a NIC was plugged anew, and the director’s program is not on it: what comes in there is not balanced',
  where: ANY,
  machines: onDirector,
  // The process that watches for new NICs would attach it.
  inject: (place) => [upAgain(place), ...plugAnew(place)],
  undo: (place) => [upAgain(place)],
};

export const directorDown: Fault = {
  name: 'director-down',
  breaks: 'there is no director',
  where: ANY,
  machines: onDirector,
  inject: (place) => [lvskit(place, ['director', 'down'])],
  undo: (place) => [upAgain(place), ...restored(place)],
};

export const serviceMissing: Fault = {
  name: 'service-missing',
  breaks: 'the director does not know a service',
  where: ANY,
  machines: onDirector,
  inject: (place) => [lvskit(place, ['ipvsadm', '-D', ...virtualOf(firstServer(place).service)])],
  undo: restored,
};

export const serverMissing: Fault = {
  name: 'server-missing',
  breaks: 'the director does not know a realserver of a service',
  where: ANY,
  machines: onDirector,
  inject: (place) => {
    const { service, server } = firstServer(place);
    return [lvskit(place, ['ipvsadm', '-d', ...virtualOf(service), ...realOf(server)])];
  },
  undo: restored,
};

export const serverWeight: Fault = {
  name: 'server-weight',
  breaks: 'a realserver is quiesced (weight 0) and gets no new connections',
  where: ANY,
  machines: onDirector,
  inject: (place) => {
    const { service, server } = firstServer(place);
    const method = METHOD_OPTIONS[server.method];
    return [lvskit(place, ['ipvsadm', '-e', ...virtualOf(service), ...realOf(server), method, '-w', '0'])];
  },
  undo: restored,
};

export const serverMethod: Fault = {
  name: 'server-method',
  breaks: 'a realserver is sent packets in a way that it is not set up for',
  where: ANY,
  machines: onDirector,
  inject: (place) => {
    const { service, server } = firstServer(place);
    const wrong = METHOD_OPTIONS[server.method === 'nat' ? 'dr' : 'nat'];
    return [lvskit(place, ['ipvsadm', '-e', ...virtualOf(service), ...realOf(server), wrong])];
  },
  undo: restored,
};
