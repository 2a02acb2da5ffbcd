// The parameters of one command line as a command: what must be there is, what was left out has its default, and
// what belongs together fits.

import { type ForwardingMethod, ipv4FromNumber } from '../../model/mod.ts';
import {
  type Endpoint,
  isMarkKey,
  type ServerEntry,
  type ServiceKey,
  type SyncDaemonSettings,
  type SyncRole,
  type Timeouts,
} from '../data-plane.ts';
import { familyOfService, isOfOtherFamily } from '../table.ts';
import type { IpvsadmCommand, ListingView, RequestedOptions } from './commands.ts';
import { checkCompatibility } from './compatibility.ts';
import {
  badRole,
  familiesDiffer,
  onePacketNotUdp,
  optionRequired,
  timeoutsMissing,
  unexpectedWord,
  zeroPort,
} from './errors.ts';
import { WHOLE_ADDRESS } from './netmask.ts';
import type { WorkingCommandName } from './options.ts';
import { parseInteger } from './parse-values.ts';
import { type Parameters, TIMEOUT_MAX_S } from './read-parameters.ts';
import { parseSchedulerFlags } from './scheduler-flags.ts';
import { resolveTunnel } from './tunnel.ts';

const DEFAULT_SCHEDULER = 'wlc';
const DEFAULT_METHOD: ForwardingMethod = 'dr';
const DEFAULT_WEIGHT = 1;
/** Of synchronisation; the group is 224.0.0.81. */
const DEFAULT_SYNC = { interface: 'eth0', syncId: 0, group: ipv4FromNumber(0xe0000051), port: 8848, ttl: 1 };
/** When several are asked for, the first of these is shown. */
const VIEWS = ['stats', 'rate', 'thresholds', 'persistent-conn', 'tun-info'] as const satisfies readonly ListingView[];

export interface CommandOption {
  readonly name: WorkingCommandName;
  /** Of the commands that take one. */
  readonly value: string | undefined;
}

/** @param words those that belong to no option; raises IpvsadmError with status 2 */
export function buildCommand(command: CommandOption, parameters: Parameters, words: readonly string[]): IpvsadmCommand {
  const { name, value = '' } = command;
  // Read first, because the real one does not get as far as to the other mistakes.
  const timeouts = name === 'set' ? readTimeouts(words) : {};
  const [unexpected] = name === 'set' ? words.slice(3) : words;
  if (unexpected !== undefined) throw unexpectedWord(unexpected);
  checkCompatibility(name, parameters.given);
  switch (name) {
    case 'add-service':
    case 'edit-service': {
      const service = requireService(name, parameters);
      return { kind: name, service, options: buildOptions(service, parameters) };
    }
    case 'delete-service':
      return { kind: name, service: requireService(name, parameters) };
    case 'add-server':
    case 'edit-server': {
      const service = requireService(name, parameters);
      return { kind: name, service, server: buildServer(service, requireServer(name, parameters), parameters) };
    }
    case 'delete-server':
      return { kind: name, service: requireService(name, parameters), server: requireServer(name, parameters) };
    case 'list':
      return buildListing(parameters);
    case 'zero':
      return { kind: 'zero', service: parameters.service };
    case 'save':
      return { kind: 'save', numeric: parameters.given.has('numeric'), thresholds: parameters.given.has('thresholds') };
    case 'set':
      return { kind: 'set-timeouts', timeouts };
    case 'start-daemon':
      return { kind: name, settings: buildDaemonSettings(value, parameters) };
    case 'stop-daemon':
      return { kind: name, role: parseRole(value) };
    case 'clear':
    case 'restore':
      return { kind: name };
  }
}

/** Raises IPVSADM_BAD_ROLE. */
export function parseRole(written: string): SyncRole {
  if (written !== 'master' && written !== 'backup') throw badRole(written);
  return written;
}

