// A connection to a print server: lines and files that it acknowledges with a zero byte, or a text until it closes.

import {
  allocatePinned,
  type ConnectOptions,
  closeSocket,
  pinBytes,
  receiveSome,
  SocketError,
  type SourcePorts,
  sendAll,
} from '../../../system/mod.ts';
import { TransferFailure } from '../../causes.ts';
import { connectPrivileged, sendContent } from '../privileged.ts';
import { causeOfRefusal, isMessage, type Step } from './refusal.ts';

const ACKNOWLEDGED = 0;

/** The whole state of a queue fits many times. */
const ANSWER_BYTES = 64 * 1024;

const memory = allocatePinned(ANSWER_BYTES);
const END_OF_FILE = pinBytes(Uint8Array.of(0));

export class LpdConnection {
  readonly #fd: number;
  /** That have been sent. */
  bytes = 0;

  /** Throws TransferFailure, and the errors of sockets. */
  constructor(options: ConnectOptions, ports: SourcePorts) {
    this.#fd = connectPrivileged(ports, options);
  }

  close(): void {
    closeSocket(this.#fd);
  }

  /** A command that is to be acknowledged. */
  tell(line: string, step: Step): void {
    this.#sending(step, () => this.#send(Buffer.from(`${line}\n`, 'latin1')));
    this.#awaitAcknowledgement(step);
  }

  /** A file's bytes after its command, and the zero byte that says that they were good. */
  give(content: Uint8Array | { readonly sizeBytes: number; readonly file?: string | undefined }): void {
    this.#sending('content', () => {
      if (content instanceof Uint8Array) this.#send(content);
      else sendContent(this.#fd, content.sizeBytes, content.file);
      sendAll(this.#fd, END_OF_FILE.address, 1);
    });
    this.bytes += 1 + (content instanceof Uint8Array ? 0 : content.sizeBytes);
    this.#awaitAcknowledgement('content');
  }

  /** What it answers to a command, until it closes. */
  ask(line: string): string {
    this.#send(Buffer.from(`${line}\n`, 'latin1'));
    return Buffer.from(this.#receiveRest()).toString('latin1');
  }

  #send(bytes: Uint8Array): void {
    const pinned = pinBytes(bytes);
    sendAll(this.#fd, pinned.address, bytes.length);
    this.bytes += bytes.length;
  }

  /** A server that gives a file up says so before it closes, in the midst of it. */
  #sending(step: Step, send: () => void): void {
    try {
      send();
    } catch (error) {
      if (!(error instanceof SocketError) || error.errno === 'EAGAIN') throw error;
      const answer = this.#receiveRest();
      if (answer.length > 0 && answer[0] !== ACKNOWLEDGED) throw new TransferFailure(causeOfRefusal(step, answer));
      throw error;
    }
  }

  #awaitAcknowledgement(step: Step): void {
    const count = receiveSome(this.#fd, memory.address, ANSWER_BYTES);
    if (count === 0) throw new TransferFailure('closed without a reply');
    const first = memory.bytes.slice(0, count);
    if (first[0] === ACKNOWLEDGED) return;
    // After a message it closes; after a code it may wait for another file.
    const answer = isMessage(first) ? Buffer.concat([first, this.#receiveRest()]) : first;
    throw new TransferFailure(causeOfRefusal(step, answer));
  }

  /** All that still comes, however it ends. */
  #receiveRest(): Uint8Array {
    const parts: Uint8Array[] = [];
    let sizeBytes = 0;
    try {
      while (sizeBytes < ANSWER_BYTES) {
        const count = receiveSome(this.#fd, memory.address, ANSWER_BYTES);
        if (count === 0) break;
        parts.push(memory.bytes.slice(0, count));
        sizeBytes += count;
      }
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
    }
    return Buffer.concat(parts);
  }
}
