// The words for what MOUNT and NFS version 3 answer when they do not do what was asked (RFC 1813, sections 2.6, 5.1.5).

import { TransferFailure } from '../../causes.ts';

const NFS_STATUS: Readonly<Record<number, string>> = {
  1: 'NFS3ERR_PERM: not the owner',
  2: 'NFS3ERR_NOENT: no such file',
  5: 'NFS3ERR_IO: the disk failed',
  6: 'NFS3ERR_NXIO: no such device',
  13: 'NFS3ERR_ACCES: permission denied',
  17: 'NFS3ERR_EXIST: the file is there already',
  18: 'NFS3ERR_XDEV: across file systems',
  19: 'NFS3ERR_NODEV: no such device',
  20: 'NFS3ERR_NOTDIR: not a directory',
  21: 'NFS3ERR_ISDIR: a directory',
  22: 'NFS3ERR_INVAL: invalid argument',
  27: 'NFS3ERR_FBIG: the file is too large',
  28: 'NFS3ERR_NOSPC: no space left on the server',
  30: 'NFS3ERR_ROFS: the export is read-only',
  31: 'NFS3ERR_MLINK: too many links',
  63: 'NFS3ERR_NAMETOOLONG: the name is too long',
  66: 'NFS3ERR_NOTEMPTY: the directory is not empty',
  69: 'NFS3ERR_DQUOT: over quota',
  70: 'NFS3ERR_STALE: the server does not know the handle (do mount and nfs reach the same realserver?)',
  71: 'NFS3ERR_REMOTE: too many levels of remote',
  10001: 'NFS3ERR_BADHANDLE: not a handle of this server (do mount and nfs reach the same realserver?)',
  10002: 'NFS3ERR_NOT_SYNC: the file has changed meanwhile',
  10003: 'NFS3ERR_BAD_COOKIE: stale cookie',
  10004: 'NFS3ERR_NOTSUPP: not supported',
  10005: 'NFS3ERR_TOOSMALL: too small',
  10006: 'NFS3ERR_SERVERFAULT: the server has failed in itself',
  10007: 'NFS3ERR_BADTYPE: type not supported',
  10008: 'NFS3ERR_JUKEBOX: the server wants to be asked later',
};

const MOUNT_STATUS: Readonly<Record<number, string>> = {
  1: 'MNT3ERR_PERM: not the owner',
  2: 'MNT3ERR_NOENT: no such export',
  5: 'MNT3ERR_IO: the disk failed',
  13: 'MNT3ERR_ACCES: permission denied, or no such export',
  20: 'MNT3ERR_NOTDIR: not a directory',
  22: 'MNT3ERR_INVAL: invalid argument',
  63: 'MNT3ERR_NAMETOOLONG: the name is too long',
  10004: 'MNT3ERR_NOTSUPP: not supported',
  10006: 'MNT3ERR_SERVERFAULT: the server has failed in itself',
};

/** @param procedure such as READ */
export function nfsFailure(procedure: string, status: number): TransferFailure {
  return new TransferFailure(`${procedure}: ${NFS_STATUS[status] ?? `status ${status}`}`);
}

export function mountFailure(status: number): TransferFailure {
  return new TransferFailure(`mount: ${MOUNT_STATUS[status] ?? `status ${status}`}`);
}
