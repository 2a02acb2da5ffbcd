// The words of one SERVICE line → protocol, port, scheduler and realservers.

import { SCHEDULER_NAMES, type SchedulerName, type TransportProtocol } from '../model/mod.ts';
import type { ProblemList } from './errors.ts';
import { findHostWithRole, type HostDirectory, type NamedHost } from './hosts.ts';
import type { RawWord } from './raw.ts';
import type { ServicePorts } from './service-ports.ts';
import { readChoice, readPort } from './values.ts';

/** Undefined stands for what is wrong and has been reported, as do realservers that are not there. */
export interface ServiceSetting {
  /** Where the line's value begins. */
  readonly word: RawWord;
  readonly protocol: TransportProtocol | undefined;
  readonly port: number | undefined;
  readonly scheduler: SchedulerName | undefined;
  readonly realservers: readonly NamedHost[];
}

const PROTOCOLS = new Map<string, TransportProtocol>([
  ['t', 'tcp'],
  ['u', 'udp'],
]);
const SCHEDULERS = new Map<string, SchedulerName>(SCHEDULER_NAMES.map((name) => [name, name]));

/** Words: protocol, port, scheduler, one realserver or more. */
export function readService(
  words: readonly RawWord[],
  directory: HostDirectory,
  ports: ServicePorts,
  problems: ProblemList,
): ServiceSetting | undefined {
  const [protocolWord, portWord, schedulerWord, ...realserverWords] = words;
  if (!protocolWord || !portWord || !schedulerWord) return undefined;
  const protocol = readChoice(protocolWord, 'a protocol (t is TCP, u is UDP)', PROTOCOLS, problems);
  const realservers: NamedHost[] = [];
  for (const word of realserverWords) {
    const named = findHostWithRole(directory, word, 'realserver', ['realserver'], problems);
    if (named === undefined) continue;
    const earlier = realservers.find((each) => each.host === named.host);
    if (earlier === undefined) {
      realservers.push(named);
    } else {
      const message = `realserver '${word.text}' is '${earlier.word.text}', which the line has already`;
      problems.add('CONF_DUPLICATE_REALSERVER', word, message, 'name each realserver once');
    }
  }
  return {
    word: protocolWord,
    protocol,
    port: protocol && readPort(portWord, protocol, ports, problems),
    scheduler: readChoice(schedulerWord, 'a scheduler', SCHEDULERS, problems),
    realservers,
  };
}
