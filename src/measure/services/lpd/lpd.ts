// BSD lpd as a service of a measurement (Debian's package lpr): one printer, `null` on /dev/null, as the paper had it, and
// a spool of its own.

import type { Ipv4 } from '../../../model/mod.ts';
import { findProgram, type SocketAddress } from '../../../system/mod.ts';
import { LP, lines, PRIVATE_ROOT, prepareInPrivateRoot } from '../private-root.ts';

export interface LpdOptions extends SocketAddress {
  /** For its files and the spool. */
  readonly folder: string;
  /** May print. */
  readonly clients: readonly Ipv4[];
}

export const PRINTER = 'null';
const SPOOL = `spool/${PRINTER}`;

/** The most that lpd takes; with its usual 32, one more client makes it sleep for 10 s. */
const CONNECTIONS = 1024;

/** Without a limit of size (mx), without banner pages (sh). */
const PRINTCAP = `${PRINTER}:\\
	:lp=/dev/null:\\
	:sd=${PRIVATE_ROOT}/${SPOOL}:\\
	:lf=${PRIVATE_ROOT}/log:\\
	:mx#0:\\
	:sh:
`;

/**
 * Writes the configuration, and returns the command that this process is to become: a shell that ends with lpd, and lpd
 * with it. Several can share the folder. Throws COMMAND_NOT_FOUND.
 */
export function prepareLpd({ address, port, clients, folder }: LpdOptions): readonly string[] {
  const lpd = findProgram('lpd');
  const etc = { printcap: PRINTCAP, 'hosts.lpd': lines(clients) };
  const root = { folder, accounts: [LP], clients, etc, directories: { [SPOOL]: LP }, hasOwnDevices: true };
  return prepareInPrivateRoot(root, [
    // lpd puts itself into the background; a pipe that only it and its jobs have open tells when it has ended.
    'mkfifo alive',
    'cat alive &',
    'lives=$!',
    `trap 'kill "$(cat /run/lpd.pid)"; exit 143' HUP INT TERM`,
    ': > log',
    `${lpd} -n ${CONNECTIONS} -b ${address} ${port} 9> alive`,
    'wait $lives',
  ]);
}
