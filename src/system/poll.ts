// poll(2).

import * as libc from './libc.ts';

// <poll.h>
export const POLLIN = 1;
export const POLLOUT = 4;
export const POLL_FOREVER = -1;
const POLLFD_BYTES = 8;
const POLLFD_EVENTS = 4;

const POLLFD_REVENTS = 6;

/** 1 when one of the events has come, 0 when none has in time, −1 on failure, which `libc.lastErrno` explains. */
export function pollOne(fd: number, events: number, timeoutMs: number): number {
  return libc.poll(describe([fd], events), 1, timeoutMs);
}

/** What other threads look at, so that it is not collected meanwhile. */
const underWay = new Set<Buffer>();

/** Those that are readable or have failed, once one is or has: looked for on another thread, so that signals end the process meanwhile. */
export async function awaitReadable(fds: readonly number[]): Promise<readonly number[]> {
  const descriptors = describe(fds, POLLIN);
  while ((await pollInBackground(descriptors, POLL_FOREVER)) <= 0);
  return fds.filter((_, index) => descriptors.readInt16LE(index * POLLFD_BYTES + POLLFD_REVENTS) !== 0);
}

/** {@link pollOne} on another thread. */
export function pollOneInBackground(fd: number, events: number, timeoutMs: number): Promise<number> {
  return pollInBackground(describe([fd], events), timeoutMs);
}

function pollInBackground(descriptors: Buffer, timeoutMs: number): Promise<number> {
  underWay.add(descriptors);
  return new Promise((resolve) => {
    libc.pollInBackground(descriptors, descriptors.length / POLLFD_BYTES, timeoutMs, (_, count) => {
      underWay.delete(descriptors);
      resolve(count);
    });
  });
}

function describe(fds: readonly number[], events: number): Buffer {
  const descriptors = Buffer.alloc(fds.length * POLLFD_BYTES);
  for (const [index, fd] of fds.entries()) {
    descriptors.writeInt32LE(fd, index * POLLFD_BYTES);
    descriptors.writeInt16LE(events, index * POLLFD_BYTES + POLLFD_EVENTS);
  }
  return descriptors;
}
