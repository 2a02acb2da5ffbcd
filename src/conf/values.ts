// Single words of a conf file → typed values: choices, devices, netmasks, ports. A word that has no such value is
// reported, and undefined is returned in its place.

import { type Ipv4, parseIpv4, prefixLengthOfNetmask, type TransportProtocol } from '../model/mod.ts';
import type { ProblemList } from './errors.ts';
import { nearest } from './nearest.ts';
import type { RawWord } from './raw.ts';
import type { ServicePorts } from './service-ports.ts';

/** A device, and the alias if one was written: eth1:110 is the alias `eth1:110` on `eth1`. */
export interface Device {
  readonly word: RawWord;
  readonly name: string;
  readonly label: string | undefined;
}

const DEVICE = /^([a-z][a-z0-9]{0,14})(:[0-9a-z]+)?$/;
/** IFNAMSIZ - 1: what the kernel allows for a device's name and for an address's label. */
const LONGEST_DEVICE = 15;
/** Devices that are no NIC: nothing can be plugged into them, and they answer no ARP. */
const VIRTUAL_DEVICE = /^(lo|dummy[0-9]*|tunl[0-9]*)$/;

export function readChoice<T>(
  word: RawWord,
  what: string,
  choices: ReadonlyMap<string, T>,
  problems: ProblemList,
): T | undefined {
  const choice = choices.get(word.text);
  if (choice === undefined) {
    const near = nearest(word.text, choices.keys());
    const remedy = near === undefined ? `use ${orList([...choices.keys()])}` : `did you mean '${near}'?`;
    problems.add('CONF_UNKNOWN_VALUE', word, `'${word.text}' is not ${what}`, remedy);
  }
  return choice;
}

/** Any device: `eth1:110`, `lo:0`, `tunl0`. */
export function readDevice(word: RawWord, problems: ProblemList): Device | undefined {
  const [, name, alias] = DEVICE.exec(word.text) ?? [];
  if (name !== undefined && name !== 'tp' && word.text.length <= LONGEST_DEVICE) {
    return { word, name, label: alias === undefined ? undefined : word.text };
  }
  const remedy =
    word.text.toLowerCase() === 'tp'
      ? 'write TP for transparent proxy, where the key allows it'
      : `write a device such as eth0 or eth1:110, of at most ${LONGEST_DEVICE} characters`;
  problems.add('CONF_BAD_DEVICE', word, `'${word.text}' is not a device name`, remedy);
  return undefined;
}

/** A device that can be plugged into a network; with `allowAlias` as eth1:110, too. */
export function readNic(word: RawWord, allowAlias: boolean, problems: ProblemList): Device | undefined {
  const device = readDevice(word, problems);
  if (device === undefined) return undefined;
  if (VIRTUAL_DEVICE.test(device.name)) {
    const message = `'${word.text}' is not a NIC: it answers no ARP`;
    problems.add('CONF_BAD_DEVICE', word, message, 'name the NIC, for example eth0');
    return undefined;
  }
  if (device.label !== undefined && !allowAlias) {
    problems.add('CONF_BAD_DEVICE', word, `'${word.text}' is an alias, not a NIC`, `write ${device.name}`);
    return undefined;
  }
  return device;
}

/** Whether a realserver has this device besides its NIC. */
export function isVirtualDevice(device: Device): boolean {
  return VIRTUAL_DEVICE.test(device.name);
}

export function readAddress(word: RawWord, what: string, problems: ProblemList): Ipv4 | undefined {
  const address = parseIpv4(word.text);
  if (address === undefined) {
    const remedy = 'write four numbers from 0 to 255 with dots between them';
    problems.add('CONF_BAD_ADDRESS', word, `${what} '${word.text}' is not an address`, remedy);
  }
  return address;
}

/** `255.255.255.0` → 24 */
export function readNetmask(word: RawWord, problems: ProblemList): number | undefined {
  const netmask = readAddress(word, 'netmask', problems);
  if (netmask === undefined) return undefined;
  const prefixLength = prefixLengthOfNetmask(netmask);
  if (prefixLength === undefined || prefixLength === 0) {
    const remedy = 'write ones then zeros in binary, for example 255.255.255.0';
    problems.add('CONF_BAD_NETMASK', word, `'${word.text}' is not a netmask`, remedy);
    return undefined;
  }
  return prefixLength;
}

/** A number from 1 to 65535, or a name that `ports` has for this protocol. */
export function readPort(
  word: RawWord,
  protocol: TransportProtocol,
  ports: ServicePorts,
  problems: ProblemList,
): number | undefined {
  const number = /^[0-9]+$/.test(word.text) ? Number(word.text) : undefined;
  const port = number ?? ports.get(`${word.text}/${protocol}`);
  if (port !== undefined && port >= 1 && port <= 65535) return port;
  if (number !== undefined) {
    problems.add('CONF_UNKNOWN_PORT', word, `${word.text} is not a port`, 'use a number from 1 to 65535');
    return undefined;
  }
  const suffix = `/${protocol}`;
  const names = [...ports.keys()].filter((key) => key.endsWith(suffix)).map((key) => key.slice(0, -suffix.length));
  const near = nearest(word.text, names);
  const remedy = near === undefined ? 'write its number, or add it to /etc/services' : `did you mean '${near}'?`;
  problems.add('CONF_UNKNOWN_PORT', word, `no ${protocol} port is named '${word.text}'`, remedy);
  return undefined;
}

function orList(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
