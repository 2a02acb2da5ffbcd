// Every option of ipvsadm 1.31, and lvskit's own --json: its names, whether it takes a value, and what it means.

import type { AddressFamily, ForwardingMethod, TransportProtocol } from '../../model/mod.ts';
import type { TunnelChecksum } from '../data-plane.ts';

export type CommandName =
  | 'add-service'
  | 'edit-service'
  | 'delete-service'
  | 'clear'
  | 'restore'
  | 'save'
  | 'add-server'
  | 'edit-server'
  | 'delete-server'
  | 'list'
  | 'zero'
  | 'set'
  | 'start-daemon'
  | 'stop-daemon'
  | 'help'
  | 'version';

/** Commands that do something with the director. */
export type WorkingCommandName = Exclude<CommandName, 'help' | 'version'>;

/** What options with a value set, besides services. */
export type ValueParameter =
  | 'scheduler'
  | 'scheduler flags'
  | 'persistence timeout'
  | 'netmask'
  | 'persistence engine'
  | 'realserver'
  | 'tunnel type'
  | 'tunnel port'
  | 'weight'
  | 'upper threshold'
  | 'lower threshold'
  | 'multicast interface'
  | 'multicast group'
  | 'multicast port'
  | 'multicast TTL'
  | 'sync id'
  | 'sync message length';

/** Options that are said or not. */
export type FlagParameter =
  | 'one-packet scheduling'
  | 'numeric'
  | 'connection'
  | 'timeout'
  | 'daemon'
  | 'stats'
  | 'rate'
  | 'exact'
  | 'thresholds'
  | 'persistent-conn'
  | 'tun-info'
  | 'nosort'
  | 'json';

/** What can be given once a command line; -t, -u, -f and --sctp-service give the same thing, as do -g, -i and -m. */
export type ParameterName =
  | 'service'
  | 'forwarding method'
  | `tunnel checksum ${TunnelChecksum}`
  | ValueParameter
  | FlagParameter;

export type OptionMeaning =
  | { readonly kind: 'command'; readonly command: CommandName }
  | { readonly kind: 'service'; readonly protocol: TransportProtocol }
  | { readonly kind: 'mark' }
  | { readonly kind: 'family'; readonly family: AddressFamily }
  | { readonly kind: 'method'; readonly method: ForwardingMethod }
  | { readonly kind: 'checksum'; readonly checksum: TunnelChecksum }
  | { readonly kind: 'value'; readonly parameter: ValueParameter }
  | { readonly kind: 'flag'; readonly parameter: FlagParameter }
  /** Accepted for the sake of old scripts. */
  | { readonly kind: 'nothing' };

export type ValueRule = 'none' | 'required' | 'optional';

export interface OptionSpec {
  readonly long: string;
  readonly short: string | undefined;
  readonly value: ValueRule;
  readonly meaning: OptionMeaning;
}

function option(long: string, short: string | undefined, value: ValueRule, meaning: OptionMeaning): OptionSpec {
  return { long, short, value, meaning };
}

function command(long: CommandName, short?: string, value: ValueRule = 'none'): OptionSpec {
  return option(long, short, value, { kind: 'command', command: long });
}

function service(long: string, short: string | undefined, protocol: TransportProtocol): OptionSpec {
  return option(long, short, 'required', { kind: 'service', protocol });
}

function method(long: string, short: string, name: ForwardingMethod): OptionSpec {
  return option(long, short, 'none', { kind: 'method', method: name });
}

function checksum(long: string, name: TunnelChecksum): OptionSpec {
  return option(long, undefined, 'none', { kind: 'checksum', checksum: name });
}

function valued(long: string, short: string | undefined, parameter: ValueParameter): OptionSpec {
  return option(long, short, 'required', { kind: 'value', parameter });
}

function flag(long: string, short: string | undefined, parameter: FlagParameter): OptionSpec {
  return option(long, short, 'none', { kind: 'flag', parameter });
}

export const OPTIONS: readonly OptionSpec[] = [
  command('add-service', 'A'),
  command('edit-service', 'E'),
  command('delete-service', 'D'),
  command('clear', 'C'),
  command('restore', 'R'),
  command('save', 'S'),
  command('add-server', 'a'),
  command('edit-server', 'e'),
  command('delete-server', 'd'),
  command('list', 'L'),
  command('list', 'l'),
  command('zero', 'Z'),
  command('set'),
  command('start-daemon', undefined, 'required'),
  command('stop-daemon', undefined, 'required'),
  command('help', 'h'),
  command('version', 'v'),
  service('tcp-service', 't', 'tcp'),
  service('udp-service', 'u', 'udp'),
  service('sctp-service', undefined, 'sctp'),
  option('fwmark-service', 'f', 'required', { kind: 'mark' }),
  option('ipv6', '6', 'none', { kind: 'family', family: 'inet6' }),
  valued('scheduler', 's', 'scheduler'),
  valued('sched-flags', 'b', 'scheduler flags'),
  option('persistent', 'p', 'optional', { kind: 'value', parameter: 'persistence timeout' }),
  valued('netmask', 'M', 'netmask'),
  valued('pe', undefined, 'persistence engine'),
  flag('ops', 'o', 'one-packet scheduling'),
  valued('real-server', 'r', 'realserver'),
  method('gatewaying', 'g', 'dr'),
  method('ipip', 'i', 'tun'),
  method('masquerading', 'm', 'nat'),
  valued('tun-type', undefined, 'tunnel type'),
  valued('tun-port', undefined, 'tunnel port'),
  checksum('tun-nocsum', 'none'),
  checksum('tun-csum', 'full'),
  checksum('tun-remcsum', 'remote'),
  valued('weight', 'w', 'weight'),
  valued('u-threshold', 'x', 'upper threshold'),
  valued('l-threshold', 'y', 'lower threshold'),
  flag('numeric', 'n', 'numeric'),
  flag('connection', 'c', 'connection'),
  flag('timeout', undefined, 'timeout'),
  flag('daemon', undefined, 'daemon'),
  flag('stats', undefined, 'stats'),
  flag('rate', undefined, 'rate'),
  flag('exact', 'X', 'exact'),
  flag('thresholds', undefined, 'thresholds'),
  flag('persistent-conn', undefined, 'persistent-conn'),
  flag('tun-info', undefined, 'tun-info'),
  flag('nosort', undefined, 'nosort'),
  flag('json', undefined, 'json'),
  option('sort', undefined, 'none', { kind: 'nothing' }),
  valued('mcast-interface', undefined, 'multicast interface'),
  valued('mcast-group', undefined, 'multicast group'),
  valued('mcast-port', undefined, 'multicast port'),
  valued('mcast-ttl', undefined, 'multicast TTL'),
  valued('syncid', undefined, 'sync id'),
  valued('sync-maxlen', undefined, 'sync message length'),
];
