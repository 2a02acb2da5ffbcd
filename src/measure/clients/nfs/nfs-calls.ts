// The procedures of NFS version 3 that a transfer is made of (RFC 1813, section 3.3): one call each, their arguments
// and what of their results counts.

import {
  expectOk,
  type FileAttributes,
  readAttributes,
  readHandle,
  readOptionalAttributes,
  skipChange,
  skipOptionalAttributes,
} from './nfs-results.ts';
import type { Procedure, RpcClient } from './rpc-client.ts';
import type { RpcProgram } from './rpc-message.ts';
import type { XdrReader, XdrWriter } from './xdr.ts';

export const NFS: RpcProgram = { name: 'nfs', number: 100_003, version: 3 };

const NULL: Procedure = { number: 0, name: 'NULL' };
const GETATTR: Procedure = { number: 1, name: 'GETATTR' };
const LOOKUP: Procedure = { number: 3, name: 'LOOKUP' };
export const READ: Procedure = { number: 6, name: 'READ' };
export const WRITE: Procedure = { number: 7, name: 'WRITE' };
const CREATE: Procedure = { number: 8, name: 'CREATE' };
const REMOVE: Procedure = { number: 12, name: 'REMOVE' };
const FSINFO: Procedure = { number: 19, name: 'FSINFO' };
const COMMIT: Procedure = { number: 21, name: 'COMMIT' };

/** createmode3 */
const UNCHECKED = 0;
const VERIFIER_BYTES = 8;
const NEW_FILE_MODE = 0o644;

export interface FileFound extends FileAttributes {
  readonly handle: Uint8Array;
}

export interface ServerLimits {
  readonly mostReadBytes: number;
  readonly mostWriteBytes: number;
}

/** Whether the program is there at all. */
export function ping(client: RpcClient): void {
  client.call(
    NULL,
    () => {},
    () => {},
  );
}

function getAttributes(client: RpcClient, handle: Uint8Array): FileAttributes {
  return client.call(
    GETATTR,
    (args) => args.opaque(handle),
    (results) => {
      expectOk('GETATTR', results);
      return readAttributes(results);
    },
  );
}

export function lookUp(client: RpcClient, directory: Uint8Array, name: string): FileFound {
  const { handle, attributes } = client.call(LOOKUP, directoryEntry(directory, name), (results) => {
    expectOk('LOOKUP', results);
    return { handle: readHandle(results), attributes: readOptionalAttributes(results) };
  });
  return { handle, ...(attributes ?? getAttributes(client, handle)) };
}

export function readLimits(client: RpcClient, root: Uint8Array): ServerLimits {
  return client.call(
    FSINFO,
    (args) => args.opaque(root),
    (results) => {
      expectOk('FSINFO', results);
      skipOptionalAttributes(results);
      const mostReadBytes = results.uint32();
      results.skip(8); // rtpref, rtmult
      return { mostReadBytes, mostWriteBytes: results.uint32() };
    },
  );
}

/** An empty file; one that is there is emptied. Returns its handle. */
export function create(client: RpcClient, directory: Uint8Array, name: string): Uint8Array {
  const writeEntry = directoryEntry(directory, name);
  const handle = client.call(
    CREATE,
    (args) => {
      writeEntry(args);
      args.uint32(UNCHECKED);
      writeNewAttributes(args);
    },
    (results) => {
      expectOk('CREATE', results);
      return results.bool() ? readHandle(results) : undefined;
    },
  );
  return handle ?? lookUp(client, directory, name).handle;
}

export function remove(client: RpcClient, directory: Uint8Array, name: string): void {
  client.call(REMOVE, directoryEntry(directory, name), (results) => expectOk('REMOVE', results));
}

/**
 * All that was written without it is on the disk when it returns, if the server still has the verifier that it returns.
 */
export function commit(client: RpcClient, handle: Uint8Array): string {
  return client.call(
    COMMIT,
    (args) => {
      args.opaque(handle);
      args.uint64(0);
      args.uint32(0); // to the end of the file
    },
    (results) => {
      expectOk('COMMIT', results);
      skipChange(results);
      return readVerifier(results);
    },
  );
}

/** writeverf3: another one than before means that the server has restarted. */
export function readVerifier(results: XdrReader): string {
  return Buffer.from(results.fixedOpaque(VERIFIER_BYTES)).toString('hex');
}

/** diropargs3 */
function directoryEntry(directory: Uint8Array, name: string): (args: XdrWriter) => void {
  return (args) => {
    args.opaque(directory);
    args.string(name);
  };
}

/** sattr3: a mode and no content; owner, group and times are the server's affair. */
function writeNewAttributes(args: XdrWriter): void {
  args.bool(true);
  args.uint32(NEW_FILE_MODE);
  args.bool(false);
  args.bool(false);
  args.bool(true);
  args.uint64(0);
  args.uint32(0);
  args.uint32(0);
}
