// The paper's telnet check as a service: it answers each connection with one line, the name of its host, and closes.
// It measures nothing, so it lives on node:net and leaves the process free for other things.

import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { type ListenAddress, listenTcp, localPort } from '../../../system/mod.ts';

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
export async function serveLine(local: ListenAddress, text: string): Promise<LineService> {
  const listener = listenTcp(local);
  const server = createLineServer(text);
  server.listen({ fd: listener });
  await once(server, 'listening');
  return { port: localPort(listener), close: () => new Promise((resolve) => server.close(() => resolve())) };
}

/** {@link serveLine} on a socket that listens already, perhaps in another network namespace; for good. */
export function serveLineOn(listener: number, text: string): void {
  createLineServer(text).listen({ fd: listener });
}
