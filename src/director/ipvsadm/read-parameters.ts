// The options behind the command, one after the other, as the parameters of one command line. Each is checked by
// itself; some mean what they mean because of what stands before them, as in the real ipvsadm.

import { type ForwardingMethod, familyOf, type IpAddress } from '../../model/mod.ts';
import { type Endpoint, isMarkKey, type Persistence, type ServiceKey, type TunnelChecksum } from '../data-plane.ts';
import { familyOfService } from '../table.ts';
import { badNetmask, familyWithoutMark, repeatedOption, secondCommand } from './errors.ts';
import type { NameService } from './names.ts';
import type { ParameterName, ValueParameter } from './options.ts';
import { parseHostAndPort, parseIpv4Host, parseMulticastGroup } from './parse-address.ts';
import { parseInteger, parseLeadingInteger } from './parse-values.ts';
import type { OptionToken } from './tokenize.ts';
import { checkTunnelType } from './tunnel.ts';

const INT_MAX = 2 ** 31 - 1;
const DEFAULT_PERSISTENCE_S = 360;
/** 31 days. */
export const TIMEOUT_MAX_S = 31 * 86400;
/** What a UDP packet over IPv4 can carry. */
const SYNC_MESSAGE_MAX_BYTES = 65507;

export interface Parameters {
  readonly given: Set<ParameterName>;
  service?: ServiceKey;
  server?: Endpoint;
  method?: ForwardingMethod;
  readonly checksums: TunnelChecksum[];
  scheduler?: string;
  schedulerFlags?: string;
  persistenceTimeoutS?: number;
  netmask?: Persistence['netmask'] | undefined;
  persistenceEngine?: string;
  tunnelType?: string;
  tunnelPort?: number;
  weight?: number;
  upperThreshold?: number;
  lowerThreshold?: number;
  interface?: string;
  group?: IpAddress;
  port?: number;
  ttl?: number;
  syncId?: number;
  maxLengthBytes?: number;
}

/** Raises IpvsadmError. */
export async function readParameter(token: OptionToken, parameters: Parameters, names: NameService): Promise<void> {
  const { spec, written, value = '' } = token;
  const { meaning } = spec;
  switch (meaning.kind) {
    case 'command':
      throw secondCommand(written);
    case 'nothing':
      return;
    case 'family':
      return readFamily(written, parameters);
    case 'service': {
      note('service', parameters);
      const { protocol } = meaning;
      const { address, port = 0 } = await parseHostAndPort(value, 'service', protocol, names);
      parameters.service = { protocol, address, port };
      // IPv6 has masks of its own: one given before the service is forgotten.
      if (familyOf(address) === 'inet6') parameters.netmask = undefined;
      return;
    }
    case 'mark':
      note('service', parameters);
      parameters.service = { mark: parseInteger(value, 'firewall mark', 1, 2 ** 32 - 1), family: 'inet' };
      return;
    case 'method':
      note('forwarding method', parameters);
      parameters.method = meaning.method;
      return;
    case 'checksum':
      note(`tunnel checksum ${meaning.checksum}`, parameters);
      parameters.checksums.push(meaning.checksum);
      return;
    case 'flag':
      return note(meaning.parameter, parameters);
    case 'value':
      note(meaning.parameter, parameters);
      return readValue(meaning.parameter, token.value, parameters, names);
  }
}

function note(parameter: ParameterName, { given }: Parameters): void {
  if (given.has(parameter)) throw repeatedOption(parameter);
  given.add(parameter);
}

function readFamily(written: string, parameters: Parameters): void {
  if (parameters.service === undefined || !isMarkKey(parameters.service)) throw familyWithoutMark(written);
  parameters.service = { ...parameters.service, family: 'inet6' };
  parameters.netmask = undefined;
}

async function readValue(
  parameter: ValueParameter,
  given: string | undefined,
  parameters: Parameters,
  names: NameService,
): Promise<void> {
  const value = given ?? '';
  const integer = (min: number, max: number): number => parseInteger(value, parameter, min, max);
  switch (parameter) {
    case 'realserver':
      parameters.server = await readServer(value, parameters.service, names);
      return;
    case 'scheduler':
      parameters.scheduler = value;
      return;
    case 'scheduler flags':
      parameters.schedulerFlags = value;
      return;
    case 'persistence timeout':
      parameters.persistenceTimeoutS = given === undefined ? DEFAULT_PERSISTENCE_S : integer(1, TIMEOUT_MAX_S);
      return;
    case 'netmask':
      parameters.netmask = await readNetmask(value, parameters.service, names);
      return;
    case 'persistence engine':
      parameters.persistenceEngine = value;
      return;
    case 'tunnel type':
      parameters.tunnelType = checkTunnelType(value);
      return;
    case 'tunnel port':
      parameters.tunnelPort = integer(1, 65535);
      return;
    case 'weight':
      parameters.weight = integer(0, INT_MAX);
      return;
    case 'upper threshold':
      parameters.upperThreshold = integer(0, INT_MAX);
      return;
    case 'lower threshold':
      parameters.lowerThreshold = integer(0, INT_MAX);
      return;
    case 'multicast interface':
      parameters.interface = value;
      return;
    case 'multicast group':
      parameters.group = parseMulticastGroup(value);
      return;
    case 'multicast port':
      parameters.port = integer(1, 65535);
      return;
    case 'multicast TTL':
      parameters.ttl = integer(1, 255);
      return;
    case 'sync id':
      parameters.syncId = integer(0, 255);
      return;
    case 'sync message length':
      parameters.maxLengthBytes = integer(1, SYNC_MESSAGE_MAX_BYTES);
      return;
  }
}

/** Without a port of its own a server has the service's, if that has been given already. */
async function readServer(written: string, service: ServiceKey | undefined, names: NameService): Promise<Endpoint> {
  const isAddressed = service !== undefined && !isMarkKey(service);
  const { address, port } = await parseHostAndPort(
    written,
    'realserver',
    isAddressed ? service.protocol : 'tcp',
    names,
  );
  return { address, port: port ?? (isAddressed ? service.port : 0) };
}

async function readNetmask(
  written: string,
  service: ServiceKey | undefined,
  names: NameService,
): Promise<Persistence['netmask']> {
  if (service !== undefined && familyOfService(service) === 'inet6') {
    return parseLeadingInteger(written, 'prefix length', 1, 128);
  }
  const netmask = await parseIpv4Host(written, names);
  if (netmask === undefined) throw badNetmask(written);
  return netmask;
}
