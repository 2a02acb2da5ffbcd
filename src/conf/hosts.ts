// Who the names and addresses of the hosts file are: roles by prefix (`director*`, `realserver*`, `client*`, `lvs*` for
// VIPs), lines with the same address taken as one host. Tells contradictions; knows nothing of the conf file.

import { type Ipv4, parseIpv4, type Role } from '../model/mod.ts';
import type { ProblemList } from './errors.ts';
import { nearest } from './nearest.ts';
import type { RawHosts, RawWord } from './raw.ts';

/** One address with its names. */
export interface Host {
  readonly address: Ipv4;
  /** The machine it is a NIC of, as `Machine.name`: `director`, `realserver1`; undefined for VIPs and strangers. */
  readonly machine: string | undefined;
  readonly role: Role | 'vip' | undefined;
  /** The name that gives it its role: `director-inside`; the first name, or the address, where there is no role. */
  readonly hostName: string;
  /** The machine's own name: `sneezy`. */
  readonly ownName: string | undefined;
  /** In lower case. */
  readonly names: readonly string[];
}

/** A host and the word of the conf that named it. */
export interface NamedHost {
  readonly word: RawWord;
  readonly host: Host;
}

export interface HostDirectory {
  readonly file: string;
  readonly hosts: readonly Host[];
}

const ROLE_PREFIXES: readonly (readonly [prefix: string, role: Role | 'vip'])[] = [
  ['director', 'director'],
  ['realserver', 'realserver'],
  ['client', 'client'],
  ['lvs', 'vip'],
];

export function createHostDirectory(raw: RawHosts, problems: ProblemList): HostDirectory {
  const wordsByAddress = new Map<Ipv4, RawWord[]>();
  for (const { address, names } of raw.hosts) {
    wordsByAddress.set(address, [...(wordsByAddress.get(address) ?? []), ...names]);
  }
  const machineByName = new Map<string, string>();
  const hosts = [...wordsByAddress].map(([address, words]) => {
    reportTwoRoles(address, words, problems);
    const host = createHost(address, words);
    reportSharedNames(host, words, machineByName, problems);
    return host;
  });
  return { file: raw.file, hosts };
}

/** The host that `word` names or whose address it is; an address that the file lacks is a host without names. */
export function findHost(
  directory: HostDirectory,
  word: RawWord,
  what: string,
  problems: ProblemList,
): Host | undefined {
  const address = parseIpv4(word.text);
  if (address !== undefined) {
    return directory.hosts.find((host) => host.address === address) ?? createHost(address, []);
  }
  const found = directory.hosts.filter((host) => host.names.includes(word.text.toLowerCase()));
  if (found.length === 0) {
    // realserver3 is no slip for realserver1: the hosts file lacks it.
    const names = directory.hosts.flatMap((host) => host.names);
    const near = nearest(
      word.text,
      names.filter((name) => withoutDigits(name) !== withoutDigits(word.text)),
    );
    const remedy = near === undefined ? `add its address and name to ${directory.file}` : `did you mean '${near}'?`;
    problems.add('CONF_UNKNOWN_HOST', word, `${what} '${word.text}' is not in the hosts file`, remedy);
  }
  if (found.length > 1) {
    const addresses = found.map((host) => host.address).join(' and ');
    problems.add(
      'CONF_AMBIGUOUS_HOST',
      word,
      `${what} '${word.text}' stands for ${addresses} in ${directory.file}`,
      'use a name that only one of them has, or the address',
    );
  }
  return found.length === 1 ? found[0] : undefined;
}

/** The host that `word` names, if it has one of the roles; undefined among them allows a host without role. */
export function findHostWithRole(
  directory: HostDirectory,
  word: RawWord,
  what: string,
  roles: readonly Host['role'][],
  problems: ProblemList,
): NamedHost | undefined {
  const host = findHost(directory, word, what, problems);
  if (host === undefined) return undefined;
  if (roles.includes(host.role)) return { word, host };
  const wanted = roles.filter((role) => role !== undefined).join(' or ');
  const actual = host.role === undefined ? 'has no role' : `is ${host.machine ?? 'a VIP'}`;
  const message = `${what} ${formatHost({ word, host })} ${actual} in ${directory.file} and must be a ${wanted}`;
  const remedy =
    host.role === undefined ? `give it a name there that begins with '${roles[0]}'` : `name a ${wanted} instead`;
  problems.add('CONF_WRONG_MACHINE', word, message, remedy);
  return undefined;
}

/** `'sneezy' (192.168.1.11)` */
export function formatHost({ word, host }: NamedHost): string {
  return word.text === host.address ? host.address : `'${word.text}' (${host.address})`;
}

function createHost(address: Ipv4, words: readonly RawWord[]): Host {
  const names = words.map((word) => word.text.toLowerCase());
  const shortNames = names.map(withoutDomain);
  const roleName =
    names.find((name) => roleOf(name) !== undefined && !name.includes('.')) ??
    shortNames.find((name) => roleOf(name) !== undefined);
  const role = roleName === undefined ? undefined : roleOf(roleName);
  return {
    address,
    role,
    machine: role === 'vip' ? undefined : role === 'realserver' ? roleName : role,
    hostName: roleName ?? names[0] ?? address,
    ownName: names.find((name) => roleOf(name) === undefined && !name.includes('.')),
    names,
  };
}

function roleOf(name: string): Role | 'vip' | undefined {
  return ROLE_PREFIXES.find(([prefix]) => name.startsWith(prefix))?.[1];
}

function withoutDigits(name: string): string {
  return name.replace(/[0-9]/g, '');
}

function withoutDomain(name: string): string {
  return name.replace(/\..*/, '');
}

function reportTwoRoles(address: Ipv4, words: readonly RawWord[], problems: ProblemList): void {
  const [first, ...others] = words.filter((word) => roleOf(word.text.toLowerCase()) !== undefined);
  const other = others.find((word) => roleOf(word.text.toLowerCase()) !== roleOf(first?.text.toLowerCase() ?? ''));
  if (first === undefined || other === undefined) return;
  const message = `${address} cannot be both '${first.text}' and '${other.text}'`;
  problems.add('CONF_AMBIGUOUS_HOST', other, message, 'give each machine, and the VIP, an address of its own');
}

function reportSharedNames(
  host: Host,
  words: readonly RawWord[],
  machineByName: Map<string, string>,
  problems: ProblemList,
): void {
  if (host.machine === undefined) return;
  for (const word of words) {
    const name = word.text.toLowerCase();
    const owner: string = machineByName.get(name) ?? host.machine;
    machineByName.set(name, owner);
    if (owner === host.machine) continue;
    const message = `'${word.text}' is a name of ${owner} and of ${host.machine}`;
    problems.add('CONF_AMBIGUOUS_HOST', word, message, 'leave it to one of them');
  }
}
