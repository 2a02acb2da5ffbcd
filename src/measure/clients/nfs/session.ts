// A mounted export: its root's handle and one socket to the NFS service, over which files are read and written. What
// fails by silence is looked into before it is named.

import type { Ipv4 } from '../../../model/mod.ts';
import { pathMtu, receiveBufferBytes, SocketError } from '../../../system/mod.ts';
import { causeOfErrno, TransferFailure } from '../../causes.ts';
import { bufferBytesFor, HEAD_BYTES, openChannel, type RpcChannel, type RpcTransport } from './channel.ts';
import { FileCache } from './file-cache.ts';
import { readFile, type TakePart, writeFile } from './file-transfer.ts';
import { describeLostReplies, type FragmentCounts, goesInFragments, readFragmentCounts } from './fragments.ts';
import { MOUNT, type MountOptions, mount, unmount } from './mount.ts';
import { create, type FileFound, lookUp, NFS, ping, READ, readLimits, remove, WRITE } from './nfs-calls.ts';
import { lookUpPort } from './portmap.ts';
import { NoReplyFailure, RpcClient } from './rpc-client.ts';

export interface NfsOptions {
  readonly address: Ipv4;
  /** Of the NFS service. */
  readonly port: number;
  /** Of the MOUNT service; without it the port mapper is asked, and {@link MOUNT_PORT} is taken where there is none. */
  readonly mountPort?: number | undefined;
  /** Where the MOUNT service and its port mapper are; without it at the address of NFS. */
  readonly mountAddress?: Ipv4 | undefined;
  readonly source?: Ipv4 | undefined;
  readonly transport: RpcTransport;
  /** The path of the export. */
  readonly exportPath: string;
  /** rsize and wsize. */
  readonly readBytes: number;
  readonly writeBytes: number;
  /** Requests on their way at once. */
  readonly window: number;
  /** Over UDP: the first wait for a reply, which doubles each time. */
  readonly retransmitMs: number;
  /** When nothing has been answered for so long, a transfer has failed. */
  readonly timeoutMs: number;
  /** Files that have been read are kept until they change, as by a kernel's client. */
  readonly isCaching?: boolean | undefined;
}

/** A file that is looked at, and what the server says when it is written to though it is none. */
export interface FileProbe extends Pick<FileFound, 'type' | 'major' | 'minor'> {
  /** undefined: a regular file, which is not touched, or the server has taken it. */
  readonly refusal: string | undefined;
}

/** IANA's port of mountd, which `lvskit serve nfs` uses. */
export const MOUNT_PORT = 20_048;

/** A port mapper that does not answer is none. */
const PORTMAP_PATIENCE_MS = 1000;
/** For what only tells how something else has failed. */
const PROBE_PATIENCE_MS = 1000;
const LONGEST_TICK_MS = 50;

/** How often the transport has shown. */
export interface RpcCounts {
  readonly retransmissions: number;
  readonly lateReplies: number;
  readonly strayReplies: number;
}

export class NfsSession {
  readonly #options: NfsOptions;
  readonly #mountOptions: MountOptions;
  readonly #root: Uint8Array;
  readonly #channel: RpcChannel;
  readonly #client: RpcClient;
  readonly #fragmentsBefore: FragmentCounts = readFragmentCounts();
  readonly #window: number;
  readonly #cache: FileCache | undefined;
  #isAnswered = true;

