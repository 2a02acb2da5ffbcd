// Packets of millions of clients: one frame that is built whole, in which a client's address and port are exchanged and
// the checksums are kept right (RFC 1624). No client shares its address with another.

import { frameOn, type NicName } from '../../test/bpf/namespace.ts';
import { ETHERNET_BYTES } from '../../test/bpf/packet-builder.ts';

const FIRST_OCTET = 100;
const FIRST_CLIENT = '100.0.0.0:1024';
const TTL = 200;
const FIRST_PORT = 1024;
const PORTS = 60_000;
/** Neighbours in address are no neighbours in port. */
const PORT_STEP = 7919;

/** In the frame: IPv4 without options, then TCP. */
const AT = {
  ipChecksum: ETHERNET_BYTES + 10,
  tcpChecksum: ETHERNET_BYTES + 36,
  source: { address: ETHERNET_BYTES + 12, port: ETHERNET_BYTES + 20 },
  destination: { address: ETHERNET_BYTES + 16, port: ETHERNET_BYTES + 22 },
} as const;

/** A packet between a client and somebody else; `flags` are as tcpdump prints them. */
export class ClientPacket {
  readonly nic: NicName;
  readonly #frame: Uint8Array;
  readonly #view: DataView;
  readonly #at: { readonly address: number; readonly port: number };

  private constructor(nic: NicName, ends: { from: string; to: string }, flags: string) {
    this.nic = nic;
    this.#frame = frameOn(nic, { ...ends, flags, ttl: TTL });
    this.#view = new DataView(this.#frame.buffer, this.#frame.byteOffset);
    this.#at = nic === 'client' ? AT.source : AT.destination;
  }

  /** From the client. */
  static to(server: string, flags: string): ClientPacket {
    return new ClientPacket('client', { from: FIRST_CLIENT, to: server }, flags);
  }

  /** To the client. */
  static from(server: string, flags: string): ClientPacket {
    return new ClientPacket('server', { from: server, to: FIRST_CLIENT }, flags);
  }

  /** The frame of client `number`, up to 2²⁴; it is overwritten by the next. */
  of(number: number): Uint8Array {
    this.#setWord(this.#at.address, FIRST_OCTET * 256 + (number >> 16), true);
    this.#setWord(this.#at.address + 2, number & 0xffff, true);
    this.#setWord(this.#at.port, FIRST_PORT + ((number * PORT_STEP) % PORTS), false);
    return this.#frame;
  }

  #setWord(at: number, word: number, isAddress: boolean): void {
    const before = this.#view.getUint16(at);
    this.#view.setUint16(at, word);
    this.#amend(AT.tcpChecksum, before, word);
    if (isAddress) this.#amend(AT.ipChecksum, before, word);
  }

  /** RFC 1624, equation 3: HC' = ~(~HC + ~m + m'). */
  #amend(at: number, before: number, after: number): void {
    let sum = (~this.#view.getUint16(at) & 0xffff) + (~before & 0xffff) + after;
    sum = (sum & 0xffff) + (sum >>> 16);
    sum = (sum & 0xffff) + (sum >>> 16);
    this.#view.setUint16(at, ~sum & 0xffff);
  }
}
