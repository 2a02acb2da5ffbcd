// SIP's calls kept together (--pe sip): the servers that messages go to, what is dropped, what servers send.

import { udp } from '../packets/build.ts';
import { ipvsadm, listings, replyUdp, type Scenario, type Step, send } from './scenario.ts';

function message(header: string): string {
  return `INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP c\r\n${header}\r\nCSeq: 1 INVITE\r\n\r\n`;
}

function servers(): Step[] {
  return ipvsadm([1, 2, 3].map((n) => `-a -u vip:5060 -r r${n}:5060 -m`).join('\n'));
}

/** A message from each of these ports, one after the other. */
function messages(client: string, first: number, ...headers: readonly string[]): Step[] {
  return headers.map((header, place) => send(udp(`${client}:${first + place}`, 'vip:5060', message(header))));
}

export const SIP: readonly Scenario[] = [
  {
    name: 'SIP: the messages of a call go to one server',
    steps: [
      ...ipvsadm('-A -u vip:5060 -s rr -p 300 --pe sip'),
      ...servers(),
      ...messages('c1', 1, 'Call-ID: one@host', 'Call-ID: two', 'i: one@host', 'call-id :\r\n two', 'Call-ID: three'),
      ...messages('c2', 1, 'Call-ID: one@host', 'Call-ID: two', 'Call-ID: one@host'),
      replyUdp(message('Call-ID: one@host')),
      ...listings(),
    ],
  },
  {
    // No long ones that are found: ipvsadm 1.31 crashes over them.
    name: 'SIP: messages without a Call-ID that can be found are dropped',
    steps: [
      ...ipvsadm('-A -u vip:5060 -s rr -p 300 --pe sip'),
      ...servers(),
      ...messages('c1', 1, 'Max-Forwards: 70', 'Call-ID: a b', `Call-ID: ${'a'.repeat(256)}`, 'Call-IDs: x\r\ni: one'),
      ...messages('c1', 11, 'Call-ID: x@\r\ni: one', 'Ident: x\r\nCall-ID: two'),
      ...listings(),
    ],
  },
  {
    name: 'SIP: one packet a connection, answers and calls of servers',
    steps: [
      ...ipvsadm('-A -u vip:5060 -s rr -p 300 --pe sip -o'),
      ...servers(),
      ...messages('c1', 5060, 'Call-ID: one'),
      replyUdp(message('Call-ID: one')),
      ...messages('c1', 5060, 'Call-ID: two', 'Call-ID: one', 'Call-ID: two'),
      send(udp('r2:5060', 'c2:5060', message('Call-ID: three'))),
      ...messages('c2', 5060, 'Call-ID: three', 'Call-ID: three'),
      send(udp('r2:5060', 'c2:5060', message('Max-Forwards: 70'))),
      ...listings(),
    ],
  },
  {
    name: 'SIP: a call that a server opens is a connection',
    steps: [
      ...ipvsadm('-A -u vip:5060 -s rr -p 300 --pe sip'),
      ...servers(),
      send(udp('r2:5060', 'c1:5060', message('Call-ID: one'))),
      ...messages('c1', 5060, 'Max-Forwards: 70', 'Call-ID: one', 'Call-ID: one'),
      ...listings(),
    ],
  },
];
