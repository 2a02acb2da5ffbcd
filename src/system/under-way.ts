// How much of what was sent over a TCP connection is not known to have arrived: what a sender can tell of how far its bytes
// have come without asking the receiver.

import * as libc from './libc.ts';
import { check } from './sockets.ts';

/** <asm-generic/ioctls.h>, tcp(7): bytes in the send queue, sent or not, that are not acknowledged. */
const SIOCOUTQ = 0x5411;
const IPPROTO_TCP = 6;
const TCP_INFO = 11;
/** <linux/tcp.h>, struct tcp_info: offsets of tcpi_snd_mss and tcpi_sacked, and where what is needed ends. */
const SND_MSS = 16;
const SACKED = 28;
const TCP_INFO_BYTES = 32;

/**
 * Of a connected socket, bytes. Behind a lost segment nothing is acknowledged until it has come a second time, but the peer
 * says what it has got (SACK): without that a loss would seem to stop the stream, and its repair to make up for it at once.
 */
export function underWayBytes(fd: number): number {
  const queued = Buffer.alloc(4);
  check(libc.ioctl(fd, SIOCOUTQ, queued), 'read the send queue of a socket');
  const info = Buffer.alloc(TCP_INFO_BYTES);
  const length = Buffer.alloc(4);
  length.writeInt32LE(TCP_INFO_BYTES);
  check(libc.getsockopt(fd, IPPROTO_TCP, TCP_INFO, info, length), 'read the state of a TCP connection');
  const arrivedBytes = info.readUInt32LE(SACKED) * info.readUInt32LE(SND_MSS);
  return Math.max(0, queued.readInt32LE() - arrivedBytes);
}
