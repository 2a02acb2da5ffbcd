// The director's table against the conf: services and servers that are missing, weights, forwarding methods.

import { isMarkKey, type ServerEntry, type ServiceEntry, serviceTableOf } from '../../director/mod.ts';
import type { Machine } from '../../model/mod.ts';
import { ownerOf, plannedCommands } from '../expected.ts';
import { type Check, type Examination, examined, type Finding, type Remedy } from '../finding.ts';

interface Comparison {
  readonly machine: Machine;
  /** As the conf has it. */
  readonly wanted: ServiceEntry;
  /** As the director has it. */
  readonly present: ServiceEntry | undefined;
}

function compareServices(examination: Examination): readonly Comparison[] {
  return examined(examination, 'director').flatMap(({ machine, facts: { director } }) => {
    if (director?.state !== 'up') return [];
    return serviceTableOf(examination.cluster).map((wanted) => ({
      machine,
      wanted,
      present: director.services.find((service) => nameOf(service) === nameOf(wanted)),
    }));
  });
}

/** `tcp 192.168.1.110:80` */
function nameOf(service: ServiceEntry): string {
  return isMarkKey(service) ? `mark ${service.mark}` : `${service.protocol} ${service.address}:${service.port}`;
}

/** The server's name in the cluster, or its address. */
function serverName({ cluster }: Examination, { address }: ServerEntry): string {
  return ownerOf(cluster, address)?.name ?? address;
}

/** The lines of the plan that name this server, with -a for one that is missing and -e for one that is wrong. */
function serverCommands(
  examination: Examination,
  { machine, wanted }: Comparison,
  server: ServerEntry,
  option: '-a' | '-e',
): readonly Remedy[] {
  const virtual = isMarkKey(wanted) ? '' : `${wanted.address}:${wanted.port}`;
  return plannedCommands(
    examination,
    machine,
    (step) =>
      step.kind === 'service' &&
      step.arguments[0] === '-a' &&
      step.arguments.includes(virtual) &&
      step.arguments.includes(`${server.address}:${server.port}`),
  ).map((remedy) => ({ ...remedy, command: remedy.command.replace(' -a ', ` ${option} `) }));
}

export const serviceMissing: Check = {
  name: 'service-missing',
  find: (examination) =>
    compareServices(examination).flatMap(({ machine, wanted, present }): readonly Finding[] => {
      if (present !== undefined) return [];
      const virtual = isMarkKey(wanted) ? '' : `${wanted.address}:${wanted.port}`;
      return [
        {
          name: serviceMissing.name,
          machine: machine.name,
          summary: `the director does not have the service ${nameOf(wanted)}`,
          evidence: [`lvskit metrics lists no ${nameOf(wanted)}, which the conf has`],
          why: 'Connections to it end at the director itself: they are refused.',
          remedies: plannedCommands(
            examination,
            machine,
            (step) => step.kind === 'service' && step.arguments.includes(virtual),
          ),
        },
      ];
    }),
};

/** A check of each server that the conf has, against the one of the same address and port in the director's table. */
function serverCheck(
  name: string,
  judge: (wanted: ServerEntry, present: ServerEntry | undefined) => Omit<Judgement, 'name'> | undefined,
): Check {
  return {
    name,
    find: (examination) =>
      compareServices(examination).flatMap((comparison) => {
        const { machine, wanted, present } = comparison;
        if (present === undefined) return [];
        return wanted.servers.flatMap((server): readonly Finding[] => {
          const found = present.servers.find((each) => each.address === server.address && each.port === server.port);
          const judged = judge(server, found);
          if (judged === undefined) return [];
          const where = `${serverName(examination, server)} of ${nameOf(wanted)}`;
          const { says, evidence, why, option } = judged;
          const remedies = serverCommands(examination, comparison, server, option);
          return [{ name, machine: machine.name, summary: `${where} ${says}`, evidence: [evidence], why, remedies }];
        });
      }),
  };
}

interface Judgement {
  readonly says: string;
  readonly evidence: string;
  readonly why: string;
  readonly option: '-a' | '-e';
}

export const serverMissing: Check = serverCheck('server-missing', (wanted, present) =>
  present !== undefined
    ? undefined
    : {
        says: 'is not in the director’s table',
        evidence: `lvskit metrics lists no server ${wanted.address}:${wanted.port} there, and the conf does`,
        why: 'It gets no connections; the others carry its share.',
        option: '-a',
      },
);

export const serverWeight: Check = serverCheck('server-weight', (wanted, present) =>
  present === undefined || present.weight === wanted.weight
    ? undefined
    : {
        says: present.weight === 0 ? 'is quiesced' : `has the weight ${present.weight}`,
        evidence: `lvskit metrics: weight ${present.weight}, and ${wanted.weight} in the conf`,
        why:
          present.weight === 0
            ? 'It gets no new connections. Right while somebody works on it; forgotten afterwards, the others carry its share.'
            : 'It gets another share of the connections than the conf gives it.',
        option: '-e',
      },
);

export const serverMethod: Check = serverCheck('server-method', (wanted, present) =>
  present === undefined || present.method === wanted.method
    ? undefined
    : {
        says: `is sent packets by VS-${present.method.toUpperCase()}`,
        evidence: `lvskit metrics: ${present.method}, and ${wanted.method} in the conf`,
        why: 'Realservers are set up for one way: for another they lack the VIP, the gateway, or the tunnel’s end.',
        option: '-e',
      },
);
