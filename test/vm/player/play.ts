// Plays a scenario to a director on a stage and writes down all that can be seen: what commands print, and every packet
// that leaves the director, by wire and by the host that it is sent to.

import { setTimeout } from 'node:timers/promises';
import { formatAddress } from '../packets/address.ts';
import { describePacket, fragmentOffset } from '../packets/describe.ts';
import { hostOfAddress, nameOfMac, type Wire, withAddresses } from '../packets/hosts.ts';
import { putTogether } from '../packets/receive.ts';
import type { Scenario, Step } from '../scenarios/scenario.ts';
import type { Director } from './directors.ts';
import { runInside, type Stage } from './stage.ts';
import type { Arrival } from './wire-end.ts';

/** A director in the middle of a scenario. */
export interface Performance {
  readonly director: Director;
  readonly stage: Stage;
  readonly lines: string[];
  readonly lastArrived: Map<Wire, Uint8Array>;
}

export function beginPerformance(director: Director, stage: Stage, scenario: Scenario): Performance {
  stage.setMtu(scenario.mtu ?? {});
  return { director, stage, lines: [], lastArrived: new Map() };
}

export async function playStep(performance: Performance, step: Step): Promise<void> {
  const { lines, stage } = performance;
  switch (step.kind) {
    case 'ipvsadm':
      return await playCommand(performance, withAddresses(step.words), withAddresses(step.input ?? ''));
    case 'run':
      lines.push(`# ${step.command}`, ...linesOf(runInside(stage.path, withAddresses(step.command))));
      return;
    case 'set':
      lines.push(`# ${step.setting}`);
      return await performance.director.set(stage.path, step.setting);
    case 'send':
      return exchange(performance, step.packets);
    case 'answer': {
      const arrived = performance.lastArrived.get(step.side);
      if (arrived === undefined) {
        lines.push(`nothing has come to side ${step.side} that could be answered with ${step.what}`);
        return;
      }
      return exchange(performance, step.make(arrived));
    }
    case 'wait':
      lines.push(`wait ${step.seconds} s`);
      await setTimeout(step.seconds * 1000);
      collect(performance, undefined);
  }
}

async function playCommand({ director, stage, lines }: Performance, words: string, input: string): Promise<void> {
  lines.push(`$ ipvsadm ${words}`, ...linesOf(input).map((line) => `< ${line}`));
  const { status, output, said } = await director.ipvsadm(stage.path, words.split(' '), input);
  // The order of the kernel's connections is that of its hash table.
  lines.push(...(words.startsWith('-Lnc') ? sortConnections(linesOf(output)) : linesOf(output)));
  if (status !== 0) lines.push(`status ${status}`);
  if (said !== '') lines.push(...linesOf(said).map((line) => `! ${line}`));
}

/** By protocol and ends: states and times are what may differ. */
function sortConnections(lines: readonly string[]): string[] {
  const [first = '', second = '', ...connections] = lines;
  const keyOf = (line: string) => line.replace(/ +\d+:\d\d +\S+ +/, '');
  return [first, second, ...connections.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))];
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

/**
 * Packets of one host: one, or the fragments of one datagram. What can be answered afterwards is what they, and no
 * earlier ones, have brought to the other side.
 */
function exchange(performance: Performance, packets: readonly Uint8Array[]): void {
  const { lines, stage, lastArrived } = performance;
  const host = hostOfAddress(sourceOf(packets[0] as Uint8Array));
  const otherSide = host.wire === 'A' ? 'B' : 'A';
  lastArrived.delete(otherSide);
  for (const packet of packets) {
    lines.push(`${host.name} sends ${describePacket(packet)}`);
    stage.wires[host.wire].send(host.mac, packet);
  }
  collect(performance, otherSide);
}

function sourceOf(packet: Uint8Array): string {
  return formatAddress((packet[0] ?? 0) >> 4 === 6 ? packet.subarray(8, 24) : packet.subarray(12, 16));
}

/**
 * Fragments are written down in the order of their places: a datagram's may go any way and at any time. What they are
 * together is written down, too.
 */
function collect({ stage, lines, lastArrived }: Performance, answering: Wire | undefined): void {
  for (const wire of ['A', 'B'] as const) {
    const arrivals = stage.wires[wire].receive();
    for (const { destinationMac, packet } of arrivals.toSorted(byPlace)) {
      lines.push(`  ${nameOfMac(destinationMac)} gets ${describePacket(packet)}`);
      // Later fragments have no ports, so that they cannot be answered.
      if (wire === answering && fragmentOffset(packet) === 0) lastArrived.set(wire, packet);
    }
    for (const [mac, those] of Map.groupBy(arrivals, ({ destinationMac }) => destinationMac)) {
      const datagrams = putTogether(those.map(({ packet }) => packet));
      lines.push(...datagrams.map((datagram) => `  ${nameOfMac(mac)} puts together ${describePacket(datagram)}`));
    }
  }
}

function byPlace(a: Arrival, b: Arrival): number {
  return fragmentOffset(a.packet) - fragmentOffset(b.packet);
}
