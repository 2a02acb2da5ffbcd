// Calls of one RPC program over a channel: several at once, replies matched by their number in whatever order they
// come. Over UDP what is not answered is sent again after twice as long each time, as Linux's NFS client does, and
// counted; replies to a call that has its reply already are told from those to none.

import { allocatePinned, type PinnedMemory } from '../../../system/mod.ts';
import { TransferFailure } from '../../causes.ts';
import { HEADROOM_BYTES, type RpcChannel } from './channel.ts';
import { CongestionWindow } from './congestion-window.ts';
import { encodeCallHead, type RpcProgram, readReplyHead, readXid, XID_OFFSET } from './rpc-message.ts';
import { XdrReader, XdrWriter } from './xdr.ts';

/** Linux's NFS_MAX_UDP_TIMEOUT. */
const LONGEST_WAIT_MS = 60_000;

export interface RpcClientOptions {
  readonly program: RpcProgram;
  /** Requests on their way at once. */
  readonly window: number;
  /** Of arguments and the head before them. */
  readonly mostMessageBytes: number;
  /** Over UDP: how long the first reply is waited for; each time after that twice as long. */
  readonly retransmitMs: number;
  /** When nothing has been answered for so long, there is no server. */
  readonly timeoutMs: number;
}

/** A procedure by its number and, for messages, its name. */
export interface Procedure {
  readonly number: number;
  readonly name: string;
}

/** What a series of calls of one procedure asks for, and what it makes of the answers. */
export interface Requests {
  /** Writes the arguments of the next call; false: there is none for the time being. */
  write(args: XdrWriter, slot: number): boolean;
  /** Takes the results of the call that was written for this slot. */
  take(results: XdrReader, slot: number): void;
}

/** A server that does not answer. */
export class NoReplyFailure extends TransferFailure {
  readonly procedure: Procedure;

  constructor(procedure: Procedure) {
    super(`no reply to ${procedure.name}`);
    this.procedure = procedure;
  }
}

/** A request on its way, with all that is needed to send it again. */
class Slot {
  readonly index: number;
  readonly memory: PinnedMemory;
  readonly writer: XdrWriter;
  messageBytes = 0;
  xid = -1;
  /** When it is to be sent again. */
  dueMs = 0;
  waitMs = 0;

  constructor(index: number, mostMessageBytes: number) {
    this.index = index;
    this.memory = allocatePinned(HEADROOM_BYTES + mostMessageBytes);
    this.writer = new XdrWriter(this.memory.bytes.subarray(HEADROOM_BYTES));
  }
}

const ALL_XIDS = 2 ** 32;

export class RpcClient {
  /** Requests that were sent again. */
  retransmissions = 0;
  /** Replies to calls that had theirs already, or were given up. */
  lateReplies = 0;
  /** Replies to no call of ours. */
  strayReplies = 0;
  readonly #channel: RpcChannel;
  readonly #options: RpcClientOptions;
  readonly #free: Slot[];
  readonly #waiting = new Map<number, Slot>();
  readonly #congestion: CongestionWindow;
  readonly #firstXid = Math.floor(Math.random() * ALL_XIDS);
  #calls = 0;
  #heardMs = 0;

  constructor(channel: RpcChannel, options: RpcClientOptions) {
    this.#channel = channel;
    this.#options = options;
    this.#free = Array.from({ length: options.window }, (_, index) => new Slot(index, options.mostMessageBytes));
    this.#congestion = new CongestionWindow(options.window);
  }

  /** One call. `read` is to make of the results what it needs before it returns. Throws TransferFailure. */
  call<T>(procedure: Procedure, write: (args: XdrWriter) => void, read: (results: XdrReader) => T): T {
    let isWritten = false;
    let result: { value: T } | undefined;
    this.callAll(procedure, {
      write(args) {
        if (isWritten) return false;
        isWritten = true;
        write(args);
        return true;
      },
      take(results) {
        result = { value: read(results) };
      },
    });
    if (result === undefined) throw new NoReplyFailure(procedure);
    return result.value;
  }

  /** Calls until there are no more requests and all are answered. Throws TransferFailure, and gives the others up. */
  callAll(procedure: Procedure, requests: Requests): void {
    const head = encodeCallHead(this.#options.program, procedure.number);
    this.#heardMs = performance.now();
    try {
      for (;;) {
        let hasStarted = true;
        while (hasStarted && this.#mayStart()) hasStarted = this.#start(head, requests);
        if (this.#waiting.size === 0) return;
        this.#receive(procedure, requests);
      }
    } finally {
      this.#giveUp();
    }
  }

  #mayStart(): boolean {
    if (this.#free.length === 0) return false;
    return this.#channel.isReliable || this.#waiting.size < this.#congestion.requests;
  }

  #start(head: Uint8Array, requests: Requests): boolean {
    const slot = this.#free.pop();
    if (slot === undefined) return false;
    const { writer } = slot;
    writer.seek(0);
    writer.fixedOpaque(head);
    if (!requests.write(writer, slot.index)) {
      this.#free.push(slot);
      return false;
    }
    slot.messageBytes = writer.lengthBytes;
    slot.xid = (this.#firstXid + this.#calls++) % ALL_XIDS;
    writer.seek(XID_OFFSET);
    writer.uint32(slot.xid);
    slot.waitMs = this.#options.retransmitMs;
    slot.dueMs = performance.now() + slot.waitMs;
    this.#waiting.set(slot.xid, slot);
    this.#channel.send(slot.memory, slot.messageBytes);
    return true;
  }

  #receive(procedure: Procedure, requests: Requests): void {
    const message = this.#channel.receive();
    const nowMs = performance.now();
    if (message !== undefined) this.#take(message, requests, nowMs);
    if (nowMs - this.#heardMs > this.#options.timeoutMs) throw new NoReplyFailure(procedure);
    if (!this.#channel.isReliable) this.#sendAgain(nowMs);
  }

  #take(message: Uint8Array, requests: Requests, nowMs: number): void {
    const reader = new XdrReader(message);
    const xid = readXid(reader);
    const slot = xid === undefined ? undefined : this.#waiting.get(xid);
    if (xid === undefined || slot === undefined) {
      if (xid !== undefined && (xid - this.#firstXid + ALL_XIDS) % ALL_XIDS < this.#calls) this.lateReplies++;
      else this.strayReplies++;
      return;
    }
    this.#heardMs = nowMs;
    this.#congestion.answered(this.#waiting.size);
    this.#waiting.delete(xid);
    this.#free.push(slot);
    readReplyHead(reader, this.#options.program);
    requests.take(reader, slot.index);
  }

  #sendAgain(nowMs: number): void {
    for (const slot of this.#waiting.values()) {
      if (nowMs < slot.dueMs) continue;
      slot.waitMs = Math.min(2 * slot.waitMs, LONGEST_WAIT_MS);
      slot.dueMs = nowMs + slot.waitMs;
      this.retransmissions++;
      this.#congestion.timedOut();
      this.#channel.send(slot.memory, slot.messageBytes);
    }
  }

  #giveUp(): void {
    for (const slot of this.#waiting.values()) this.#free.push(slot);
    this.#waiting.clear();
  }
}
