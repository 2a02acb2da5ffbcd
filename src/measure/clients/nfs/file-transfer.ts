// A file's READs and WRITEs, several on their way at once.

import { TransferFailure } from '../../causes.ts';
import { commit, READ, readVerifier, WRITE } from './nfs-calls.ts';
import { expectOk, skipChange, skipOptionalAttributes } from './nfs-results.ts';
import { Parts } from './parts.ts';
import type { Requests, RpcClient } from './rpc-client.ts';
import type { XdrReader, XdrWriter } from './xdr.ts';

/** What has come of a file; the bytes are valid until the function returns. */
export type TakePart = (offset: number, bytes: Uint8Array) => void;

export interface ReadPlan {
  readonly handle: Uint8Array;
  readonly sizeBytes: number;
  /** rsize */
  readonly partBytes: number;
  readonly take?: TakePart | undefined;
}

export interface WritePlan {
  readonly handle: Uint8Array;
  readonly sizeBytes: number;
  /** wsize */
  readonly partBytes: number;
  /** Whether each part is to be on the disk before it is answered (FILE_SYNC), instead of a COMMIT in the end. */
  readonly isSync: boolean;
}

/** stable_how */
const UNSTABLE = 0;
const FILE_SYNC = 2;

/** The whole file. Throws TransferFailure. */
export function readFile(client: RpcClient, plan: ReadPlan): void {
  client.callAll(READ, new Reading(plan));
}

/** As many bytes of ASCII '0', and safe on the server's disk. Throws TransferFailure. */
export function writeFile(client: RpcClient, plan: WritePlan): void {
  const writing = new Writing(plan);
  client.callAll(WRITE, writing);
  if (writing.needsCommit) writing.compareVerifier(commit(client, plan.handle));
}

class Reading implements Requests {
  readonly #plan: ReadPlan;
  readonly #parts: Parts;

  constructor(plan: ReadPlan) {
    this.#plan = plan;
    this.#parts = new Parts(plan.sizeBytes, plan.partBytes);
  }

  write(args: XdrWriter, slot: number): boolean {
    const part = this.#parts.take(slot);
    if (part === undefined) return false;
    args.opaque(this.#plan.handle);
    args.uint64(part.offset);
    args.uint32(part.lengthBytes);
    return true;
  }

  take(results: XdrReader, slot: number): void {
    expectOk('READ', results);
    skipOptionalAttributes(results);
    const count = results.uint32();
    const isEnd = results.bool();
    const data = results.opaque(this.#plan.partBytes);
    const { offset, lengthBytes } = this.#parts.finish(slot, count);
    if (data.length !== count || count > lengthBytes) {
      throw new TransferFailure('malformed reply: READ gives another number of bytes than it says');
    }
    if (count < lengthBytes && (isEnd || count === 0)) throw new TransferFailure('READ: the file ends before its size');
    this.#plan.take?.(offset, data);
  }
}

class Writing implements Requests {
  needsCommit = false;
  readonly #plan: WritePlan;
  readonly #parts: Parts;
  readonly #content: Uint8Array;
  #verifier: string | undefined;

  constructor(plan: WritePlan) {
    this.#plan = plan;
    this.#parts = new Parts(plan.sizeBytes, plan.partBytes);
    this.#content = new Uint8Array(plan.partBytes).fill(0x30);
  }

  write(args: XdrWriter, slot: number): boolean {
    const part = this.#parts.take(slot);
    if (part === undefined) return false;
    args.opaque(this.#plan.handle);
    args.uint64(part.offset);
    args.uint32(part.lengthBytes);
    args.uint32(this.#plan.isSync ? FILE_SYNC : UNSTABLE);
    args.opaque(this.#content.subarray(0, part.lengthBytes));
    return true;
  }

  take(results: XdrReader, slot: number): void {
    expectOk('WRITE', results);
    skipChange(results);
    const count = results.uint32();
    const committed = results.uint32();
    this.compareVerifier(readVerifier(results));
    const { lengthBytes } = this.#parts.finish(slot, count);
    if (count > lengthBytes) throw new TransferFailure('malformed reply: WRITE took more than it was given');
    if (count === 0) throw new TransferFailure('WRITE: the server takes nothing');
    if (committed === FILE_SYNC) return;
    if (this.#plan.isSync) throw new TransferFailure('malformed reply: WRITE is less safe than what was asked for');
    this.needsCommit = true;
  }

  /** What a server that has restarted had not yet on its disk is lost. */
  compareVerifier(verifier: string): void {
    this.#verifier ??= verifier;
    if (verifier !== this.#verifier)
      throw new TransferFailure('WRITE: the server restarted and lost what it had taken');
  }
}
