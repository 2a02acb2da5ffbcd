// What each transfer is called in a report, and what its time is.

import type { TransferName } from '../model/mod.ts';

interface TransferFacts {
  readonly label: string;
  /** From what to what its time runs. */
  readonly time: string;
}

const FACTS: Readonly<Record<TransferName, TransferFacts>> = {
  http: { label: 'http', time: 'GET on a connection that is kept, until the last byte' },
  'http-new': { label: 'http, new', time: 'GET on a connection of its own, from its beginning' },
  ftp: { label: 'ftp get', time: 'PASV and RETR, until the server says that all is sent' },
  'ftp-put': { label: 'ftp put', time: 'PASV and STOR, until the server says that it has all' },
  rsh: { label: 'rsh', time: 'cat > /dev/null there, from its connection to its end' },
  lpd: { label: 'lpd', time: 'a print job, from its connection until it is accepted' },
  nfs: { label: 'nfs read', time: 'LOOKUP and READs of 8 kB by UDP, until the last reply' },
  'nfs-write': { label: 'nfs write', time: 'CREATE and WRITEs of 8 kB by UDP, until all is committed' },
};

/** At most 9 letters. */
export function transferLabel(transfer: TransferName): string {
  return FACTS[transfer].label;
}

/** From what to what its time runs. */
export function transferPath(transfer: TransferName): string {
  return FACTS[transfer].time;
}
