// What the kernel tells of network devices of this namespace, of their addresses and their tc filters, over rtnetlink
// (rtnetlink(7)). That something has changed is all that is taken from it: what is there now, the listener looks up.

import * as libc from './libc.ts';
import { POLLIN, pollOneInBackground } from './poll.ts';
import { systemError } from './sockets.ts';

// <bits/socket.h>, <linux/netlink.h>, <linux/rtnetlink.h>
const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_ROUTE = 0;
const RTMGRP_LINK = 0x1;
const RTMGRP_TC = 0x8;
const RTMGRP_IPV4_IFADDR = 0x10;
const RTMGRP_IPV6_IFADDR = 0x100;
const SOCKADDR_NL_BYTES = 12;
const MSG_DONTWAIT = 0x40;

const MESSAGES_BYTES = 65536;

export interface LinkEvents {
  /** Whether there was one since the last call, or comes within the time. */
  wait(timeoutMs: number): Promise<boolean>;
  close(): void;
}

/** Listens from now on. Throws SOCKET_FAILED. */
export function listenForLinks(): LinkEvents {
  const fd = libc.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) throw systemError('listen to rtnetlink');
  const address = Buffer.alloc(SOCKADDR_NL_BYTES);
  address.writeUInt16LE(AF_NETLINK, 0);
  address.writeUInt32LE(RTMGRP_LINK | RTMGRP_TC | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR, 8);
  if (libc.bind(fd, address, address.length) !== 0) {
    const error = systemError('listen to rtnetlink');
    libc.close(fd);
    throw error;
  }
  const messages = new ArrayBuffer(MESSAGES_BYTES);
  return {
    async wait(timeoutMs) {
      if ((await pollOneInBackground(fd, POLLIN, timeoutMs)) <= 0) return false;
      // Also when the kernel had to leave some out, which it tells by an error: something has changed.
      while (libc.recv(fd, libc.addressOf(messages), MESSAGES_BYTES, MSG_DONTWAIT) > 0);
      return true;
    },
    close: () => libc.close(fd),
  };
}
