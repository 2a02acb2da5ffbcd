// A run of print jobs. Several print clients at once are processes of their own.

import { PRIVILEGED_PORTS } from '../../../system/mod.ts';
import type { TransferResult } from '../../transfer-record.ts';
import { runTransfers, tryTransfer } from '../../transfers.ts';
import { PrintClient, type PrintOptions } from './print.ts';

export interface LpdRunOptions extends Omit<PrintOptions, 'ports'> {
  /** Whether source ports are those of RFC 1179, or any that is privileged. */
  readonly ports: 'rfc' | 'privileged';
}

/** RFC 1179, 3.1: few for several clients at once on one host. */
const RFC_PORTS = { first: 721, last: 731 };

/** Throws TRANSFER_FAILED when the first job, which is not measured, fails. */
export async function runLpd(options: LpdRunOptions): Promise<TransferResult> {
  const client = new PrintClient({ ...options, ports: options.ports === 'rfc' ? RFC_PORTS : PRIVILEGED_PORTS });
  const transfer = () => client.print();
  await tryTransfer(`lpd://${options.address}:${options.port}/${options.printer}`, transfer);
  return runTransfers(options, transfer);
}
