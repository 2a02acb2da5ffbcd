// What rsh and lpd have in common: they connect from privileged ports, send the paper's files, out of memory or from a
// disk, and have servers that complain in sentences.

import { closeSync, openSync, readSync } from 'node:fs';
import { allocatePinned, type ConnectOptions, SocketError, type SourcePorts, sendAll } from '../../system/mod.ts';
import { causeOfOwnFile, TransferFailure } from '../causes.ts';

const CONTENT_BYTES = 256 * 1024;

const LONGEST_QUOTE = 60;

/** A complaint that has no name here: its first line, of which a terminal has nothing to fear. */
export function causeInItsWords(complaint: string): string {
  const [line = ''] = complaint.trim().split(/[\r\n]/);
  return `the server says: ${line.replaceAll(/[^ -~]/g, '?').slice(0, LONGEST_QUOTE)}`;
}

/** Throws TransferFailure when this machine has no such port for us, and the errors of sockets. */
export function connectPrivileged(ports: SourcePorts, options: ConnectOptions): number {
  return withOwnCauses(() => ports.connect(options));
}

/** What the want of a port is called, whatever it was wanted for. */
export function withOwnCauses<T>(open: () => T): T {
  try {
    return open();
  } catch (error) {
    if (error instanceof SocketError && error.errno === 'EADDRINUSE')
      throw new TransferFailure('no privileged port free here');
    if (error instanceof SocketError && error.errno === 'EACCES')
      throw new TransferFailure('privileged ports need root here');
    throw error;
  }
}

const content = allocatePinned(CONTENT_BYTES);
content.bytes.fill('0'.charCodeAt(0));

/**
 * Sends a file of the paper: so many ASCII '0', or what is in a file of this machine, which has to be so long at least.
 * Throws TransferFailure when it is not, and the errors of sockets.
 */
export function sendContent(fd: number, sizeBytes: number, file?: string): void {
  if (file !== undefined) {
    sendFile(fd, sizeBytes, file);
    return;
  }
  for (let left = sizeBytes; left > 0; left -= CONTENT_BYTES) {
    sendAll(fd, content.address, Math.min(left, CONTENT_BYTES));
  }
}

const part = allocatePinned(CONTENT_BYTES);

/** As cp does: read into memory, send from there. */
function sendFile(fd: number, sizeBytes: number, path: string): void {
  const file = openOwn(path);
  try {
    for (let left = sizeBytes; left > 0; ) {
      const count = readSync(file, part.bytes, 0, Math.min(left, CONTENT_BYTES), null);
      if (count === 0) throw new TransferFailure(`${path} has fewer bytes than are to be sent`);
      sendAll(fd, part.address, count);
      left -= count;
    }
  } finally {
    closeSync(file);
  }
}

function openOwn(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw new TransferFailure(causeOfOwnFile(path, error));
  }
}
