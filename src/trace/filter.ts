// The filter of `lvskit trace`: words like tcpdump's, all of which must hold for a packet. Parsed here into terms that the
// tracer in the kernel checks, so that a busy director can be traced.

import { type IpAddress, parseIpAddress } from '../model/mod.ts';
import { filterInvalid } from './errors.ts';

const PROTOCOL_WORDS = ['tcp', 'udp', 'sctp', 'icmp'] as const;
const ADDRESS_WORDS = ['host', 'src', 'dst', 'client', 'server'] as const;

export type FilterTerm =
  | { readonly kind: 'protocol'; readonly protocol: (typeof PROTOCOL_WORDS)[number] }
  | { readonly kind: (typeof ADDRESS_WORDS)[number]; readonly address: IpAddress }
  | { readonly kind: 'port'; readonly port: number }
  /** Port 0: any. */
  | { readonly kind: 'vip'; readonly address: IpAddress; readonly port: number }
  | { readonly kind: 'dropped' };

/** As many as the tracer has room for (bpf/trace_abi.h). */
const MAX_TERMS = 8;

const MAX_PORT = 65535;

/** Words with the place of the one that is read next. */
interface Cursor {
  readonly words: readonly string[];
  at: number;
}

/** `undefined` and the empty text ask for every packet. Throws TRACE_FILTER_INVALID. */
export function parseFilter(text: string): readonly FilterTerm[] {
  const cursor: Cursor = { words: text.split(/\s+/).filter((word) => word !== ''), at: 0 };
  const terms: FilterTerm[] = [];
  while (cursor.at < cursor.words.length) {
    if (terms.length > 0) expectAnd(cursor);
    if (terms.length === MAX_TERMS) throw fault(cursor, `it has more than ${MAX_TERMS} terms`);
    terms.push(parseTerm(cursor));
  }
  return terms;
}

function fault(cursor: Cursor, what: string) {
  return filterInvalid(cursor.words, cursor.at, what);
}

function expectAnd(cursor: Cursor): void {
  const word = cursor.words[cursor.at];
  if (word !== 'and') throw fault(cursor, `'${word}' stands where 'and' is to join two terms`);
  cursor.at++;
}

function parseTerm(cursor: Cursor): FilterTerm {
  const word = cursor.words[cursor.at];
  if (word === undefined) throw fault(cursor, 'a term is missing at its end');
  const protocol = PROTOCOL_WORDS.find((name) => name === word);
  const address = ADDRESS_WORDS.find((name) => name === word);
  if (protocol === undefined && address === undefined && !['port', 'vip', 'dropped'].includes(word)) {
    throw fault(cursor, `'${word}' begins no term`);
  }
  cursor.at++;
  if (protocol !== undefined) return { kind: 'protocol', protocol };
  if (address !== undefined) return { kind: address, address: parseAddress(cursor, address) };
  if (word === 'dropped') return { kind: 'dropped' };
  if (word === 'port') return { kind: 'port', port: parsePort(cursor, takeWord(cursor, 'a port after port')) };
  return parseVip(cursor);
}

/** Steps over it only when it has been understood, so that an error points at it. */
function takeWord(cursor: Cursor, what: string): string {
  const word = cursor.words[cursor.at];
  if (word === undefined) throw fault(cursor, `${what} is missing`);
  return word;
}

function parseAddress(cursor: Cursor, term: string): IpAddress {
  const word = takeWord(cursor, `an address after ${term}`);
  const address = parseIpAddress(word.replace(/^\[(.*)\]$/, '$1'));
  if (address === undefined) throw fault(cursor, `'${word}' is no IPv4 or IPv6 address`);
  cursor.at++;
  return address;
}

function parsePort(cursor: Cursor, text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > MAX_PORT) {
    throw fault(cursor, `'${text}' is no port: a number from 1 to ${MAX_PORT}`);
  }
  cursor.at++;
  return port;
}

/** ADDRESS, ADDRESS:PORT or [ADDRESS]:PORT. */
function parseVip(cursor: Cursor): FilterTerm {
  const word = takeWord(cursor, 'an address after vip');
  const whole = parseIpAddress(word);
  if (whole !== undefined) {
    cursor.at++;
    return { kind: 'vip', address: whole, port: 0 };
  }
  const [, bracketed, plain, port = ''] = /^(?:\[(.+)\]|([^:]+)):([^:]*)$/.exec(word) ?? [];
  const address = parseIpAddress(bracketed ?? plain ?? '');
  if (address === undefined) throw fault(cursor, `'${word}' is no ADDRESS:PORT`);
  return { kind: 'vip', address, port: parsePort(cursor, port) };
}