  /** Mounts. Throws TransferFailure, SocketError. */
  constructor(options: NfsOptions) {
    const { transport, exportPath, timeoutMs, retransmitMs, readBytes, writeBytes } = options;
    const tickMs = Math.max(1, Math.min(LONGEST_TICK_MS, timeoutMs / 4, retransmitMs / 4));
    this.#options = options;
    this.#cache = options.isCaching ? new FileCache() : undefined;
    const mountHost = { ...options, tickMs, address: options.mountAddress ?? options.address };
    this.#mountOptions = { ...mountHost, port: options.mountPort ?? findMountPort(mountHost) };
    this.#root = inStep('mount', () => mount(exportPath, transport, this.#mountOptions));
    const mostMessageBytes = HEAD_BYTES + Math.max(readBytes, writeBytes);
    this.#channel = inStep('nfs', () => openChannel(transport, { ...options, tickMs, mostMessageBytes }));
    try {
      this.#window = windowThatFits(this.#channel, options.window, mostMessageBytes);
      const { window } = this;
      this.#client = new RpcClient(this.#channel, { ...options, program: NFS, window, mostMessageBytes });
      inStep('nfs', () => this.#checkSizes());
    } catch (error) {
      this.#channel.close();
      throw error;
    }
  }

  /** Requests on their way at once: fewer than asked for where the receive buffer may not hold so many replies. */
  get window(): number {
    return this.#window;
  }

  get counts(): RpcCounts {
    const { retransmissions, lateReplies, strayReplies } = this.#client;
    return { retransmissions, lateReplies, strayReplies };
  }

  get sentBytes(): number {
    return this.#channel.sentBytes;
  }

  get receivedBytes(): number {
    return this.#channel.receivedBytes;
  }

  /** Reads a file of this size to its end. Throws TransferFailure, SocketError. */
  read(name: string, expectedBytes: number, take?: TakePart): void {
    this.#explaining(expectedBytes, () => {
      const found = lookUp(this.#client, this.#root, name);
      const { handle, sizeBytes } = found;
      if (sizeBytes !== expectedBytes) throw new TransferFailure(`${sizeBytes} bytes instead of ${expectedBytes}`);
      if (this.#cache?.giveOut(found, take)) return;
      const filling = this.#cache?.fill(found, take);
      readFile(this.#client, { handle, sizeBytes, partBytes: this.#options.readBytes, take: filling?.take ?? take });
      filling?.keep();
    });
  }

  /**
   * What a file is, and what the server says of writing to a device or a FIFO: they are the client's own (RFC 1813,
   * section 2.5.6), so a kernel's client opens its own and sends nothing. Throws TransferFailure, SocketError.
   */
  probe(name: string): FileProbe {
    const { handle, type, major, minor } = lookUp(this.#client, this.#root, name);
    return { type, major, minor, refusal: type === 'file' ? undefined : this.#refusalOf(handle) };
  }

  #refusalOf(handle: Uint8Array): string | undefined {
    try {
      writeFile(this.#client, { handle, sizeBytes: 1, partBytes: 1, isSync: true });
      return undefined;
    } catch (error) {
      if (error instanceof TransferFailure && !(error instanceof NoReplyFailure)) return error.message;
      throw error;
    }
  }

  /** Writes a file of this size until it is on the server's disk. Throws TransferFailure, SocketError. */
  write(name: string, sizeBytes: number, { isSync }: { isSync: boolean }): void {
    this.#explaining(sizeBytes, () => {
      const handle = create(this.#client, this.#root, name);
      writeFile(this.#client, { handle, sizeBytes, partBytes: this.#options.writeBytes, isSync });
    });
  }

  /** Throws TransferFailure, SocketError. */
  remove(name: string): void {
    remove(this.#client, this.#root, name);
  }

  /** Unmounts, if the server still answers. */
  close(): void {
    this.#channel.close();
    if (!this.#isAnswered) return;
    const { exportPath, transport } = this.#options;
    try {
      unmount(exportPath, transport, { ...this.#mountOptions, timeoutMs: PROBE_PATIENCE_MS });
    } catch (error) {
      if (!(error instanceof TransferFailure || error instanceof SocketError)) throw error;
    }
  }

  /**
   * Linux takes the server's limits as its own; a measurement of other sizes than asked for would have another name.
   */
  #checkSizes(): void {
    const { readBytes, writeBytes } = this.#options;
    const { mostReadBytes, mostWriteBytes } = readLimits(this.#client, this.#root);
    if (readBytes > mostReadBytes) throw new TransferFailure(`the server takes no rsize above ${mostReadBytes}`);
    if (writeBytes > mostWriteBytes) throw new TransferFailure(`the server takes no wsize above ${mostWriteBytes}`);
  }

  #explaining(fileBytes: number, work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#isAnswered = !(error instanceof NoReplyFailure);
      if (error instanceof NoReplyFailure && !this.#channel.isReliable) this.#explainSilence(error, fileBytes);
      throw error;
    }
  }

  /** Throws a failure that says more, if there is more to say. */
  #explainSilence({ message, procedure }: NoReplyFailure, fileBytes: number): void {
    const isRead = procedure === READ;
    if (!isRead && procedure !== WRITE) return;
    const { readBytes, writeBytes } = this.#options;
    const partBytes = Math.min(fileBytes, isRead ? readBytes : writeBytes);
    if (!goesInFragments(partBytes, pathMtu(this.#channel.fd)) || !this.#answersPings()) return;
    const evidence = isRead
      ? describeLostReplies(this.#fragmentsBefore, readFragmentCounts())
      : 'fragments lost on their way there?';
    throw new TransferFailure(`${message}, though small calls are answered: ${evidence}`);
  }

  #answersPings(): boolean {
    const { retransmitMs } = this.#options;
    const limits = { mostMessageBytes: HEAD_BYTES, window: 1, timeoutMs: PROBE_PATIENCE_MS };
    try {
      ping(new RpcClient(this.#channel, { program: NFS, retransmitMs: Math.min(retransmitMs, 250), ...limits }));
      return true;
    } catch (error) {
      if (error instanceof TransferFailure) return false;
      throw error;
    }
  }
}

/** The receive buffer of a datagram socket is as large as the system allows; streams need none. */
function windowThatFits(channel: RpcChannel, window: number, mostMessageBytes: number): number {
  if (channel.isReliable) return window;
  const fitting = Math.floor(receiveBufferBytes(channel.fd) / bufferBytesFor(mostMessageBytes, 1));
  return Math.max(1, Math.min(window, fitting));
}

/** What the port mapper says; where it says nothing, the usual port. */
function findMountPort(options: NfsOptions & { readonly tickMs: number }): number {
  try {
    const timeoutMs = Math.min(options.timeoutMs, PORTMAP_PATIENCE_MS);
    return lookUpPort(MOUNT, options.transport, { ...options, timeoutMs }) ?? MOUNT_PORT;
  } catch (error) {
    if (error instanceof TransferFailure || error instanceof SocketError) return MOUNT_PORT;
    throw error;
  }
}

/** Failures on the way to an open session name the service that they are of. */
function inStep<T>(service: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof SocketError) throw new TransferFailure(`${service}: ${causeOfErrno(error.errno)}`);
    if (!(error instanceof TransferFailure) || error.message.startsWith(`${service}: `)) throw error;
    throw new TransferFailure(`${service}: ${error.message}`);
  }
}
