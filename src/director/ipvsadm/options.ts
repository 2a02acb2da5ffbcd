// Every option of ipvsadm 1.31: its names, whether it takes a value, and what it means. Options that this version
// does not support are listed too, so that they are told from mistyped ones.

import type { ForwardingMethod, TransportProtocol } from '../../model/mod.ts';

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
  | 'help'
  | 'version';

/** Commands that do something with the director. */
export type WorkingCommandName = Exclude<CommandName, 'help' | 'version'>;

/** What options set; -t and -u set the same thing, as do -g, -i and -m. */
export type ParameterName =
  | 'service'
  | 'scheduler'
  | 'realserver'
  | 'forwarding method'
  | 'tunnel type'
  | 'weight'
  | 'upper threshold'
  | 'lower threshold'
  | 'numeric'
  | 'connection'
  | 'stats'
  | 'rate'
  | 'exact'
  | 'thresholds'
  | 'persistent-conn'
  | 'tun-info'
  | 'nosort';

/** A parameter, with what the option itself says about it. */
type ParameterMeaning =
  | { readonly kind: 'parameter'; readonly parameter: 'service'; readonly protocol: TransportProtocol }
  | { readonly kind: 'parameter'; readonly parameter: 'forwarding method'; readonly method: ForwardingMethod }
  | { readonly kind: 'parameter'; readonly parameter: PlainParameterName };

type PlainParameterName = Exclude<ParameterName, 'service' | 'forwarding method'>;

export type OptionMeaning =
  | { readonly kind: 'command'; readonly command: CommandName }
  | ParameterMeaning
  /** Accepted for the sake of old scripts. */
  | { readonly kind: 'nothing' }
  | { readonly kind: 'unsupported'; readonly isCommand: boolean };

export type ValueRule = 'none' | 'required' | 'optional';

export interface OptionSpec {
  readonly long: string;
  readonly short: string | undefined;
  readonly value: ValueRule;
  readonly meaning: OptionMeaning;
}

function command(long: string, short: string | undefined, name: CommandName): OptionSpec {
  return { long, short, value: 'none', meaning: { kind: 'command', command: name } };
}

function service(long: string, short: string, protocol: TransportProtocol): OptionSpec {
  return { long, short, value: 'required', meaning: { kind: 'parameter', parameter: 'service', protocol } };
}

function method(long: string, short: string, name: ForwardingMethod): OptionSpec {
  return { long, short, value: 'none', meaning: { kind: 'parameter', parameter: 'forwarding method', method: name } };
}

function flag(long: string, short: string | undefined, parameter: PlainParameterName): OptionSpec {
  return { long, short, value: 'none', meaning: { kind: 'parameter', parameter } };
}

function valued(long: string, short: string | undefined, parameter: PlainParameterName): OptionSpec {
  return { long, short, value: 'required', meaning: { kind: 'parameter', parameter } };
}

function unsupported(long: string, short: string | undefined, value: ValueRule, isCommand = false): OptionSpec {
  return { long, short, value, meaning: { kind: 'unsupported', isCommand } };
}

export const OPTIONS: readonly OptionSpec[] = [
  command('add-service', 'A', 'add-service'),
  command('edit-service', 'E', 'edit-service'),
  command('delete-service', 'D', 'delete-service'),
  command('clear', 'C', 'clear'),
  command('restore', 'R', 'restore'),
  command('save', 'S', 'save'),
  command('add-server', 'a', 'add-server'),
  command('edit-server', 'e', 'edit-server'),
  command('delete-server', 'd', 'delete-server'),
  command('list', 'L', 'list'),
  command('list', 'l', 'list'),
  command('zero', 'Z', 'zero'),
  command('help', 'h', 'help'),
  command('version', 'v', 'version'),
  service('tcp-service', 't', 'tcp'),
  service('udp-service', 'u', 'udp'),
  valued('scheduler', 's', 'scheduler'),
  valued('real-server', 'r', 'realserver'),
  method('gatewaying', 'g', 'dr'),
  method('ipip', 'i', 'tun'),
  method('masquerading', 'm', 'nat'),
  valued('tun-type', undefined, 'tunnel type'),
  valued('weight', 'w', 'weight'),
  valued('u-threshold', 'x', 'upper threshold'),
  valued('l-threshold', 'y', 'lower threshold'),
  flag('numeric', 'n', 'numeric'),
  flag('connection', 'c', 'connection'),
  flag('stats', undefined, 'stats'),
  flag('rate', undefined, 'rate'),
  flag('exact', 'X', 'exact'),
  flag('thresholds', undefined, 'thresholds'),
  flag('persistent-conn', undefined, 'persistent-conn'),
  flag('tun-info', undefined, 'tun-info'),
  flag('nosort', undefined, 'nosort'),
  { long: 'sort', short: undefined, value: 'none', meaning: { kind: 'nothing' } },
  unsupported('set', undefined, 'none', true),
  unsupported('start-daemon', undefined, 'required', true),
  unsupported('stop-daemon', undefined, 'required', true),
  unsupported('sctp-service', undefined, 'required'),
  unsupported('fwmark-service', 'f', 'required'),
  unsupported('ipv6', '6', 'none'),
  unsupported('persistent', 'p', 'optional'),
  unsupported('netmask', 'M', 'required'),
  unsupported('pe', undefined, 'required'),
  unsupported('ops', 'o', 'none'),
  unsupported('sched-flags', 'b', 'required'),
  unsupported('tun-port', undefined, 'required'),
  unsupported('tun-nocsum', undefined, 'none'),
  unsupported('tun-csum', undefined, 'none'),
  unsupported('tun-remcsum', undefined, 'none'),
  unsupported('timeout', undefined, 'none'),
  unsupported('daemon', undefined, 'none'),
  unsupported('mcast-interface', undefined, 'required'),
  unsupported('mcast-group', undefined, 'required'),
  unsupported('mcast-port', undefined, 'required'),
  unsupported('mcast-ttl', undefined, 'required'),
  unsupported('syncid', undefined, 'required'),
  unsupported('sync-maxlen', undefined, 'required'),
];
