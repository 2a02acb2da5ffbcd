// What NFS version 3 sends along with its results (RFC 1813, section 2.6): attributes of files before and after,
// handles.

import { nfsFailure } from './nfs-status.ts';
import type { XdrReader } from './xdr.ts';

export const MOST_HANDLE_BYTES = 64;

/** fattr3: the words before the size, and those after it. */
const BEFORE_SIZE_BYTES = 20;
const AFTER_SIZE_BYTES = 56;
/** wcc_attr: size, mtime, ctime. */
const BEFORE_ATTRIBUTES_BYTES = 24;

/** The status that every result begins with. Throws TransferFailure unless it is NFS3_OK. */
export function expectOk(procedure: string, results: XdrReader): void {
  const status = results.uint32();
  if (status !== 0) throw nfsFailure(procedure, status);
}

/** fattr3, of which nothing but the size counts here. */
export function readSize(results: XdrReader): number {
  results.skip(BEFORE_SIZE_BYTES);
  const sizeBytes = results.uint64();
  results.skip(AFTER_SIZE_BYTES);
  return sizeBytes;
}

/** post_op_attr: the same, which servers may leave out. */
export function readOptionalSize(results: XdrReader): number | undefined {
  return results.bool() ? readSize(results) : undefined;
}

/** wcc_data: attributes before and after a change. */
export function skipChange(results: XdrReader): void {
  if (results.bool()) results.skip(BEFORE_ATTRIBUTES_BYTES);
  readOptionalSize(results);
}

export function readHandle(results: XdrReader): Uint8Array {
  return results.opaque(MOST_HANDLE_BYTES).slice();
}
