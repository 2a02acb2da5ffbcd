// What became of a packet, compared byte by byte.

import assert from 'node:assert/strict';
import { answerOn, frameOn, NIC_NAMES, type NicName, sentFrom } from './namespace.ts';
import {
  buildIcmpPacket,
  buildPacket,
  ETHERNET_BYTES,
  ETHERTYPE,
  type IcmpError,
  type PacketSpec,
} from './packet-builder.ts';
import { type Outcome, VERDICT } from './prog-test-run.ts';

/** Sixteen bytes a line, so that a difference shows where it is. */
function dump(frame: Uint8Array): string {
  return Buffer.from(frame)
    .toString('hex')
    .replace(/(.{32})/g, '$1\n');
}

function assertOutcome(outcome: Outcome, verdict: number, frame: Uint8Array): void {
  assert.equal(outcome.verdict, verdict, 'verdict');
  assert.equal(dump(outcome.frame), dump(frame));
}

/** It was left to the stack as it came. */
export function assertPassed(outcome: Outcome, frame: Uint8Array): void {
  assertOutcome(outcome, VERDICT.pass, frame);
}

export function assertDropped(outcome: Outcome): void {
  assert.equal(outcome.verdict, VERDICT.drop);
}

/**
 * It was sent on as `packet`: in the frame in which it came, to which the neighbour layer gives its new addresses
 * later, or, when the connection knows them already, in its new frame out of either NIC.
 */
export function assertForwarded(
  outcome: Outcome,
  packet: PacketSpec | Uint8Array,
  arrivedOn: NicName = 'client',
): void {
  const frames = [
    frameOn(arrivedOn, packet),
    // The neighbour layer writes the type, too, of a tunnel's packet that is of another family than the one inside.
    ...Object.values(ETHERTYPE).map((type) => frameOn(arrivedOn, packet, type)),
    ...NIC_NAMES.map((nic) => sentFrom(nic, packet)),
  ];
  const expected = frames.find((frame) => Buffer.compare(frame, outcome.frame) === 0) ?? frames[0];
  assertOutcome(outcome, VERDICT.redirect, expected as Uint8Array);
}

/** As much of a packet as an ICMP error may quote (RFC 1812 section 4.3.2.3, RFC 4443 section 2.4). */
export function quotedOf(packet: PacketSpec | Uint8Array): Uint8Array {
  const bytes = packet instanceof Uint8Array ? packet : buildPacket(packet);
  return bytes.subarray(0, (bytes[0] ?? 0) >> 4 === 6 ? 1280 - 48 : 576 - 28);
}

/** An ICMP error of the director's own: with the ID that it has chosen, which is not zero, and the packet's TOS. */
export function buildAnswer(
  ends: { readonly source: string; readonly destination: string },
  error: IcmpError,
  { frame }: Outcome,
): Uint8Array {
  if (ends.source.includes(':')) return buildIcmpPacket({ ...ends, ttl: 64 }, error);
  const id = Buffer.from(frame).readUInt16BE(ETHERNET_BYTES + 4) || 1;
  const tos = 0xc0 | ((error.quoted[1] ?? 0) & 0x1e);
  return buildIcmpPacket({ ...ends, tos, ttl: 64, id, dontFragment: false }, error);
}

/** It was answered, on the NIC on which it came, with an ICMP error that says so and quotes it. */
export function assertAnswered(
  outcome: Outcome,
  ends: { readonly source: string; readonly destination: string },
  error: IcmpError,
  arrivedOn: NicName = 'client',
): void {
  assertOutcome(outcome, VERDICT.redirect, answerOn(arrivedOn, buildAnswer(ends, error, outcome)));
}
