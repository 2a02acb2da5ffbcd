// The paper's telnet check as a service: it answers each connection with one line, the name of its host, and closes.
// It measures nothing, so it lives on node:net and leaves the process free for other things.

import { createServer, type Server } from 'node:net';
import { type SocketAddress, socketError } from '../../../system/mod.ts';

export interface LineService {
  readonly port: number;
  close(): Promise<void>;
}

function createLineServer(text: string): Server {
  return createServer((socket) => {
    // A client that has gone away needs no answer.
    socket.on('error', () => {});
    socket.end(`${text}\n`);
  });
}

/** Throws SOCKET_PORT_IN_USE, SOCKET_FAILED. */
export function serveLine(local: SocketAddress, text: string): Promise<LineService> {
  const server = createLineServer(text);
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(socketError(`listen on ${local.address}:${local.port}`, error.code ?? error.message, error));
    });
    server.listen({ host: local.address, port: local.port }, () => resolve(serviceOf(server, local.port)));
  });
}

/** {@link serveLine} on a socket that listens already, perhaps in another network namespace; for good. */
export function serveLineOn(listener: number, text: string): void {
  createLineServer(text).listen({ fd: listener });
}

function serviceOf(server: Server, wantedPort: number): LineService {
  const address = server.address();
  return {
    port: typeof address === 'object' ? (address?.port ?? wantedPort) : wantedPort,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
