// The transmitter's connection, which NPtcp's streaming mode replaces after every trial (RESET). Its receiver closes
// its listener and opens it anew each time, so a new connection may be refused for a moment, or be made to the old
// listener and then reset: both mean "again".

import { type ConnectOptions, connectTcp, pauseThread, SocketError } from '../../../system/mod.ts';
import { NetpipeLink } from '../../netpipe/link.ts';

const PAUSE_BETWEEN_ATTEMPTS_MS = 1;

export class Reconnectable {
  readonly #options: ConnectOptions;
  #link: NetpipeLink;
  /** Nothing has come yet over this connection, which followed a RESET. */
  #isUnproven = false;

  constructor(options: ConnectOptions) {
    this.#options = options;
    this.#link = connectLink(options);
  }

  get link(): NetpipeLink {
    return this.#link;
  }

  /** False when the peer has ended the run. */
  synchronise(): boolean {
    return this.#prove((link) => {
      link.sendSync();
      return link.receiveControl() === 'sync';
    });
  }

  /** TIME of a point, which is the first thing on the connection after the last trial's. */
  receiveTime(): number {
    return this.#prove((link) => link.receiveTime());
  }

  /** QUIT, close and connect again. */
  reset(): void {
    this.#link.quit();
    this.#reconnect(Date.now() + this.#options.timeoutMs);
  }

  #prove<T>(receive: (link: NetpipeLink) => T): T {
    const deadline = Date.now() + this.#options.timeoutMs;
    for (;;) {
      try {
        const received = receive(this.#link);
        this.#isUnproven = false;
        return received;
      } catch (error) {
        if (!this.#isUnproven || !hasCode(error, 'SOCKET_PEER_CLOSED') || Date.now() > deadline) throw error;
        this.#link.close();
        this.#reconnect(deadline);
      }
    }
  }

  #reconnect(deadline: number): void {
    for (;;) {
      try {
        this.#link = connectLink(this.#options);
        this.#isUnproven = true;
        return;
      } catch (error) {
        if (!hasCode(error, 'SOCKET_REFUSED') || Date.now() > deadline) throw error;
        pauseThread(PAUSE_BETWEEN_ATTEMPTS_MS);
      }
    }
  }
}

function connectLink(options: ConnectOptions): NetpipeLink {
  return new NetpipeLink(connectTcp(options), options.timeoutMs);
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof SocketError && error.code === code;
}
