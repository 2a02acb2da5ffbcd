// What NFS version 3 sends along with its results (RFC 1813, section 2.6): attributes of files before and after,
// handles.

import { nfsFailure } from './nfs-status.ts';
import { malformed, type XdrReader } from './xdr.ts';

export const MOST_HANDLE_BYTES = 64;

/** fattr3, whole. */
const ATTRIBUTES_BYTES = 84;
/** Of it: mode, nlink, uid, gid; the space used; fsid, fileid, atime. */
const OWNERSHIP_BYTES = 16;
const USED_BYTES = 8;
const IDENTITY_BYTES = 24;
const TIME_BYTES = 8;
/** wcc_attr: size, mtime, ctime. */
const BEFORE_ATTRIBUTES_BYTES = 24;

/** The status that every result begins with. Throws TransferFailure unless it is NFS3_OK. */
export function expectOk(procedure: string, results: XdrReader): void {
  const status = results.uint32();
  if (status !== 0) throw nfsFailure(procedure, status);
}

/** ftype3, from 1. */
const FILE_TYPES = ['file', 'directory', 'block device', 'character device', 'link', 'socket', 'fifo'] as const;
export type FileType = (typeof FILE_TYPES)[number];

/** Of fattr3, what counts here. */
export interface FileAttributes {
  readonly type: FileType;
  readonly sizeBytes: number;
  /** Of a device. */
  readonly major: number;
  readonly minor: number;
  /** mtime and ctime: other ones than before mean that the file has changed. */
  readonly changed: string;
}

export function readAttributes(results: XdrReader): FileAttributes {
  const typeNumber = results.uint32();
  const type = FILE_TYPES[typeNumber - 1];
  if (type === undefined) throw malformed(`no file has type ${typeNumber}`);
  results.skip(OWNERSHIP_BYTES);
  const sizeBytes = results.uint64();
  results.skip(USED_BYTES);
  const [major, minor] = [results.uint32(), results.uint32()];
  results.skip(IDENTITY_BYTES);
  const changed = Buffer.from(results.fixedOpaque(2 * TIME_BYTES)).toString('hex');
  return { type, sizeBytes, major, minor, changed };
}

/** post_op_attr: the same, which servers may leave out. */
export function readOptionalAttributes(results: XdrReader): FileAttributes | undefined {
  return results.bool() ? readAttributes(results) : undefined;
}

/** The same where nobody asks for it. */
export function skipOptionalAttributes(results: XdrReader): void {
  if (results.bool()) results.skip(ATTRIBUTES_BYTES);
}

/** wcc_data: attributes before and after a change. */
export function skipChange(results: XdrReader): void {
  if (results.bool()) results.skip(BEFORE_ATTRIBUTES_BYTES);
  skipOptionalAttributes(results);
}

export function readHandle(results: XdrReader): Uint8Array {
  return results.opaque(MOST_HANDLE_BYTES).slice();
}
