// The services that realservers of a lab can run, and at which ports: IANA's, and NetPIPE's own.

import { MOUNT_PORT } from '../measure/mod.ts';
import type { TransportProtocol, WindowTransferName } from '../model/mod.ts';
import { findProgram, hasProgram } from '../system/mod.ts';

/** The port of the paper's sanity check: telnet, here a service that names its host. */
export const LINE_PORT = 23;
/** NetPIPE's. */
export const NETPIPE_PORT = 5002;

/** Of the services that labs can run. */
export type ServedProtocol = Exclude<TransportProtocol, 'sctp'>;

export interface LabService {
  /** Of `lvskit serve`, which is given the port. */
  readonly name: string;
  readonly protocol: ServedProtocol;
  readonly port: number;
  /** Of the process that serves this port too, where that is another one. */
  readonly mainPort?: number;
  /** Without all of them the port is an ordinary one. */
  readonly programs?: readonly string[];
  /** Lets only those in that it has been told of by --allow. */
  readonly isTrusting?: boolean;
  /** Further words of `lvskit serve`. */
  readonly words?: readonly string[];
  /** In a lab of one's own `lvskit serve lab` listens for it, and starts it when somebody comes. */
  readonly isStartedOnDemand?: true;
}

/** One process on each realserver serves all of its ports: NFS's own and MOUNT's, on UDP and TCP. */
const NFS_PORT = 2049;
const NFS_SERVICES: readonly LabService[] = [NFS_PORT, MOUNT_PORT].flatMap((port) =>
  (['udp', 'tcp'] as const).map(
    (protocol): LabService => ({
      name: 'nfs',
      protocol,
      port,
      mainPort: NFS_PORT,
      programs: ['ganesha.nfsd', 'rpcbind'],
    }),
  ),
);

const LAB_SERVICES: readonly LabService[] = [
  { name: 'netpipe', protocol: 'tcp', port: NETPIPE_PORT, isStartedOnDemand: true },
  { name: 'ftp', protocol: 'tcp', port: 21, programs: ['vsftpd'] },
  { name: 'http', protocol: 'tcp', port: 80, programs: ['nginx'] },
  { name: 'rsh', protocol: 'tcp', port: 514, programs: ['inetd', 'in.rshd'], isTrusting: true },
  { name: 'lpd', protocol: 'tcp', port: 515, programs: ['lpd'], isTrusting: true },
  ...NFS_SERVICES,
];

const SERVED_BY: Readonly<Record<WindowTransferName, string>> = {
  http: 'http',
  'http-new': 'http',
  ftp: 'ftp',
  'ftp-put': 'ftp',
  rsh: 'rsh',
  lpd: 'lpd',
  nfs: 'nfs',
  'nfs-write': 'nfs',
  netpipe: 'netpipe',
  'netpipe-stream': 'netpipe',
};

/** rsh whose inetd starts so many rshds a minute, and at the next connection stops for ten minutes. */
export function rshWithLimit(perMinute: number): readonly LabService[] {
  return servicesFor(['rsh']).map((service) => ({ ...service, words: ['--per-minute', String(perMinute)] }));
}

/** Where {@link httpFromDisk} has the paper's files: elsewhere they are in memory for good. */
export const HTTP_DISK_FOLDER = '/var/lib/lvskit/http';

/** http whose files lie on a disk, and are in memory only while the page cache has them. */
export function httpFromDisk(): readonly LabService[] {
  return servicesFor(['http']).map((service) => ({ ...service, words: ['--folder', HTTP_DISK_FOLDER] }));
}

/** What a lab runs at a port, if this machine has its daemon. */
export function serviceAt(protocol: TransportProtocol, port: number): LabService | undefined {
  const service = LAB_SERVICES.find((each) => each.protocol === protocol && each.port === port);
  return service?.programs?.every(hasProgram) === false ? undefined : service;
}

/** All ports that transfers need, each once. */
export function servicesFor(transfers: readonly WindowTransferName[]): readonly LabService[] {
  const names = new Set(transfers.map((transfer) => SERVED_BY[transfer]));
  return LAB_SERVICES.filter(({ name }) => names.has(name));
}

/** Throws COMMAND_NOT_FOUND when this machine lacks a daemon of one of them. */
export function requirePrograms(services: readonly LabService[]): void {
  for (const { programs = [] } of services) programs.forEach(findProgram);
}
