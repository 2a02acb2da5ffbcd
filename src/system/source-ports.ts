// Source ports that a client chooses itself. rsh and lpd know their clients by ports that only root may use
// (rresvport(3)); there are few of them, so each is used again while its last connection is still in TIME_WAIT.

import { readFileSync } from 'node:fs';
import { ANY_ADDRESS, type Ipv4 } from '../model/mod.ts';
import { SocketError, socketError } from './socket-errors.ts';
import { type ConnectOptions, connectTcp, listenTcp, localPort } from './sockets.ts';

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** Those below 1024 that no well-known service is at: IPPORT_RESERVED / 2 of <netinet/in.h>. */
export const PRIVILEGED_PORTS: PortRange = { first: 512, last: 1023 };

/** Those that the kernel takes for connections without a port of their own, in this network namespace. */
export function readLocalPorts(): PortRange {
  const [first = 32_768, last = 60_999] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8')
    .trim()
    .split(/\s+/)
    .map(Number);
  return { first, last };
}

export class SourcePorts {
  readonly #range: PortRange;
  #next: number;

  /** Clients that start together begin at different ports: by default at neighbours. */
  constructor(range: PortRange, start = process.pid) {
    this.#range = range;
    this.#next = range.first + (start % (range.last - range.first + 1));
  }

  /** Throws what {@link connectTcp} does; SOCKET_PORT_IN_USE when no port is free, SOCKET_FAILED (EACCES) without root. */
  connect(options: ConnectOptions): number {
    // From its own port to itself TCP connects, with nobody there.
    return this.#try((port) => (port === options.port ? undefined : connectTcp({ ...options, sourcePort: port })));
  }

  /** A socket that listens on one of them, for a peer that connects back. */
  listen(address: Ipv4 = ANY_ADDRESS): { readonly fd: number; readonly port: number } {
    const fd = this.#try((port) => listenTcp({ address, port }));
    return { fd, port: localPort(fd) };
  }

  /** The first that succeeds, from the one after the last that did. */
  #try(open: (port: number) => number | undefined): number {
    const { first, last } = this.#range;
    for (let tried = first; tried <= last; tried++) {
      const port = this.#next;
      this.#next = port === first ? last : port - 1;
      try {
        const fd = open(port);
        if (fd !== undefined) return fd;
      } catch (error) {
        if (!(error instanceof SocketError && error.errno === 'EADDRINUSE')) throw error;
      }
    }
    throw socketError(`use any of the ports ${first} to ${last}`, 'EADDRINUSE');
  }
}