function buildOptions(service: ServiceKey, parameters: Parameters): RequestedOptions {
  const { given, persistenceTimeoutS, persistenceEngine, schedulerFlags } = parameters;
  if (!isMarkKey(service) && service.port === 0 && persistenceTimeoutS === undefined) throw zeroPort();
  const onePacket = given.has('one-packet scheduling');
  if (onePacket && !isMarkKey(service) && service.protocol !== 'udp') throw onePacketNotUdp();
  const netmask = parameters.netmask ?? WHOLE_ADDRESS[familyOfService(service)];
  // As the real one, for which an empty name is none.
  const scheduler = parameters.scheduler || DEFAULT_SCHEDULER;
  return {
    scheduler,
    schedulerFlags: schedulerFlags === undefined ? [] : parseSchedulerFlags(schedulerFlags, scheduler),
    persistence: persistenceTimeoutS === undefined ? undefined : { timeoutS: persistenceTimeoutS, netmask },
    persistenceEngine: persistenceEngine || undefined,
    onePacket,
  };
}

function requireService(command: WorkingCommandName, { service }: Parameters): ServiceKey {
  if (service !== undefined) return service;
  throw optionRequired('service', '-t, -u or --sctp-service ADDRESS:PORT, or -f MARK', `--${command}`);
}

function requireServer(command: WorkingCommandName, { server }: Parameters): Endpoint {
  if (server === undefined) throw optionRequired('realserver', '-r ADDRESS:PORT', `--${command}`);
  return server;
}

function buildServer(service: ServiceKey, { address, port }: Endpoint, parameters: Parameters): ServerEntry {
  const { method = DEFAULT_METHOD, weight = DEFAULT_WEIGHT, upperThreshold = 0, lowerThreshold = 0 } = parameters;
  const { tunnelType: type, tunnelPort, checksums } = parameters;
  if (method !== 'tun' && isOfOtherFamily(service, { address, port })) throw familiesDiffer(address);
  const tunnel = resolveTunnel({ type, port: tunnelPort, checksums }, method);
  const server = { address, port, method, weight, upperThreshold, lowerThreshold };
  return tunnel === undefined ? server : { ...server, tunnel };
}

function buildListing({ given, service }: Parameters): IpvsadmCommand {
  const numeric = given.has('numeric');
  const json = given.has('json');
  if (given.has('connection')) {
    return { kind: 'list-connections', numeric, persistenceColumns: given.has('persistent-conn'), json };
  }
  if (given.has('timeout')) return { kind: 'list-timeouts', json };
  if (given.has('daemon')) return { kind: 'list-daemons', json };
  return {
    kind: 'list',
    service,
    view: VIEWS.find((view) => given.has(view)) ?? 'forwarding',
    numeric,
    exact: given.has('exact'),
    sorted: !given.has('nosort'),
    json,
  };
}

function buildDaemonSettings(role: string, parameters: Parameters): SyncDaemonSettings {
  const { interface: device, syncId, group, port, ttl, maxLengthBytes } = parameters;
  return {
    role: parseRole(role),
    interface: device ?? DEFAULT_SYNC.interface,
    syncId: syncId ?? DEFAULT_SYNC.syncId,
    group: group ?? DEFAULT_SYNC.group,
    port: port ?? DEFAULT_SYNC.port,
    ttl: ttl ?? DEFAULT_SYNC.ttl,
    maxLengthBytes,
  };
}

/** 0 leaves a timeout as it is. */
function readTimeouts(words: readonly string[]): Partial<Timeouts> {
  const [tcp, tcpFin, udp] = words;
  if (tcp === undefined || tcpFin === undefined || udp === undefined) throw timeoutsMissing(words.length);
  const entries = Object.entries({ tcpS: tcp, tcpFinS: tcpFin, udpS: udp }).map(
    ([name, written]) => [name, parseInteger(written, 'timeout', 0, TIMEOUT_MAX_S)] as const,
  );
  return Object.fromEntries(entries.filter(([, seconds]) => seconds > 0));
}
