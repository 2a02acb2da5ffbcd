// What the director refuses about the service table and the synchronisation daemons: what IPVS's kernel side refuses
// too. Mistakes in writing a command are in ipvsadm/errors.ts.

import { isIpv6, LvskitError, type SchedulerName } from '../model/mod.ts';
import { type Endpoint, isMarkKey, type ServiceKey, type SyncRole } from './data-plane.ts';

export class DirectorError extends LvskitError {}

/** `10.1.0.100:80`, `[2001:db8::80]:80` */
function nameOfEndpoint({ address, port }: Endpoint): string {
  return isIpv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

/** `TCP 10.1.0.100:80`, `FWM 1`, `FWM 1 IPv6` */
function nameOfService(service: ServiceKey): string {
  if (isMarkKey(service)) return `FWM ${service.mark}${service.family === 'inet6' ? ' IPv6' : ''}`;
  return `${service.protocol.toUpperCase()} ${nameOfEndpoint(service)}`;
}

export function directorAbsent(): LvskitError {
  return new LvskitError('DIRECTOR_ABSENT', 'there is no director in this network namespace', {
    remedy: 'set one up with `lvskit ipvsadm -A …`, or look into another with `ip netns exec NAME lvskit …`',
  });
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

export function prefixLengthOutOfRange(service: ServiceKey, prefixLength: unknown): DirectorError {
  return new DirectorError(
    'DIRECTOR_PREFIX_LENGTH_OUT_OF_RANGE',
    `service ${nameOfService(service)} cannot tell clients apart by a prefix of ${prefixLength} bits`,
    { remedy: 'Give a prefix length from 1 to 128.', fields: { service, prefixLength } },
  );
}

export function serverExists(service: ServiceKey, server: Endpoint): DirectorError {
  return new DirectorError(
    'DIRECTOR_SERVER_EXISTS',
    `service ${nameOfService(service)} already has the realserver ${nameOfEndpoint(server)}`,
    { remedy: 'Edit it with -e, or delete it with -d before you add it again.', fields: { service, server } },
  );
}

export function noSuchServer(service: ServiceKey, server: Endpoint): DirectorError {
  return new DirectorError(
    'DIRECTOR_NO_SUCH_SERVER',
    `service ${nameOfService(service)} has no realserver ${nameOfEndpoint(server)}`,
    { remedy: 'List its realservers with -Ln, or add this one with -a.', fields: { service, server } },
  );
}

export function serverNotUnicast(server: Endpoint): DirectorError {
  return new DirectorError(
    'DIRECTOR_SERVER_NOT_UNICAST',
    `realserver ${server.address} cannot be forwarded to: it is not an address of one host that routes lead to`,
    {
      remedy: "Give a realserver's own address: no multicast, broadcast, link-local or unspecified one.",
      fields: { server },
    },
  );
}

export function familyMismatch(service: ServiceKey, server: Endpoint): DirectorError {
  return new DirectorError(
    'DIRECTOR_FAMILY_MISMATCH',
    `realserver ${server.address} is not of the address family of service ${nameOfService(service)}`,
    { remedy: 'Reach it by VS-TUN (-i), which alone leads from one family to the other.', fields: { service, server } },
  );
}

export function mixedFamiliesWhileSyncing(server: Endpoint): DirectorError {
  return new DirectorError(
    'DIRECTOR_SYNC_MIXED_FAMILIES',
    `connections to realserver ${server.address}, whose address family is not its service's, cannot be synchronised`,
    { remedy: 'Stop the daemons with --stop-daemon, or delete such realservers.', fields: { server } },
  );
}

export function sctpPortChanged(service: ServiceKey, server: Endpoint): DirectorError {
  return new DirectorError(
    'DIRECTOR_SCTP_PORT_CHANGED',
    `realserver ${nameOfEndpoint(server)} cannot take the service ${nameOfService(service)} on another port: ` +
      'the checksum of every packet would have to be made anew',
    { remedy: "Let it listen on the service's port, or reach it by VS-DR or VS-TUN.", fields: { service, server } },
  );
}

export function thresholdsReversed(server: Endpoint, lower: number, upper: number): DirectorError {
  return new DirectorError(
    'DIRECTOR_THRESHOLDS_REVERSED',
    `realserver ${nameOfEndpoint(server)} has a lower threshold of ${lower} above its upper one of ${upper}`,
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

export function unknownPersistenceEngine(name: string): DirectorError {
  return new DirectorError('DIRECTOR_UNKNOWN_PERSISTENCE_ENGINE', `there is no persistence engine '${name}'`, {
    remedy: 'Give sip, or leave --pe out for persistence by client address.',
    fields: { name },
  });
}

export function noSuchInterface(name: string): DirectorError {
  return new DirectorError('DIRECTOR_NO_SUCH_INTERFACE', `there is no network interface '${name}'`, {
    remedy: 'Name one of those that `ip link` lists with --mcast-interface; it is eth0 unless given.',
    fields: { name },
  });
}

export function syncDaemonRuns(role: SyncRole): DirectorError {
  return new DirectorError('DIRECTOR_SYNC_DAEMON_RUNS', `the ${role} sync daemon runs already`, {
    remedy: `Stop it with --stop-daemon ${role} before you start it with other settings.`,
    fields: { role },
  });
}

export function syncDaemonStopped(role: SyncRole): DirectorError {
  return new DirectorError('DIRECTOR_SYNC_DAEMON_STOPPED', `no ${role} sync daemon runs`, {
    remedy: '`ipvsadm -L --daemon` lists those that do.',
    fields: { role },
  });
}

export function settingUnknown(name: string, available: readonly string[]): DirectorError {
  return new DirectorError('DIRECTOR_SETTING_UNKNOWN', `there is no setting '${name}'`, {
    remedy: `Choose one of ${available.join(', ')}.`,
    fields: { name, available },
  });
}

export function settingAbsent(name: string, reason: string): DirectorError {
  return new DirectorError('DIRECTOR_SETTING_ABSENT', `IPVS's ${name} has no counterpart here: ${reason}`, {
    remedy: 'Leave it out; docs/settings.md says what holds instead.',
    fields: { name },
  });
}

export function settingInvalid(word: string, name: string, most: number): DirectorError {
  return new DirectorError('DIRECTOR_SETTING_INVALID', `'${word}' does not set ${name} to a number that it may have`, {
    remedy: `Write ${name}=N, with N from 0 to ${most}.`,
    fields: { word, name, most },
  });
}
