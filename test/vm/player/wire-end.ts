// One end of a wire to the director: sends frames and hands out those that the director has sent, by a packet socket.

import { getSystemErrorName } from 'node:util';
import * as libc from '../../../src/system/libc.ts';

// <bits/socket.h>, <linux/if_ether.h>, <linux/if_packet.h>, <poll.h>
const AF_PACKET = 17;
const SOCK_RAW = 3;
const ETH_P_ALL_BE = 0x0300;
const SOL_PACKET = 263;
const PACKET_IGNORE_OUTGOING = 23;
const MSG_DONTWAIT = 0x40;
const POLLIN = 1;
/** sizeof(struct sockaddr_ll) */
const SOCKADDR_BYTES = 20;
const FRAME_BYTES = 65536;

const ETHERNET_BYTES = 14;
const ETHER_TYPE: Readonly<Record<number, number>> = { 4: 0x0800, 6: 0x86dd };
const ARP = 0x0806;
/** Multicast listener and neighbour discovery messages: the stack's own life, not the director's work. */
const IS_HOUSEKEEPING = (packet: Buffer) => {
  if (packet.readUInt8(0) >> 4 !== 6) return false;
  const hopByHop = packet.readUInt8(6) === 0;
  const type = packet.readUInt8(hopByHop ? 48 : 40);
  return hopByHop || (packet.readUInt8(6) === 58 && type >= 130 && type <= 137);
};

/** How long the director may keep a packet, of guest time. */
const QUIET_MS = 5;

export interface Arrival {
  readonly destinationMac: string;
  readonly packet: Uint8Array;
}

export interface WireEnd {
  /** An IP packet in a frame to the director. */
  send(sourceMac: string, packet: Uint8Array): void;
  /** What has come since the last call; waits until nothing more does. */
  receive(): Arrival[];
  close(): void;
}

/** @param index of the device, in the namespace that the calling thread is in */
export function openWire(index: number, directorMac: string): WireEnd {
  const fd = check(libc.socket(AF_PACKET, SOCK_RAW, ETH_P_ALL_BE), 'open a packet socket');
  check(libc.setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, Buffer.from([1, 0, 0, 0]), 4), 'ignore what is sent');
  const address = Buffer.alloc(SOCKADDR_BYTES);
  address.writeUInt16LE(AF_PACKET, 0);
  address.writeUInt16LE(ETH_P_ALL_BE, 2);
  address.writeInt32LE(index, 4);
  check(libc.bind(fd, address, SOCKADDR_BYTES), 'listen on a wire');
  const memory = new ArrayBuffer(FRAME_BYTES);
  const view = Buffer.from(memory);
  const start = libc.addressOf(memory);

  function takeFrame(): Buffer | undefined {
    const length = libc.recv(fd, start, FRAME_BYTES, MSG_DONTWAIT);
    return length < 0 ? undefined : Buffer.from(view.subarray(0, length));
  }

  return {
    send(sourceMac, packet) {
      const frame = Buffer.concat([macBytes(directorMac), macBytes(sourceMac), etherType(packet), packet]);
      view.set(frame);
      check(libc.send(fd, start, frame.length, 0), `send a packet of ${packet.length} bytes`);
    },
    receive() {
      const arrivals: Arrival[] = [];
      while (hasFrame(fd)) {
        const frame = takeFrame();
        const packet = frame?.subarray(ETHERNET_BYTES);
        if (frame === undefined || packet === undefined || frame.readUInt16BE(12) === ARP) continue;
        if (IS_HOUSEKEEPING(packet)) continue;
        arrivals.push({ destinationMac: formatMac(frame.subarray(0, 6)), packet });
      }
      return arrivals;
    },
    close: () => void libc.close(fd),
  };
}

function hasFrame(fd: number): boolean {
  const descriptor = Buffer.alloc(8);
  descriptor.writeInt32LE(fd, 0);
  descriptor.writeInt16LE(POLLIN, 4);
  return libc.poll(descriptor, 1, QUIET_MS) > 0;
}

function etherType(packet: Uint8Array): Uint8Array {
  const type = ETHER_TYPE[(packet[0] ?? 0) >> 4] ?? 0;
  return Uint8Array.of(type >> 8, type & 0xff);
}

function macBytes(mac: string): Uint8Array {
  return Uint8Array.from(mac.split(':'), (byte) => Number.parseInt(byte, 16));
}

function formatMac(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(':');
}

function check(result: number, what: string): number {
  if (result < 0) throw new Error(`cannot ${what}: ${getSystemErrorName(-libc.lastErrno())}`);
  return result;
}
