// An echo service on the realservers of a lab and clients of it, as sockets of the test's own process: a connection can
// be held open and spoken on while the director changes.

import { once } from 'node:events';
import { createServer, type Server, Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Lab } from '../../../src/lab/mod.ts';
import type { Ipv4 } from '../../../src/model/mod.ts';
import { connectTcp, inNetworkNamespace, listenTcp } from '../../../src/system/mod.ts';
import { pathOf } from './inside.ts';
import { realserversOf, vipOf } from './virtual-server.ts';

export const ECHO_PORT = 7;
export const ECHO_SERVICES = [{ port: ECHO_PORT, servers: 2 }] as const;

const ANY = '0.0.0.0' as Ipv4;
const TIMEOUT_MS = 20_000;

/** A connection from the client through the director. */
export interface EchoConnection {
  /** The machine at the other end. */
  readonly server: string;
  /** Its local port on the client. */
  readonly port: number;
  /** Resolves with what comes back. */
  say(text: string): Promise<string>;
  /** Resolves when both ends have closed. */
  close(): Promise<void>;
}

/** Serves on all realservers meanwhile: greets each connection with the machine's name, then sends back what it gets. */
export async function withEcho(
  lab: Lab,
  work: (connect: () => Promise<EchoConnection>) => Promise<void>,
): Promise<void> {
  const sockets: Socket[] = [];
  // What goes wrong with a connection shows in what it is answered, not in an event.
  const hold = (socket: Socket) => void sockets.push(socket.on('error', () => {}));
  const servers = realserversOf(lab.plan.cluster).map(({ name }) => serve(lab, name, hold));
  try {
    await work(() => connect(lab, hold));
  } finally {
    // An open socket would keep its network namespace alive behind the lab's back.
    for (const server of servers) server.close();
    for (const socket of sockets) socket.destroy();
  }
}

function serve(lab: Lab, machine: string, hold: (socket: Socket) => void): Server {
  const fd = inNetworkNamespace(pathOf(lab, machine), () => listenTcp({ address: ANY, port: ECHO_PORT }));
  const server = createServer((socket) => {
    hold(socket);
    socket.write(`${machine}\n`);
    socket.pipe(socket);
  });
  return server.listen({ fd });
}

async function connect(lab: Lab, hold: (socket: Socket) => void): Promise<EchoConnection> {
  const peer = { address: vipOf(lab), port: ECHO_PORT, timeoutMs: TIMEOUT_MS };
  const socket = new Socket({ fd: inNetworkNamespace(pathOf(lab, 'client'), () => connectTcp(peer)) });
  hold(socket);
  const lines = createInterface({ input: socket });
  const nextLine = async () => {
    const [line] = (await once(lines, 'line', { signal: AbortSignal.timeout(TIMEOUT_MS) })) as [string];
    return line;
  };
  return {
    server: await nextLine(),
    port: socket.localPort ?? 0,
    say: (text) => {
      socket.write(`${text}\n`);
      return nextLine();
    },
    close: async () => {
      socket.end();
      await once(socket, 'close');
    },
  };
}
