// A traced packet as a paragraph of text: what came, and below it each decision in the order in which it was made.

import { isMarkKey } from '../director/mod.ts';
import { isIpv6 } from '../model/mod.ts';
import { meaningOfDrop } from '../monitor/mod.ts';
import { remedyOfDrop } from './drop-remedies.ts';
import type { PacketEndpoint, TracedPacket, TracedServer, TracedService } from './packet.ts';
import { reasonOf } from './reason.ts';

/** Lines without the last newline. */
export function formatPacket(packet: TracedPacket): string {
  const decisions = [
    serviceLine(packet),
    connectionLine(packet),
    templateLine(packet),
    schedulerLine(packet),
    ...outcomeLines(packet),
  ];
  return [headLine(packet), ...decisions.filter((line) => line !== undefined).map((line) => `  ${line}`)].join('\n');
}

function formatEndpoint({ address, port }: PacketEndpoint): string {
  if (port === undefined) return address;
  return isIpv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Local time of day with microseconds, as tcpdump has it. */
function formatTime(timeUs: number): string {
  const date = new Date(Math.floor(timeUs / 1000));
  const part = (value: number, digits = 2) => String(value).padStart(digits, '0');
  const seconds = `${part(date.getHours())}:${part(date.getMinutes())}:${part(date.getSeconds())}`;
  return `${seconds}.${part(date.getMilliseconds(), 3)}${part(Math.floor(timeUs % 1000), 3)}`;
}

const PLACES = { ingress: '', egress: ' (going out)' } as const;

function headLine(packet: TracedPacket): string {
  const { source, destination, tcpFlags, icmp, fragment, mark } = packet;
  const words = [
    formatTime(packet.timeUs),
    `${packet.device}${PLACES[packet.place]}`,
    packet.protocol.toUpperCase(),
    `${formatEndpoint(source)} > ${formatEndpoint(destination)}`,
    tcpFlags ?? '',
    icmp === undefined ? '' : `type ${icmp.type} code ${icmp.code}`,
    fragment === undefined ? '' : `${fragment} fragment`,
    mark === 0 ? '' : `mark ${mark}`,
    `${packet.bytes} bytes`,
  ];
  return words.filter((word) => word !== '').join(' ');
}

const FOUND_BY = {
  mark: ' (by its firewall mark)',
  port: ' (by address and port)',
  ftp: ' (as data of FTP)',
  address: ' (by its address, for any port)',
} as const;

function serviceLine({ service, steps }: TracedPacket): string | undefined {
  if (service === undefined) return undefined;
  if (steps.has('FTP_DATA')) return `service ${formatService(service)} (a data connection of FTP that was expected)`;
  return `service ${formatService(service)}${service.foundBy === undefined ? '' : FOUND_BY[service.foundBy]}`;
}

function formatService({ key, scheduler }: TracedService): string {
  if (key === undefined) return 'that has been deleted since';
  const name = isMarkKey(key) ? `firewall mark ${key.mark}` : `${formatEndpoint(key)} ${key.protocol}`;
  return scheduler === undefined ? name : `${name} ${scheduler}`;
}

function connectionLine(packet: TracedPacket): string | undefined {
  const { steps, connection, stateBefore } = packet;
  if (connection === undefined) return undefined;
  const { isReply, client, server, virtual, state } = connection;
  const ends = `${formatEndpoint(client)} > ${formatEndpoint(virtual)}`;
  if (steps.has('ICMP_RELATED')) return `about a packet of the connection ${ends}, ${state}`;
  if (steps.has('ONE_PACKET')) return 'connection: none is kept (one-packet scheduling)';
  if (steps.has('ASKED')) {
    return stateBefore === undefined
      ? `connection: none -> new, ${state}`
      : `connection: ${stateBefore} is over -> new, ${state}`;
  }
  const moved = stateBefore === undefined || stateBefore === state ? state : `${stateBefore} -> ${state}`;
  return isReply
    ? `reply of server ${formatEndpoint(server)} on the connection ${ends}: ${moved}`
    : `connection: ${moved}`;
}

function templateLine({ template, steps }: TracedPacket): string | undefined {
  switch (template) {
    case 'found':
      return 'template: found, which keeps the client at its server';
    case 'none':
      return steps.has('OPENED') ? 'template: none -> new, for this client' : 'template: none';
    case 'failed':
      return 'template: could not be made';
    default:
      return undefined;
  }
}

/** Schedulers that go by the servers' connections. */
const BY_LOAD: readonly string[] = ['lc', 'wlc', 'lblc', 'lblcr', 'sed', 'nq', 'ovf', 'twos'];

function schedulerLine({ service, template, steps, servers, serverCount, connection }: TracedPacket) {
  if (service?.foundBy === undefined || template === 'found' || steps.has('FTP_DATA')) return undefined;
  const all = serverCount === 1 ? '1 server' : `${serverCount} servers`;
  const passedOver = servers.map(formatUnavailable).filter((text) => text !== undefined);
  const rest = passedOver.length === 0 ? '' : `; unavailable: ${passedOver.join(', ')}`;
  const loads = BY_LOAD.includes(service.scheduler ?? '') ? formatLoads(servers) : '';
  if (connection === undefined) return `${service.scheduler} found no server among ${all}${rest}`;
  const chosen = servers.find(({ address, port }) => address === connection.server.address && isPort(port, connection));
  const weight = chosen === undefined ? '' : ` (weight ${chosen.weight})`;
  return `${service.scheduler} chose ${formatEndpoint(connection.server)}${weight} of ${all}${loads}${rest}`;
}

/** A server of port 0 takes packets at the port that they are for. */
function isPort(port: number, { server }: { readonly server: PacketEndpoint }): boolean {
  return port === server.port || port === 0;
}

function formatUnavailable(server: TracedServer): string | undefined {
  if (server.weight === 0) return `${formatEndpoint(server)} (weight 0)`;
  return server.overloaded ? `${formatEndpoint(server)} (at its upper threshold)` : undefined;
}

function formatLoads(servers: readonly TracedServer[]): string {
  const loads = servers
    .filter(({ weight, overloaded }) => weight > 0 && !overloaded)
    .map((server) => `${formatEndpoint(server)} ${server.active}+${server.inactive}/${server.weight}`);
  return loads.length === 0 ? '' : `; active+inactive/weight: ${loads.join(', ')}`;
}

function outcomeLines(packet: TracedPacket): readonly string[] {
  const { verdict, drop } = packet;
  if (drop !== undefined) return dropLines(packet, drop);
  const because = reasonOf(packet)?.text;
  switch (verdict) {
    case 'sent':
      return [sentLine(packet)];
    case 'answered':
      return ['its sender was told by ICMP'];
    case 'passed':
      return [packet.place === 'egress' ? 'sent, as from the virtual address' : `passed to the stack: ${because}`];
    default:
      return [verdict === 'held' ? `held: ${because}` : `dropped: ${because}`];
  }
}

function dropLines({ steps, room }: TracedPacket, drop: string): readonly string[] {
  const told = steps.has('ANSWERED') && drop !== 'TOO_BIG' ? '; its sender was told by ICMP' : '';
  const fitting = room > 0 ? `; at most ${room} bytes fit` : '';
  const remedy = remedyOfDrop(drop);
  const lines = [`dropped: ${drop} (${meaningOfDrop(drop)})${fitting}${told}`];
  return remedy === '' ? lines : [...lines, `what to do: ${remedy}`];
}

function sentLine({ connection, hop, steps }: TracedPacket): string {
  if (steps.has('ICMP_OF_TUNNEL')) return 'sent: the client whose packet was in the tunnel is told by ICMP';
  if (connection === undefined || hop === undefined) return 'sent';
  const { isReply, client, server, method } = connection;
  const by = hop.mac === undefined ? ', whose link address the kernel asks for' : ` at ${hop.mac}`;
  return `sent to ${formatEndpoint(isReply ? client : server)} by ${hop.device} (${method}), next hop ${hop.address}${by}`;
}
