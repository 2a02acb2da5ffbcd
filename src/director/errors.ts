// What the director refuses about the service table: the changes that IPVS's kernel side refuses too.
// Mistakes in writing a command are in ipvsadm/errors.ts.

import { LvskitError, type SchedulerName } from '../model/mod.ts';
import type { Endpoint, ServiceKey } from './data-plane.ts';

export class DirectorError extends LvskitError {}

/** `TCP 10.1.0.100:80` */
function nameOfService(service: ServiceKey): string {
  return `${service.protocol.toUpperCase()} ${service.address}:${service.port}`;
}

export function serviceExists(service: ServiceKey): DirectorError {
  return new DirectorError('DIRECTOR_SERVICE_EXISTS', `service ${nameOfService(service)} is already in the table`, {
    remedy: 'Edit it with -E, or delete it with -D before you add it again.',
    fields: { service },
  });
}

export function noSuchService(service: ServiceKey): DirectorError {
  return new DirectorError('DIRECTOR_NO_SUCH_SERVICE', `service ${nameOfService(service)} is not in the table`, {
    remedy: 'List the services with -Ln, or add this one with -A.',
    fields: { service },
  });
}

export function serverExists(service: ServiceKey, server: Endpoint): DirectorError {
  return new DirectorError(
    'DIRECTOR_SERVER_EXISTS',
    `service ${nameOfService(service)} already has the realserver ${server.address}:${server.port}`,
    { remedy: 'Edit it with -e, or delete it with -d before you add it again.', fields: { service, server } },
  );
}

export function noSuchServer(service: ServiceKey, server: Endpoint): DirectorError {
  return new DirectorError(
    'DIRECTOR_NO_SUCH_SERVER',
    `service ${nameOfService(service)} has no realserver ${server.address}:${server.port}`,
    { remedy: 'List its realservers with -Ln, or add this one with -a.', fields: { service, server } },
  );
}

export function serverNotUnicast(server: Endpoint): DirectorError {
  return new DirectorError(
    'DIRECTOR_SERVER_NOT_UNICAST',
    `realserver ${server.address} cannot be forwarded to: it is not the address of one host`,
    { remedy: 'Give the address of a realserver, neither multicast, broadcast nor 0.0.0.0.', fields: { server } },
  );
}

export function thresholdsReversed(server: Endpoint, lower: number, upper: number): DirectorError {
  return new DirectorError(
    'DIRECTOR_THRESHOLDS_REVERSED',
    `realserver ${server.address}:${server.port} has a lower threshold of ${lower} above its upper one of ${upper}`,
    { remedy: 'Raise -x to at least -y, or leave -y out for three quarters of -x.', fields: { server, lower, upper } },
  );
}

export function unknownScheduler(name: string, available: readonly SchedulerName[]): DirectorError {
  return new DirectorError('DIRECTOR_UNKNOWN_SCHEDULER', `there is no scheduler '${name}'`, {
    remedy: `Choose one of ${available.join(', ')}.`,
    fields: { name, available },
  });
}

export function schedulerUnavailable(name: SchedulerName, available: readonly SchedulerName[]): DirectorError {
  return new DirectorError(
    'DIRECTOR_SCHEDULER_UNAVAILABLE',
    `scheduler '${name}' is one of IPVS's that this version's data plane does not have`,
    { remedy: `Choose one of ${available.join(', ')}.`, fields: { name, available } },
  );
}
