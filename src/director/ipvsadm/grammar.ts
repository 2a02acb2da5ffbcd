// The grammar of ipvsadm 1.31: words of a command line → a checked command. The only effect is asking `names` for
// hosts and ports that are written as names.

import type { ForwardingMethod } from '../../model/mod.ts';
import type { Endpoint, ServerEntry, ServiceKey } from '../data-plane.ts';
import { type IpvsadmCommand, LIST_ALL, type ListingView } from './commands.ts';
import { checkCompatibility } from './compatibility.ts';
import {
  badTunnelType,
  commandMissing,
  optionRequired,
  repeatedOption,
  secondCommand,
  tunnelTypeWithoutTunnel,
  unexpectedWord,
  unsupported,
  zeroPort,
} from './errors.ts';
import type { NameService } from './names.ts';
import type { CommandName, ParameterName, WorkingCommandName } from './options.ts';
import { type HostAndPort, parseHostAndPort, parseInteger } from './parse-values.ts';
import { type Token, tokenize } from './tokenize.ts';

const DEFAULT_SCHEDULER = 'wlc';
const DEFAULT_METHOD: ForwardingMethod = 'dr';
const DEFAULT_WEIGHT = 1;
const INT_MAX = 2 ** 31 - 1;
/** When several are asked for, the first of these is shown. */
const VIEWS = ['stats', 'rate', 'thresholds', 'persistent-conn', 'tun-info'] as const satisfies readonly ListingView[];

/** The parameters of one command line. */
interface Parameters {
  readonly given: Set<ParameterName>;
  service?: ServiceKey;
  server?: HostAndPort;
  scheduler?: string;
  method?: ForwardingMethod;
  weight?: number;
  upperThreshold?: number;
  lowerThreshold?: number;
}

type OptionToken = Extract<Token, { kind: 'option' }>;

/** `words` are those after `ipvsadm`. Raises IpvsadmError for the mistake that the real one would report. */
export async function parseIpvsadm(words: readonly string[], names: NameService): Promise<IpvsadmCommand> {
  if (words.length === 0) return LIST_ALL;
  let command: WorkingCommandName | undefined;
  let unexpected: string | undefined;
  const parameters: Parameters = { given: new Set() };
  for (const token of tokenize(words)) {
    if (token.kind === 'word') {
      unexpected ??= token.text;
    } else if (command === undefined) {
      const name = readCommand(token);
      if (name === 'help' || name === 'version') return { kind: name };
      command = name;
    } else {
      await readParameter(token, parameters, names);
    }
  }
  if (command === undefined) throw commandMissing(unexpected);
  if (unexpected !== undefined) throw unexpectedWord(unexpected);
  checkCompatibility(command, parameters.given);
  return buildCommand(command, parameters);
}

function readCommand({ spec, written }: OptionToken): CommandName {
  const { meaning } = spec;
  if (meaning.kind === 'command') return meaning.command;
  if (meaning.kind === 'unsupported' && meaning.isCommand) throw unsupported(`option '${written}'`);
  throw commandMissing(written);
}

async function readParameter(token: OptionToken, parameters: Parameters, names: NameService): Promise<void> {
  const { spec, written, value = '' } = token;
  const { meaning } = spec;
  if (meaning.kind === 'command') throw secondCommand(written);
  if (meaning.kind === 'unsupported') throw unsupported(`option '${written}'`);
  if (meaning.kind === 'nothing') return;
  if (parameters.given.has(meaning.parameter)) throw repeatedOption(meaning.parameter);
  parameters.given.add(meaning.parameter);
  switch (meaning.parameter) {
    case 'service': {
      const { protocol } = meaning;
      const { address, port } = await parseHostAndPort(value, 'service', protocol, names);
      parameters.service = { protocol, address, port: port ?? 0 };
      break;
    }
    case 'realserver':
      parameters.server = await parseHostAndPort(value, 'realserver', parameters.service?.protocol ?? 'tcp', names);
      break;
    case 'scheduler':
      parameters.scheduler = value;
      break;
    case 'forwarding method':
      parameters.method = meaning.method;
      break;
    case 'tunnel type':
      checkTunnelType(value);
      break;
    case 'weight':
      parameters.weight = parseInteger(value, 'weight', 0, INT_MAX);
      break;
    case 'upper threshold':
      parameters.upperThreshold = parseInteger(value, 'upper threshold', 0, INT_MAX);
      break;
    case 'lower threshold':
      parameters.lowerThreshold = parseInteger(value, 'lower threshold', 0, INT_MAX);
      break;
  }
}

function checkTunnelType(type: string): void {
  if (type === 'gue' || type === 'gre') throw unsupported(`tunnel type '${type}'`);
  if (type !== 'ipip') throw badTunnelType(type);
}

function buildCommand(command: WorkingCommandName, parameters: Parameters): IpvsadmCommand {
  const { given, scheduler = DEFAULT_SCHEDULER } = parameters;
  const numeric = given.has('numeric');
  switch (command) {
    case 'add-service':
    case 'edit-service': {
      const service = requireService(command, parameters);
      if (service.port === 0) throw zeroPort();
      return { kind: command, service, scheduler };
    }
    case 'delete-service':
      return { kind: command, service: requireService(command, parameters) };
    case 'add-server':
    case 'edit-server': {
      const service = requireService(command, parameters);
      return { kind: command, service, server: buildServer(requireServer(command, service, parameters), parameters) };
    }
    case 'delete-server': {
      const service = requireService(command, parameters);
      return { kind: command, service, server: requireServer(command, service, parameters) };
    }
    case 'list':
      if (given.has('connection')) {
        return { kind: 'list-connections', numeric, persistenceColumns: given.has('persistent-conn') };
      }
      return {
        kind: 'list',
        service: parameters.service,
        view: VIEWS.find((view) => given.has(view)) ?? 'forwarding',
        numeric,
        exact: given.has('exact'),
        sorted: !given.has('nosort'),
      };
    case 'zero':
      return { kind: 'zero', service: parameters.service };
    case 'save':
      return { kind: 'save', numeric };
    case 'clear':
    case 'restore':
      return { kind: command };
  }
}

function requireService(command: WorkingCommandName, { service }: Parameters): ServiceKey {
  if (service === undefined) throw optionRequired('service', '-t ADDRESS:PORT or -u ADDRESS:PORT', `--${command}`);
  return service;
}

/** Without a port of its own the server has the service's. */
function requireServer(command: WorkingCommandName, service: ServiceKey, { server }: Parameters): Endpoint {
  if (server === undefined) throw optionRequired('realserver', '-r ADDRESS:PORT', `--${command}`);
  return { address: server.address, port: server.port ?? service.port };
}

function buildServer({ address, port }: Endpoint, parameters: Parameters): ServerEntry {
  const { method = DEFAULT_METHOD, weight = DEFAULT_WEIGHT, upperThreshold = 0, lowerThreshold = 0 } = parameters;
  if (parameters.given.has('tunnel type') && method !== 'tun') throw tunnelTypeWithoutTunnel();
  return { address, port, method, weight, upperThreshold, lowerThreshold };
}
