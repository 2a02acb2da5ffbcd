// Why a packet was left to the stack, held, or dropped without being counted: a name for programs and words for people.

import type { TracedPacket } from './packet.ts';

export interface Reason {
  readonly code: string;
  readonly text: string;
}

const reason = (code: string, text: string): Reason => ({ code, text });

/** Undefined of packets that were sent, and of drops that have a name and a counter. */
export function reasonOf(packet: TracedPacket): Reason | undefined {
  switch (packet.verdict) {
    case 'passed':
      return reasonOfPassing(packet);
    case 'held':
      return reasonOfHolding(packet);
    case 'dropped':
      return packet.drop === undefined ? reasonOfSilence(packet) : undefined;
    default:
      return undefined;
  }
}

function reasonOfPassing(packet: TracedPacket): Reason {
  const { steps } = packet;
  if (steps.has('MALFORMED')) return reason('MALFORMED', 'its headers contradict each other');
  if (steps.has('ASKED')) return reasonOfOpeningNone(packet);
  if (packet.connection?.method === 'LocalNode') return reason('LOCAL_SERVER', 'its server is this host');
  if (packet.protocol.startsWith('icmp')) return reason('ICMP_OF_NONE', 'ICMP that is about no connection');
  if (packet.fragment === 'later') {
    return reason('FRAGMENT_OF_NONE', 'a fragment of a datagram that is not forwarded');
  }
  return reason('NOT_FORWARDED', 'it is nothing that the director forwards');
}

function reasonOfOpeningNone({ steps, service, protocol, source }: TracedPacket): Reason {
  if (!steps.has('OPENS')) {
    const opener = protocol === 'tcp' ? 'a SYN' : 'an INIT';
    return reason('OPENS_NOTHING', `it has no connection, and only ${opener} opens one`);
  }
  if (steps.has('MARTIAN'))
    return reason('MARTIAN_SOURCE', 'its source address is one that no packet has: the stack drops it');
  if (steps.has('WRONG_CHECKSUM'))
    return reason('WRONG_CHECKSUM', "its IP header's checksum is wrong: the stack drops it");
  if (steps.has('UNFIT_OPTIONS')) {
    return reason('UNFIT_OPTIONS', 'its IP options are malformed or a source route: the stack drops it');
  }
  if (service?.foundBy === 'ftp') return reason('NOT_FTP_DATA', 'no connection of FTP expects it');
  if (service !== undefined) return reason('NOT_FORWARDED', 'the service does not take it');
  if (!steps.has('TO_VIP')) return reason('NO_SERVICE', 'there is no service for it');
  if (source.port === 20) return reason('FROM_FTP_DATA', "what comes from FTP's data port opens nothing");
  return reason('NO_SERVICE_AT_PORT', 'its address is a virtual one, but no service there has its port and protocol');
}

function reasonOfHolding({ steps, fragment }: TracedPacket): Reason {
  if (steps.has('SPLIT')) {
    return reason('SPLIT', 'larger than its next hop takes: cut into fragments, which arrive once more');
  }
  if (fragment === 'later') return reason('FRAGMENT_EARLY', "kept until its datagram's first fragment has come");
  return reason('FRAGMENT_FIRST', 'arrives once more, and behind it the fragments that have waited for it');
}

function reasonOfSilence({ fragment, steps }: TracedPacket): Reason {
  if (fragment === 'later') {
    return reason('FRAGMENT_TURNED_AWAY', "its datagram's first fragment has opened no connection");
  }
  if (steps.has('ICMP_OF_TUNNEL')) return reason('ICMP_USELESS', 'an error about a tunnel that no client can use');
  return reason('UNCOUNTED', 'for no reason that the director counts');
}
