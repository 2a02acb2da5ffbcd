// An IPv4 address given on the command line, as such or as a name.

import { lookup } from 'node:dns/promises';
import { type Ipv4, LvskitError, parseIpv4 } from '../model/mod.ts';

/** Throws ADDRESS_UNKNOWN. */
export async function parseAddress(text: string): Promise<Ipv4> {
  const literal = parseIpv4(text);
  if (literal !== undefined) return literal;
  try {
    return (await lookup(text, { family: 4 })).address as Ipv4;
  } catch (cause) {
    throw new LvskitError('ADDRESS_UNKNOWN', `'${text}' is neither an IPv4 address nor the name of one`, {
      cause,
      exitStatus: 2,
      fields: { value: text },
      remedy: 'write it as 10.0.0.1, or add the name to /etc/hosts',
    });
  }
}
