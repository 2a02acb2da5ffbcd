// How a command gets to the hosts of a cluster: the words of --via, for every command that looks at several hosts. By default
// ssh, which asks nothing and notices when a host is gone.

import { InvalidArgumentError, Option } from 'commander';

const SSH = 'ssh -oBatchMode=yes -oConnectTimeout=5 -oServerAliveInterval=5 {host}';

export function viaOption(): Option {
  return new Option('--via <prefix>', 'how commands get to {host}, {address}, or {name} as the conf says')
    .argParser(parsePrefix)
    .default(parsePrefix(SSH), SSH);
}

/** What may stand in braces. */
export interface ViaPlace {
  readonly host: string;
  readonly name: string;
  readonly address: string;
}

/** The words before a command that is to run on this host. */
export function prefixTo(via: readonly string[], place: ViaPlace): readonly string[] {
  return via.map((word) => word.replaceAll(/\{(host|name|address)\}/g, (_, key: keyof ViaPlace) => place[key]));
}

function parsePrefix(text: string): readonly string[] {
  const words = text.split(/\s+/).filter(Boolean);
  if (words.length === 0) throw new InvalidArgumentError('Write a command and its options.');
  return words;
}
