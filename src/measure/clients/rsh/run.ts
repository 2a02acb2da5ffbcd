// A run of copies by rsh. Several at once are processes of their own.

import { PRIVILEGED_PORTS, SourcePorts } from '../../../system/mod.ts';
import type { TransferResult } from '../../transfer-record.ts';
import { runTransfers, tryTransfer } from '../../transfers.ts';
import { copyOnce, type RshOptions } from './copy.ts';
import { InetdLimit } from './inetd-limit.ts';

const ports = new SourcePorts(PRIVILEGED_PORTS);
/** Of each server, for all runs of this process: the minute begins before the run in which inetd stops. */
const limits = new Map<string, InetdLimit>();

function limitOf({ address, port }: RshOptions): InetdLimit {
  const server = `${address}:${port}`;
  const limit = limits.get(server) ?? new InetdLimit();
  limits.set(server, limit);
  return limit;
}

/** Throws TRANSFER_FAILED when the first copy, which is not measured, fails. */
export async function runRsh(options: RshOptions): Promise<TransferResult> {
  const limit = limitOf(options);
  const transfer = () => copyOnce(options, ports, limit);
  await tryTransfer(`rsh://${options.user}@${options.address}:${options.port} (to ${options.to})`, transfer);
  return runTransfers(options, transfer);
}
