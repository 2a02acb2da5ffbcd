// What iperf3 reports (`-J`, version 3.1 and later), as the figures that all of its kinds of runs have. Pure.

import { z } from 'zod';
import { ProgramError } from '../errors.ts';

export interface Iperf3Result {
  readonly program: 'iperf3';
  readonly protocol: 'tcp' | 'udp';
  /** At the same time. */
  readonly streams: number;
  /** Which end sent. */
  readonly sender: 'client' | 'server';
  readonly seconds: number;
  /** Received. */
  readonly payloadBytes: number;
  /** Received, 10^6 bits. */
  readonly mbitPerSecond: number;
  /** TCP segments, where the sender's kernel tells. */
  readonly retransmits?: number;
  /** UDP datagrams. */
  readonly packets?: number;
  readonly lostPackets?: number;
  readonly jitterMs?: number;
  /** Share of one CPU that each end used. */
  readonly clientCpuShare: number;
  readonly serverCpuShare: number;
}

const SUM = z.object({ seconds: z.number(), bytes: z.number(), bits_per_second: z.number() });
const REPORT = z.object({
  start: z.object({
    test_start: z.object({ protocol: z.enum(['TCP', 'UDP']), num_streams: z.number(), reverse: z.number().optional() }),
  }),
  end: z.object({
    sum_sent: SUM.extend({ retransmits: z.number().optional() }).optional(),
    sum_received: SUM.optional(),
    sum: SUM.extend({ packets: z.number(), lost_packets: z.number(), jitter_ms: z.number() }).optional(),
    cpu_utilization_percent: z.object({ host_total: z.number(), remote_total: z.number() }),
  }),
});
const REFUSAL = z.object({ error: z.string() });

/** Of a run that ended with `status`. Throws PROGRAM_FAILED with what iperf3 says is wrong. */
export function parseIperf3(text: string, status: number): Iperf3Result {
  const document = parseJson(text);
  const refusal = REFUSAL.safeParse(document);
  if (refusal.success) throw new ProgramError('iperf3', refusal.data.error);
  const report = REPORT.safeParse(document);
  if (!report.success) throw new ProgramError('iperf3', `it ended with status ${status} and no report that is known`);
  const { start, end } = report.data;
  const { protocol, num_streams: streams, reverse } = start.test_start;
  const received = end.sum ?? end.sum_received;
  if (received === undefined) throw new ProgramError('iperf3', 'its report has no sum');
  const lost = end.sum?.lost_packets ?? 0;
  const retransmits = end.sum_sent?.retransmits;
  // Of UDP the sum has what was sent.
  const arrived = end.sum === undefined ? 1 : (end.sum.packets - lost) / Math.max(end.sum.packets, 1);
  return {
    program: 'iperf3',
    protocol: protocol === 'TCP' ? 'tcp' : 'udp',
    streams,
    sender: reverse === 1 ? 'server' : 'client',
    seconds: received.seconds,
    payloadBytes: Math.round(received.bytes * arrived),
    mbitPerSecond: (received.bits_per_second * arrived) / 1e6,
    ...(retransmits === undefined || end.sum !== undefined ? {} : { retransmits }),
    ...(end.sum === undefined ? {} : { packets: end.sum.packets, lostPackets: lost, jitterMs: end.sum.jitter_ms }),
    clientCpuShare: end.cpu_utilization_percent.host_total / 100,
    serverCpuShare: end.cpu_utilization_percent.remote_total / 100,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
