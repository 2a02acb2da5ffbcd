// Data connections of FTP on sockets of our own, in the four ways to agree on one. A passive one is made before its
// transfer is asked for; an active one comes when the server has been asked.

import type { Ipv4 } from '../../../model/mod.ts';
import {
  acceptTcp,
  closeSocket,
  connectTcp,
  peerAddress,
  readLocalPorts,
  SocketError,
  SourcePorts,
} from '../../../system/mod.ts';
import { TransferFailure } from '../../causes.ts';
import type { ControlConnection } from './control.ts';
import { formatEprt, formatPort, parseEpsvReply, parsePasvReply } from './data-address.ts';
import { causeOfAbsence, causeOfPassive, causeOfStranger } from './failure.ts';
import type { FtpMode, FtpRunOptions } from './options.ts';

export interface DataConnection {
  /** The connected socket. Throws TransferFailure. */
  take(): number;
  close(): void;
}

let ports: SourcePorts | undefined;

/**
 * Listening ports are taken in turn: the server connects from one port alone, and can't connect to one of ours again
 * while it remembers the last time (TIME_WAIT, 60 s). The range is where the kernel itself takes ports from.
 */
function listeningPorts(): SourcePorts {
  if (ports === undefined) {
    const range = readLocalPorts();
    ports = new SourcePorts(range, Math.floor(Math.random() * (range.last - range.first + 1)));
  }
  return ports;
}

/** Agrees with the server on a data connection. Throws TransferFailure. */
export async function agree(control: ControlConnection, options: FtpRunOptions): Promise<DataConnection> {
  const { mode } = options;
  if (mode === 'port' || mode === 'eprt') return await listen(control, mode, options.timeoutMs);
  const reply = await control.request(mode.toUpperCase());
  const expected = control.serverAddress;
  const port = mode === 'epsv' ? parseEpsvReply(reply) : undefined;
  const told = mode === 'pasv' ? parsePasvReply(reply) : port && { address: expected, port };
  if (!told) throw new TransferFailure(`no address in reply ${reply}`);
  // Going elsewhere would pass the director by, and measure something else.
  if (told.address !== expected) throw new TransferFailure(causeOfStranger(mode, told.address, expected));
  const fd = connect(told, options);
  return { take: () => fd, close: () => closeSocket(fd) };
}

function connect(told: { address: Ipv4; port: number }, { mode, source, timeoutMs }: FtpRunOptions): number {
  try {
    return connectTcp({ ...told, source, timeoutMs });
  } catch (error) {
    throw error instanceof SocketError ? new TransferFailure(causeOfPassive(mode, error)) : error;
  }
}

async function listen(control: ControlConnection, mode: FtpMode, timeoutMs: number): Promise<DataConnection> {
  const address = control.localAddress;
  const { fd: listener, port } = listeningPorts().listen(address);
  let accepted: number | undefined;
  const connection = {
    take() {
      accepted = accept(listener, mode, timeoutMs);
      const [peer, expected] = [peerAddress(accepted), control.serverAddress];
      if (peer !== expected) throw new TransferFailure(causeOfStranger(mode, peer, expected));
      return accepted;
    },
    close() {
      closeSocket(listener);
      if (accepted !== undefined) closeSocket(accepted);
    },
  };
  try {
    await control.request((mode === 'port' ? formatPort : formatEprt)({ address, port }));
  } catch (error) {
    connection.close();
    throw error;
  }
  return connection;
}

function accept(listener: number, mode: FtpMode, timeoutMs: number): number {
  try {
    return acceptTcp(listener, { waitMs: timeoutMs, timeoutMs });
  } catch (error) {
    throw error instanceof SocketError ? new TransferFailure(causeOfAbsence(mode)) : error;
  }
}
