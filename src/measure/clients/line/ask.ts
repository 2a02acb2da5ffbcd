// The client of the line service: connects, reads the line that says which host answered, and connects again. Through
// a director the sequence of names shows how it schedules.

import { connect } from 'node:net';
import { type ConnectOptions, socketError } from '../../../system/mod.ts';
import { lineMissingError } from '../../errors.ts';

/** The answers of `count` connections, one after the other. Throws the errors of sockets and LINE_MISSING. */
export async function askLines(options: ConnectOptions, count: number): Promise<readonly string[]> {
  const lines: string[] = [];
  while (lines.length < count) lines.push(await askLine(options));
  return lines;
}

export function askLine({ address, port, source, timeoutMs }: ConnectOptions): Promise<string> {
  const peer = `${address}:${port}`;
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect({ host: address, port, ...(source === undefined ? {} : { localAddress: source }) });
    const fail = (errno: string, cause?: unknown) => {
      socket.destroy();
      reject(socketError(`read the line of ${peer}`, errno, cause));
    };
    // connect(2) and recv(2) call it so.
    const timer = setTimeout(() => fail(socket.connecting ? 'ETIMEDOUT' : 'EAGAIN'), timeoutMs);
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      received += text;
    });
    socket.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? error.message, error));
    socket.on('end', () => {
      if (received.endsWith('\n')) resolve(received.trimEnd());
      else reject(lineMissingError(peer, received));
    });
    socket.on('close', () => clearTimeout(timer));
  });
}
