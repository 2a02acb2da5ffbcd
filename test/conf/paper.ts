// The paper's hosts file and its eleven conf blocks as data, and the shortest ways to resolve them, changed or not.

import {
  BUILT_IN_SERVICE_PORTS,
  ConfError,
  type Problem,
  parseConf,
  parseHosts,
  resolveCluster,
} from '../../src/conf/mod.ts';
import type { Cluster } from '../../src/model/mod.ts';

export const PAPER_HOSTS = `127.0.0.1      localhost
192.168.1.9    director-inside.mack.net happy director-inside
192.168.1.11   sneezy.mack.net sneezy realserver1
192.168.1.12   bashfull.mack.net bashfull realserver2
192.168.1.110  lvs.mack.net lvs    # VS-DR
192.168.2.110  lvs2.mack.net lvs2  # VS-NAT
192.168.2.1    director.mack.net director director-outside
192.168.2.254  client2.mack.net client2
192.168.1.254  client.mack.net client
`;

/** Key → value, with every service under SERVICE; undefined leaves a key out. */
export interface ConfValues {
  readonly [key: string]: string | readonly string[] | undefined;
}

const TELNET = 't telnet rr realserver1 realserver2 # shows that both realservers are there';
const NETPIPE = 't netpipe rr realserver1 # is measured';

/** The paper's VS-DR with two NICs; its other blocks differ from it in one value or two. */
const VS_DR: ConfValues = {
  LVS_TYPE: 'VS_DR',
  INITIAL_STATE: 'on',
  VIP: 'eth1:110 lvs 255.255.255.255 lvs',
  DIRECTOR_INSIDEIP: 'eth0 director-inside 192.168.1.0 255.255.255.0 192.168.1.255',
  DIRECTOR_DEFAULT_GW: 'client2',
  SERVICE: [TELNET, NETPIPE],
  SERVER_VIP_DEVICE: 'lo:0',
  SERVER_NET_DEVICE: 'eth0',
  SERVER_DEFAULT_GW: 'client',
};

/** What makes VS-NAT of VS-DR. The paper describes this setup and does not print its conf. */
export const VS_NAT: ConfValues = {
  LVS_TYPE: 'VS_NAT',
  VIP: 'eth1:110 lvs2 255.255.255.255 lvs2',
  SERVER_VIP_DEVICE: undefined,
  SERVER_DEFAULT_GW: 'director-inside',
};

export const ONE_NIC: ConfValues = { VIP: 'eth0:110 lvs 255.255.255.255 lvs', DIRECTOR_DEFAULT_GW: 'client' };

/** Title of each of the paper's conf blocks → what it changes of VS_DR. */
export const PAPER_CONFS: ReadonlyMap<string, ConfValues> = new Map<string, ConfValues>([
  ['1.5.4 VS-DR, two NICs', {}],
  ['1.5.4 VS-DR, one NIC', ONE_NIC],
  ['2.1 VS-TUN', { LVS_TYPE: 'VS_TUN', SERVER_VIP_DEVICE: 'tunl0' }],
  ['2.1 martian VS-DR', { SERVER_DEFAULT_GW: 'director-inside' }],
  ['3.3 TP on the realserver', { SERVER_VIP_DEVICE: 'TP' }],
  ['3.4 TP on the director', { VIP: 'TP lvs 255.255.255.255 lvs' }],
  ['3.5 TP on both', { VIP: 'TP lvs 255.255.255.255 lvs', SERVER_VIP_DEVICE: 'TP' }],
  ['4.1 http', { SERVICE: [TELNET, 't http rr realserver1'] }],
  ['5.2 rsh', { SERVICE: [TELNET, 't rsh rr realserver1'] }],
  [
    '5.3 lpd',
    { VIP: 'eth1:110 lvs 255.255.255.255 192.168.1.110', SERVICE: [TELNET, 't lpd rr realserver1 #\tprinting'] },
  ],
  ['nfs', { VIP: 'eth1:110 lvs 255.255.255.255 192.168.1.110', SERVICE: [TELNET, 'u nfs rr realserver1'] }],
]);

/** The text of VS_DR after `changes`: a comment, then a key a line in the paper's order. */
export function confText(changes: ConfValues = {}): string {
  const assignments = Object.entries({ ...VS_DR, ...changes }).flatMap(([key, value]) =>
    (typeof value === 'string' ? [value] : (value ?? [])).map((each) => `${key}=${each}`),
  );
  return ['# lvs_dr.conf', ...assignments, '#---- end ----', ''].join('\n');
}

export function resolveText(conf: string, hosts = PAPER_HOSTS): Cluster {
  return resolveCluster(parseConf(conf, 'vs.conf'), parseHosts(hosts, 'hosts'), BUILT_IN_SERVICE_PORTS);
}

export function resolveChanged(changes: ConfValues = {}, hosts = PAPER_HOSTS): Cluster {
  return resolveText(confText(changes), hosts);
}

/** All problems of a conf text that must have some. */
export function problemsOfText(conf: string, hosts = PAPER_HOSTS): readonly Problem[] {
  try {
    resolveText(conf, hosts);
  } catch (error) {
    if (error instanceof ConfError) return error.problems;
    throw error;
  }
  throw new Error('the conf file resolved and should not have');
}

export function problemsOf(changes: ConfValues, hosts = PAPER_HOSTS): readonly Problem[] {
  return problemsOfText(confText(changes), hosts);
}
