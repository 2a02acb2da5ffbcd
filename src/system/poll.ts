// poll(2) of one descriptor.

import * as libc from './libc.ts';

// <poll.h>
export const POLLIN = 1;
export const POLLOUT = 4;
export const POLL_FOREVER = -1;
const POLLFD_BYTES = 8;
const POLLFD_EVENTS = 4;

/** 1 when one of the events has come, 0 when none has in time, −1 on failure, which `libc.lastErrno` explains. */
export function pollOne(fd: number, events: number, timeoutMs: number): number {
  return libc.poll(describe(fd, events), 1, timeoutMs);
}

/** What other threads look at, so that it is not collected meanwhile. */
const underWay = new Set<Buffer>();

/** The same on another thread. */
export function pollOneInBackground(fd: number, events: number, timeoutMs: number): Promise<number> {
  const descriptor = describe(fd, events);
  underWay.add(descriptor);
  return new Promise((resolve) => {
    libc.pollInBackground(descriptor, 1, timeoutMs, (_, count) => {
      underWay.delete(descriptor);
      resolve(count);
    });
  });
}

function describe(fd: number, events: number): Buffer {
  const descriptor = Buffer.alloc(POLLFD_BYTES);
  descriptor.writeInt32LE(fd, 0);
  descriptor.writeInt16LE(events, POLLFD_EVENTS);
  return descriptor;
}
