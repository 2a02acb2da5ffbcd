// What became of a packet, compared byte by byte.

import assert from 'node:assert/strict';
import { answerOn, frameOn, type NicName } from './namespace.ts';
import { buildIcmpError, buildIp, type IcmpError, type PacketSpec, PROTOCOL } from './packet-builder.ts';
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

/** It was sent on as `packet`. The neighbour layer, which gives the frame its new addresses, comes later. */
export function assertForwarded(
  outcome: Outcome,
  packet: PacketSpec | Uint8Array,
  arrivedOn: NicName = 'client',
): void {
  assertOutcome(outcome, VERDICT.redirect, frameOn(arrivedOn, packet));
}

/** It was answered, on the NIC on which it came, with an ICMP error that says so and quotes it. */
export function assertAnswered(
  outcome: Outcome,
  ends: { readonly source: string; readonly destination: string },
  error: IcmpError,
  arrivedOn: NicName = 'client',
): void {
  const header = { ...ends, protocol: PROTOCOL.icmp, tos: 0xc0, ttl: 64, id: 0, dontFragment: false };
  assertOutcome(outcome, VERDICT.redirect, answerOn(arrivedOn, buildIp(header, buildIcmpError(error))));
}
