// The heads of ONC RPC messages (RFC 5531): what stands before the arguments of a call and before the results of a
// reply, and why a server rejects a call, in words.

import { hostname } from 'node:os';
import { TransferFailure } from '../../causes.ts';
import { malformed, type XdrReader, XdrWriter } from './xdr.ts';

export interface RpcProgram {
  /** As in messages: nfs, mount, portmap. */
  readonly name: string;
  readonly number: number;
  readonly version: number;
}

const CALL = 0;
const REPLY = 1;
const RPC_VERSION = 2;
const AUTH_NONE = 0;
const AUTH_SYS = 1;
const MSG_ACCEPTED = 0;
const SUCCESS = 0;
const PROG_MISMATCH = 2;
const RPC_MISMATCH = 0;
const MOST_VERIFIER_BYTES = 400;

const ACCEPT_STATUS = [
  'SUCCESS',
  'PROG_UNAVAIL: the server has no such program',
  'PROG_MISMATCH: the server has other versions of the program',
  'PROC_UNAVAIL: the server lacks the procedure',
  'GARBAGE_ARGS: the server cannot read the arguments',
  'SYSTEM_ERR: the server has failed in itself',
];
const AUTH_STATUS = [
  'AUTH_OK',
  'AUTH_BADCRED: the credentials are broken',
  'AUTH_REJECTEDCRED: the credentials are to be renewed',
  'AUTH_BADVERF: the verifier is broken',
  'AUTH_REJECTEDVERF: the verifier is out of date',
  'AUTH_TOOWEAK: the server wants a stronger authentication, or a port below 1024',
];

/** More heads and names than any call has before its data. */
const CALL_HEAD_BYTES = 512;

/** Where in a message its number is, which replies repeat. */
export const XID_OFFSET = 0;

/** All before the arguments, with the number 0. Credentials are those of this process (AUTH_SYS). */
export function encodeCallHead(program: RpcProgram, procedure: number): Uint8Array {
  const bytes = new Uint8Array(CALL_HEAD_BYTES);
  const writer = new XdrWriter(bytes);
  for (const word of [0, CALL, RPC_VERSION, program.number, program.version, procedure]) writer.uint32(word);
  const credentials = new Uint8Array(CALL_HEAD_BYTES / 2);
  const body = new XdrWriter(credentials);
  body.uint32(0); // the stamp, which servers do not look at
  body.string(hostname().slice(0, 64));
  body.uint32(process.getuid?.() ?? 0);
  body.uint32(process.getgid?.() ?? 0);
  body.uint32(0); // no further groups
  writer.uint32(AUTH_SYS);
  writer.opaque(credentials.subarray(0, body.lengthBytes));
  writer.uint32(AUTH_NONE);
  writer.uint32(0);
  return bytes.slice(0, writer.lengthBytes);
}

/** The number of the call that a message replies to; undefined when it is no reply. */
export function readXid(reader: XdrReader): number | undefined {
  if (reader.leftBytes < 8) return undefined;
  const xid = reader.uint32();
  return reader.uint32() === REPLY ? xid : undefined;
}

/** What stands between the number and the results. Throws TransferFailure for a call that was rejected. */
export function readReplyHead(reader: XdrReader, { name }: RpcProgram): void {
  if (reader.uint32() !== MSG_ACCEPTED) throw rejection(name, reader);
  reader.uint32();
  reader.opaque(MOST_VERIFIER_BYTES);
  const status = reader.uint32();
  if (status === SUCCESS) return;
  const words = ACCEPT_STATUS[status];
  if (words === undefined) throw malformed(`${status} is no status of RPC`);
  const versions = status === PROG_MISMATCH ? ` (${reader.uint32()} to ${reader.uint32()})` : '';
  throw new TransferFailure(`${name}: ${words}${versions}`);
}

function rejection(name: string, reader: XdrReader): TransferFailure {
  if (reader.uint32() === RPC_MISMATCH) return new TransferFailure(`${name}: RPC_MISMATCH: the server lacks RPC 2`);
  const status = reader.uint32();
  return new TransferFailure(`${name}: ${AUTH_STATUS[status] ?? `the server rejects us (auth_stat ${status})`}`);
}
