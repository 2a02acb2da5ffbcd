// Datagrams larger than the path's MTU go in fragments, and one that is lost loses all of it. Where small messages are
// answered and large ones never, that is what is likely; the kernel's counters here tell what comes of them.

import { readFileSync } from 'node:fs';

/** What stands around the data of a READ's reply or a WRITE's call: IP, UDP and RPC heads, attributes, handle. */
const AROUND_DATA_BYTES = 156;

/** Of this network namespace: fragments that came, datagrams that were whole. */
export interface FragmentCounts {
  readonly came: number;
  readonly whole: number;
}

export function goesInFragments(dataBytes: number, mtuBytes: number): boolean {
  return dataBytes + AROUND_DATA_BYTES > mtuBytes;
}

export function readFragmentCounts(): FragmentCounts {
  const [names, values] = readFileSync('/proc/thread-self/net/snmp', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('Ip: '))
    .map((line) => line.split(' '));
  const count = (name: string) => Number(values?.[names?.indexOf(name) ?? -1] ?? 0);
  return { came: count('ReasmReqds'), whole: count('ReasmOKs') };
}

/** Of replies that do not come, while small ones do. @param before the first of them was asked for */
export function describeLostReplies(before: FragmentCounts, now: FragmentCounts): string {
  if (now.came === before.came) return 'fragments lost? (none comes here)';
  if (now.whole === before.whole) return 'fragments lost? (some come here, and make no whole datagram)';
  return 'fragments lost? (some datagrams come whole)';
}
