// A socket for whole frames of a device (packet(7)), without waiting.

import koffi from 'koffi';
import { interfaceIndex } from '../../src/system/mod.ts';

const libc = koffi.load('libc.so.6');
const socket = libc.func('int socket(int domain, int type, int protocol)');
const bind = libc.func('int bind(int fd, const void *address, uint32_t length)');
const setsockopt = libc.func('int setsockopt(int fd, int level, int option, const void *value, uint32_t length)');
const send = libc.func('long send(int fd, const void *data, size_t length, int flags)');
const recv = libc.func('long recv(int fd, _Out_ void *data, size_t length, int flags)');
const close = libc.func('int close(int fd)');

// <bits/socket.h>, <linux/if_packet.h>
const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOL_PACKET = 263;
const PACKET_IGNORE_OUTGOING = 23;
const MSG_DONTWAIT = 0x40;
const ETH_P_ALL = 3;
const SOCKADDR_LL_BYTES = 20;

const LONGEST_FRAME = 65_600;

function openSocket(device: string): number {
  const fd: number = socket(AF_PACKET, SOCK_RAW, 0);
  const address = Buffer.alloc(SOCKADDR_LL_BYTES);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16BE(ETH_P_ALL, 2);
  address.writeInt32LE(interfaceIndex(device) ?? 0, 4);
  const one = Buffer.from([1, 0, 0, 0]);
  if (
    fd < 0 ||
    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, one, one.length) !== 0 ||
    bind(fd, address, address.length) !== 0
  ) {
    throw new Error(`no packet socket on ${device}: errno ${koffi.errno()}`);
  }
  return fd;
}

export class PacketSocket {
  readonly #fd: number;

  /** @param device of this network namespace */
  constructor(device: string) {
    this.#fd = openSocket(device);
  }

  send(frame: Uint8Array): void {
    const sent: number = send(this.#fd, frame, frame.length, 0);
    if (sent !== frame.length) throw new Error(`cannot send a frame: errno ${koffi.errno()}`);
  }

  /** The next frame that has come in, if there is one. */
  receive(): Uint8Array | undefined {
    const buffer = Buffer.alloc(LONGEST_FRAME);
    const length: number = recv(this.#fd, buffer, buffer.length, MSG_DONTWAIT);
    return length < 0 ? undefined : Uint8Array.from(buffer.subarray(0, length));
  }

  close(): void {
    close(this.#fd);
  }
}
