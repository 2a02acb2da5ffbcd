// Network namespaces as this process sees them: entering one for a while, telling them apart, and asking the
// kernel questions that depend on the one we are in. Everything is synchronous: a namespace belongs to a thread.

import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';
import { type IpAddress, ipv4FromNumber, ipv4ToNumber, ipv6FromWords, ipv6ToWords, isIpv6 } from '../model/mod.ts';
import { networkNamespaceError } from './errors.ts';

const libc = koffi.load('libc.so.6');
const setns = libc.func('int setns(int fd, int nstype)');
const socket = libc.func('int socket(int domain, int type, int protocol)');
const close = libc.func('int close(int fd)');
const connect = libc.func('int connect(int fd, const void *address, uint32_t length)');
const getsockname = libc.func('int getsockname(int fd, void *address, void *length)');
const getsockopt = libc.func('int getsockopt(int fd, int level, int option, void *value, void *length)');
const ioctl = libc.func('int ioctl(int fd, unsigned long request, void *value)');
const ifNameToIndex = libc.func('uint32_t if_nametoindex(const char *name)');

// <sched.h>, <bits/socket.h>, <asm-generic/socket.h>, <bits/ioctls.h>, <net/if_arp.h>
const CLONE_NEWNET = 0x40000000;
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_DGRAM = 2;
const SOL_SOCKET = 1;
const SO_NETNS_COOKIE = 71;
const SIOCGIFHWADDR = 0x8927;
const ARPHRD_ETHER = 1;
/** struct ifreq: the name, and behind it a struct sockaddr. */
const IFREQ = { bytes: 40, nameBytes: 16, type: 16, address: 18 } as const;
const MAC_BYTES = 6;
/** sizeof(struct sockaddr_in), sizeof(struct sockaddr_in6) */
const SOCKADDR_BYTES = 16;
const SOCKADDR_IN6_BYTES = 28;

/**
 * Runs `work` in the namespace at `path` (/run/netns/NAME) and comes back, also when it throws. `work` must not be
 * asynchronous, and nothing may start threads' work in it that outlives it. Throws NETNS_NOT_ENTERED.
 */
export function inNetworkNamespace<T>(path: string, work: () => T): T {
  const home = openSync('/proc/thread-self/ns/net', 'r');
  try {
    const target = openNamespace(path);
    const entered = setns(target, CLONE_NEWNET);
    closeSync(target);
    if (entered !== 0) throw networkNamespaceError(path, `setns: errno ${koffi.errno()}`);
    try {
      return work();
    } finally {
      if (setns(home, CLONE_NEWNET) !== 0) {
        // Everything after this would act on the wrong machine.
        process.stderr.write(`lvskit: cannot return from network namespace ${path}: errno ${koffi.errno()}\n`);
        process.abort();
      }
    }
  } finally {
    closeSync(home);
  }
}

function openNamespace(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw networkNamespaceError(path, (error as Error).message, error);
  }
}

function withUdpSocket<T>(family: number, use: (fd: number) => T): T {
  const fd: number = socket(family, SOCK_DGRAM, 0);
  if (fd < 0) throw networkNamespaceError('of this process', `socket: errno ${koffi.errno()}`);
  try {
    return use(fd);
  } finally {
    close(fd);
  }
}

/** A number that no other network namespace has had since boot, unlike its inode (Linux 5.14). */
export function networkNamespaceCookie(): bigint {
  return withUdpSocket(AF_INET, (fd) => {
    const value = Buffer.alloc(8);
    const length = Buffer.from([8, 0, 0, 0]);
    if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, value, length) !== 0) {
      throw networkNamespaceError('of this process', `SO_NETNS_COOKIE: errno ${koffi.errno()}`);
    }
    return value.readBigUInt64LE();
  });
}

/** The kernel's number for a device of this namespace; undefined when there is none of that name. */
export function interfaceIndex(device: string): number | undefined {
  const index: number = ifNameToIndex(device);
  return index === 0 ? undefined : index;
}

/** The MAC address of a device of this namespace; undefined for one whose packets have no Ethernet headers. */
export function macAddress(device: string): Uint8Array | undefined {
  return withUdpSocket(AF_INET, (fd) => {
    const request = Buffer.alloc(IFREQ.bytes);
    request.write(device.slice(0, IFREQ.nameBytes - 1), 'latin1');
    if (ioctl(fd, SIOCGIFHWADDR, request) !== 0) return undefined;
    if (request.readUInt16LE(IFREQ.type) !== ARPHRD_ETHER) return undefined;
    return Uint8Array.from(request.subarray(IFREQ.address, IFREQ.address + MAC_BYTES));
  });
}

/**
 * Source address that this namespace's routes choose towards `destination`; undefined without a route. Towards an
 * address of its own it is that address.
 */
export function localAddressTowards(destination: IpAddress): IpAddress | undefined {
  const isInet6 = isIpv6(destination);
  const bytes = isInet6 ? SOCKADDR_IN6_BYTES : SOCKADDR_BYTES;
  return withUdpSocket(isInet6 ? AF_INET6 : AF_INET, (fd) => {
    const address = Buffer.alloc(bytes);
    address.writeUInt16LE(isInet6 ? AF_INET6 : AF_INET, 0);
    address.writeUInt16BE(9, 2); // discard; a datagram socket's connect sends nothing
    if (isInet6) {
      for (const [at, word] of ipv6ToWords(destination).entries()) address.writeUInt16BE(word, 8 + 2 * at);
    } else {
      address.writeUInt32BE(ipv4ToNumber(destination), 4);
    }
    if (connect(fd, address, bytes) !== 0) return undefined;
    const length = Buffer.from([bytes, 0, 0, 0]);
    if (getsockname(fd, address, length) !== 0) return undefined;
    if (!isInet6) return ipv4FromNumber(address.readUInt32BE(4));
    return ipv6FromWords(Array.from({ length: 8 }, (_, at) => address.readUInt16BE(8 + 2 * at)));
  });
}
