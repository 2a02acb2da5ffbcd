// Names of ports, as services(5) has them. The names that the benchmark's services go by are built in, so that a conf
// file means the same on every machine; /etc/services is asked for the others.

import type { TransportProtocol } from '../model/mod.ts';
import { contentLines } from './words.ts';

/** `telnet/tcp` → 23 */
export type ServicePorts = ReadonlyMap<string, number>;

const BUILT_IN: readonly (readonly [name: string, protocol: TransportProtocol, port: number])[] = [
  ['ftp-data', 'tcp', 20],
  ['ftp', 'tcp', 21],
  ['ssh', 'tcp', 22],
  ['telnet', 'tcp', 23],
  ['smtp', 'tcp', 25],
  ['domain', 'tcp', 53],
  ['domain', 'udp', 53],
  ['http', 'tcp', 80],
  ['sunrpc', 'tcp', 111],
  ['sunrpc', 'udp', 111],
  ['https', 'tcp', 443],
  ['shell', 'tcp', 514],
  ['rsh', 'tcp', 514],
  ['printer', 'tcp', 515],
  ['lpd', 'tcp', 515],
  ['nfs', 'tcp', 2049],
  ['nfs', 'udp', 2049],
  ['netpipe', 'tcp', 5002],
  ['mountd', 'tcp', 20048],
  ['mountd', 'udp', 20048],
];

export const BUILT_IN_SERVICE_PORTS: ServicePorts = new Map(
  BUILT_IN.map(([name, protocol, port]) => [`${name}/${protocol}`, port]),
);

/** The content of /etc/services: `NAME PORT/PROTOCOL ALIAS …` a line. Other lines are passed over; the first of two wins. */
export function parseServicePorts(text: string): ServicePorts {
  const ports = new Map<string, number>();
  for (const { content } of contentLines(text)) {
    const [name, portAndProtocol = '', ...aliases] = content.trim().split(/\s+/);
    const [, port, protocol] = /^([0-9]{1,5})\/(tcp|udp)$/.exec(portAndProtocol) ?? [];
    for (const each of [name, ...aliases]) {
      if (port !== undefined && !ports.has(`${each}/${protocol}`)) ports.set(`${each}/${protocol}`, Number(port));
    }
  }
  return ports;
}

/** The built-in name of a port, the first if it has several: 514 is `shell`. */
export function servicePortName(protocol: TransportProtocol, port: number): string | undefined {
  return BUILT_IN.find((entry) => entry[1] === protocol && entry[2] === port)?.[0];
}
