// Firewall marks: the data plane sees a packet before iptables and nft give it its mark. So a packet that has got one
// of a service is routed into a pair of devices, at whose other end the data plane sees it again, with its mark. That
// is for the packets that open connections: those of known ones are taken at the NIC.

import { join } from 'node:path';
import { isMarkKey, type ServiceTable } from '../director/mod.ts';
import type { AddressFamily } from '../model/mod.ts';
import { interfaceIndex, runCommand } from '../system/mod.ts';
import { attachToEgress, attachToIngress } from './attach.ts';
import { familyOption, hasMarkRules, MARK_DEVICES, MARK_TABLE, planMarkRules, type Rule } from './mark-rules.ts';
import { DIRECTOR_PROGRAM, type StateDirectory } from './state-directory.ts';

/** Pinned beside the maps: undoes the hop that the way into the pair counted. */
export const MARK_HOP_PROGRAM = 'lvs_mark_hop';

const FAMILIES: readonly AddressFamily[] = ['inet', 'inet6'];

/** The same at both ends, so that what is sent there is for it. Locally administered. */
const MAC = '02:6c:76:73:00:01';

/** Of both: on a device without one, rp_filter=2 takes nothing. Of scope host, so that it is nobody's source. */
const ADDRESS = '169.254.76.86';

/** The most that a pair takes: it is not where a packet could be too big. */
const MTU = 65535;

export type MarksByFamily = Readonly<Record<AddressFamily, readonly number[]>>;

export function marksOf(table: ServiceTable): MarksByFamily {
  const marks = (family: AddressFamily) =>
    table.flatMap((entry) => (isMarkKey(entry) && entry.family === family ? [entry.mark] : []));
  return { inet: marks('inet'), inet6: marks('inet6') };
}

function isEmpty(marks: MarksByFamily): boolean {
  return FAMILIES.every((family) => marks[family].length === 0);
}

/**
 * Lets packets with `marks`, and no others, be seen with them; without any, takes everything away. Again is harmless,
 * also after a process that was killed on the way. Raises BPF_ATTACH_FAILED, COMMAND_FAILED.
 */
export function settleMarkPort(directory: StateDirectory, marks: MarksByFamily): void {
  const isThere = interfaceIndex(MARK_DEVICES.into) !== undefined;
  if (isEmpty(marks)) {
    if (isThere) removeMarkPort();
    return;
  }
  if (!isThere) addPair();
  attachMarkPort(directory);
  for (const family of FAMILIES) {
    if (marks[family].length > 0) run(family, [`route replace default dev ${MARK_DEVICES.into} table ${MARK_TABLE}`]);
    run(family, planMarkRules(readRules(family), marks[family]));
  }
}

/** Puts the programs on the pair, if it is there, again after they have been replaced. Throws BPF_ATTACH_FAILED. */
export function attachMarkPort(directory: StateDirectory): void {
  if (interfaceIndex(MARK_DEVICES.into) === undefined) return;
  attachToEgress(join(directory.path, MARK_HOP_PROGRAM), MARK_DEVICES.into);
  attachToIngress(join(directory.path, DIRECTOR_PROGRAM), MARK_DEVICES.outOf);
}

/** Takes the rules and the pair away, if they are there. */
export function removeMarkPort(): void {
  for (const family of FAMILIES) {
    const rules = readRules(family);
    if (hasMarkRules(rules)) run(family, planMarkRules(rules, []));
  }
  // The last to go: while it is there, one more try finds what is left.
  if (interfaceIndex(MARK_DEVICES.into) !== undefined) runCommand(['ip', 'link', 'delete', MARK_DEVICES.into]);
}

function addPair(): void {
  const { into, outOf } = MARK_DEVICES;
  const end = (device: string) => `${device} address ${MAC} mtu ${MTU}`;
  runCommand(['ip', ...`link add ${end(into)} type veth peer name ${end(outOf)}`.split(' ')]);
  const settings = (device: string) => [
    `net.ipv6.conf.${device}.disable_ipv6=0`,
    // What comes out has its way back elsewhere: 2, because 0 would leave it to the setting for all devices.
    `net.ipv4.conf.${device}.rp_filter=2`,
    // The data plane's own answers come from the virtual address, which may be the host's.
    `net.ipv4.conf.${device}.accept_local=1`,
  ];
  runCommand(['sysctl', '-q', '-e', '-w', ...settings(into), ...settings(outOf)]);
  const up = (device: string) => [
    `link set ${device} arp off addrgenmode none up`,
    `address add ${ADDRESS}/32 dev ${device} scope host`,
  ];
  runCommand(['ip', '-batch', '-'], { input: [outOf, into].flatMap(up).join('\n') });
}

function run(family: AddressFamily, commands: readonly string[]): void {
  if (commands.length === 0) return;
  runCommand(['ip', familyOption(family), '-batch', '-'], { input: `${commands.join('\n')}\n` });
}

function readRules(family: AddressFamily): readonly Rule[] {
  const { stdout, status } = runCommand(['ip', familyOption(family), '-json', 'rule'], { allowFailure: true });
  // A kernel without IPv6 has no rules of it.
  return status === 0 && stdout.trim() !== '' ? (JSON.parse(stdout) as Rule[]) : [];
}
