// Maglev hashing (ip_vs_mh.c; Eisenbud et al., NSDI 2016, section 3.4): every server has an order of preference over
// the rows of the table, and in their turns servers take the best row that is still free.

import { type AddressFamily, type IpAddress, ipv4ToNumber, ipv6ToWords, isIpv6 } from '../../model/mod.ts';
import { greatestCommonDivisor } from './gcd.ts';
import type { ScheduledServer } from './scheduled-server.ts';
import { siphash } from './siphash.ts';

/** IP_VS_MH_TAB_SIZE as kernels are configured, a prime. */
export const MAGLEV_ROWS = 4093;

/** generate_hash_secret(): of the first preferred row, which is also that of packets, and of the step between rows. */
const ROW_KEY = [2654435761n, 2654435761n] as const;
const STEP_KEY = [2654446892n, 2654446892n] as const;

/** IP_VS_MH_TAB_BITS: turns are cut to so many bits, so that great weights do not take the table in one go. */
const TURN_BITS = 6;

/** The address as one number. The kernel reads a server's as one of the service's family, whatever it is. */
function foldAddress(address: IpAddress, family: AddressFamily): number {
  if (!isIpv6(address)) return ipv4ToNumber(address);
  const words = ipv6ToWords(address);
  const parts = [0, 2, 4, 6].map((at) => (words[at] ?? 0) * 0x10000 + (words[at + 1] ?? 0));
  return family === 'inet' ? (parts[0] ?? 0) : parts.reduce((fold, part) => (fold ^ part) >>> 0, 0);
}

function bitLength(value: number): number {
  return value === 0 ? 0 : Math.floor(Math.log2(value)) + 1;
}

/** How many rows each server takes when it is its turn; ip_vs_mh_shift_weight() and ip_vs_mh_permutate(). */
function countTurns(weights: readonly number[], divisor: number): number[] {
  const greatest = weights.reduce((a, b) => Math.max(a, b), 0);
  const shift = Math.max(0, bitLength(greatest / divisor) - TURN_BITS);
  return weights.map((weight) => Math.floor(weight / divisor / 2 ** shift) || (weight > 0 ? 1 : 0));
}

/** A server's rows, the most preferred first, without end. */
function* preferredRows(server: ScheduledServer, family: AddressFamily): Generator<number, never> {
  const value = (foldAddress(server.address, family) + server.port) >>> 0;
  const step = (siphash(value, STEP_KEY) % (MAGLEV_ROWS - 1)) + 1;
  for (let row = siphash(value, ROW_KEY) % MAGLEV_ROWS; ; row = (row + step) % MAGLEV_ROWS) yield row;
}

/**
 * A server whose weight became zero keeps its rows, by the weight that it had last. The kernel leaves its table alone
 * while a service has more servers than rows: then the servers added first have it.
 */
export function buildMhTable(servers: readonly ScheduledServer[], family: AddressFamily): number[] {
  const firstIndex = Math.max(0, servers.length - MAGLEV_ROWS);
  const placed = servers.slice(firstIndex);
  const weights = placed.map(({ weight, lastWeight = 0 }) => (weight > 0 ? weight : lastWeight));
  const divisor = greatestCommonDivisor(weights);
  if (divisor === 0) return [];
  const turns = countTurns(weights, divisor);
  const preferences = placed.map((server) => preferredRows(server, family));
  const table = new Array<number>(MAGLEV_ROWS).fill(-1);
  for (let taken = 0, index = 0; taken < MAGLEV_ROWS; index = (index + 1) % placed.length) {
    for (let turn = 0; turn < (turns[index] ?? 0) && taken < MAGLEV_ROWS; turn++, taken++) {
      let row = preferences[index]?.next().value ?? 0;
      while (table[row] !== -1) row = preferences[index]?.next().value ?? 0;
      table[row] = firstIndex + index;
    }
  }
  return table;
}
