// BSD's own way to print on a remote printer: lpr gives a file to the lpd of its machine, which sends it on.

import { LP, prepareInPrivateRoot } from '../../../src/measure/services/private-root.ts';
import { quote } from '../../../src/system/mod.ts';

const QUEUE = 'away';

/** The command that prints a file on a printer and ends when the machine's own queue is empty. One at a time. */
export function printByLpr(folder: string, file: string, server: string, printer: string): readonly string[] {
  const etc = {
    printcap: `${QUEUE}:rm=${server}:rp=${printer}:sd=/mnt/spool/${QUEUE}:lf=/mnt/log:mx#0:\n`,
    services: 'printer 515/tcp\n',
  };
  const root = { folder, accounts: [LP], clients: [], etc, directories: { [`spool/${QUEUE}`]: LP } };
  return prepareInPrivateRoot({ ...root, hasOwnDevices: true }, [
    ': > log',
    'lpd -s',
    // It puts itself into the background before it listens: flag 10000 of /proc/net/unix.
    "until grep -q ' 00010000 .*/dev/printer' /proc/net/unix; do sleep 0.05; done",
    `lpr -P ${QUEUE} ${quote([file])}`,
    `while ls spool/${QUEUE}/cf* > /dev/null 2>&1; do sleep 0.05; done`,
    'kill "$(cat run/lpd.pid)"',
  ]);
}
