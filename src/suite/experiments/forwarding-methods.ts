// Section 2.1: what a director adds to a path, by plain forwarding and by each of the three methods, on links whose rate is
// the machine's own. Small blocks show the latency, the whole curve the rate.

import { combine, exactly, type Observations, ratio, report, state } from '../../analysis/mod.ts';
import type { SystemName } from '../../model/mod.ts';
import { planSystem } from '../systems.ts';
import type { Experiment } from './experiment.ts';
import { proofObservation } from './proof-observation.ts';
import { rateRatio, SMALL_BYTES, throughputMbps, throughputRatio, timeRatio, timeUs } from './quantities.ts';
import { netpipeStops } from './stops.ts';

const SYSTEMS: readonly SystemName[] = ['direct', 'forward', 'forward-oneway', 'nat', 'dr', 'tun'];
const DIRECTED: readonly SystemName[] = ['forward', 'forward-oneway', 'nat', 'dr', 'tun'];
const QUICK_SIZES = [1, SMALL_BYTES, 1024, 1448, 8192, 65_536, 262_144, 1_048_576];
const FULL_SIZES = [1, 16, SMALL_BYTES, 256, 1024, 1448, 4096, 16_384, 65_536, 131_072, 262_144, 1_048_576, 4_194_304];
/** What a frame of Ethernet carries of a TCP connection with timestamps. */
const FULL_FRAME = 1448;
const ENDS_MEET = { min: 0.9, max: 1.1 };
/** The paper's own numbers: µs that VS-NAT adds, and bytes of a packet. */
const PAPER = { addedUs: 60, mtu576Bytes: 536, mtu1500Bytes: 1500 };

/** The most that a path carries that spends so long on each packet before it takes the next. */
function capMbps(payloadBytes: number, addedUs: number): number {
  return (payloadBytes * 8) / addedUs;
}

/** The largest difference between two curves, at any size, as a ratio above 1. */
function widestGap(seen: Observations, cell: string, baseline: string) {
  const ratios = seen.sizes({ cell }).map((sizeBytes) => throughputRatio(seen, cell, baseline, sizeBytes));
  return combine((...all) => Math.max(...all.map((one) => Math.max(one, 1 / one))), ...ratios);
}

/** What VS-NAT adds to a full frame, µs. */
function addedByNat(seen: Observations) {
  return combine((nat, direct) => nat - direct, timeUs(seen, 'nat', FULL_FRAME), timeUs(seen, 'direct', FULL_FRAME));
}

export const forwardingMethods: Experiment = {
  id: 'forwarding-methods',
  section: '2.1',
  title: 'What a director adds, method by method',
  method:
    'The same client and realserver are joined directly, by a director that only forwards (replies through it, or straight), ' +
    'and by VS-NAT, VS-DR and VS-TUN. Netpipe goes round all of them, block size after block size, on one CPU, so that no ' +
    'wake-up of another CPU is in the times; links have no rate but the machine’s own.',
  claims: [
    {
      id: 'C69',
      section: 'setup',
      says: 'Connections to the VIP are answered by the realservers in turn, which proves that they go through the LVS.',
      paper: 'hostnames alternate',
      criterion:
        '20 connections each through VS-NAT, VS-DR and VS-TUN alternate strictly, and only the director’s counters move',
      judge: (seen) =>
        ['nat', 'dr', 'tun'].flatMap((cell) => [
          state(
            `strict alternation, ${cell}`,
            exactly(seen.values({ cell, measure: 'proof', value: 'alternates' })[0] ?? 0),
            {
              min: 1,
            },
          ),
          state(`its path alone, ${cell}`, exactly(seen.values({ cell, measure: 'proof', value: 'proven' })[0] ?? 0), {
            min: 1,
          }),
        ]),
    },
    {
      id: 'C03',
      section: '2.0',
      says: 'VS-DR reaches the rate of the network, and adds no latency that can be told from that of the network.',
      paper: 'no difference seen',
      criterion: 'against forwarding the same way: latency at most 1.10, r∞ at least 0.90',
      remark: 'Bounded on one side: a director that is faster than plain forwarding holds the claim.',
      judge: (seen) => [
        state('time of 64 B, VS-DR / forwarding', timeRatio(seen, 'dr', 'forward-oneway'), { max: 1.1 }),
        state('r∞, VS-DR / forwarding', rateRatio(seen, 'dr', 'forward-oneway'), { min: 0.9 }),
      ],
    },
    {
      id: 'C18',
      section: '2.1',
      says: 'Forwarding is slower than the direct path at low load.',
      paper: '20 % slower',
      criterion: 'time of 64 B, forwarding / direct: 1.05 to 1.5',
      judge: (seen) => [
        state('time of 64 B, forwarding / direct', timeRatio(seen, 'forward', 'direct'), { min: 1.05, max: 1.5 }),
      ],
    },
    {
      id: 'C20',
      section: '2.1',
      says: 'The curve of an LVS by VS-DR is that of plain forwarding.',
      paper: 'same signature',
      criterion: 'latency and r∞ within 10 % of forwarding the same way, no size further apart than 25 %',
      remark: 'The largest of a dozen noisy ratios is above each of them, so the widest gap gets 25 % instead of 15 %.',
      judge: (seen) => [
        state('time of 64 B, VS-DR / forwarding', timeRatio(seen, 'dr', 'forward-oneway'), ENDS_MEET),
        state('r∞, VS-DR / forwarding', rateRatio(seen, 'dr', 'forward-oneway'), ENDS_MEET),
        state('widest gap of the curves', widestGap(seen, 'dr', 'forward-oneway'), { max: 1.25 }),
      ],
    },
    {
      id: 'C21',
      section: '2.1',
      says: 'VS-TUN, VS-DR and forwarding are alike.',
      paper: 'no difference seen',
      criterion: 'latency and r∞ of each pair within 10 %',
      remark: 'A tunnel’s header takes 20 of the MTU’s 1500 bytes.',
      judge: (seen) => [
        state('time of 64 B, VS-TUN / VS-DR', timeRatio(seen, 'tun', 'dr'), ENDS_MEET),
        state('time of 64 B, VS-TUN / forwarding', timeRatio(seen, 'tun', 'forward-oneway'), ENDS_MEET),
        state('r∞, VS-TUN / VS-DR', rateRatio(seen, 'tun', 'dr'), ENDS_MEET),
        state('r∞, VS-TUN / forwarding', rateRatio(seen, 'tun', 'forward-oneway'), ENDS_MEET),
      ],
    },
    {
      id: 'C22',
      section: '2.1',
      says: 'The direct path has the lowest latency.',
      paper: 'direct is lowest',
      criterion: 'time of 64 B by each of the others is above that of the direct path',
      judge: (seen) =>
        DIRECTED.map((cell) => state(`time of 64 B, ${cell} / direct`, timeRatio(seen, cell, 'direct'), { min: 1 })),
    },
    {
      id: 'C23',
      section: '2.1',
      says: 'VS-NAT has a higher latency than VS-DR and VS-TUN, and loses throughput of small packets in proportion.',
      paper: '15 % more latency',
      criterion: 'time of 64 B, VS-NAT / VS-DR: 1.02 to 1.4; throughput of 1 kB falls by the same factor, within 5 %',
      remark: 'Rewriting a header takes nanoseconds now; what is left is the second pass through the director.',
      judge: (seen) => {
        const latency = timeRatio(seen, 'nat', 'dr');
        const throughput = throughputRatio(seen, 'nat', 'dr', 1024);
        return [
          state('time of 64 B, VS-NAT / VS-DR', latency, { min: 1.02, max: 1.4 }),
          state(
            'the same times throughput of 1 kB, VS-NAT / VS-DR',
            combine((l, r) => l * r, latency, throughput),
            {
              min: 0.95,
              max: 1.05,
            },
          ),
        ];
      },
    },
    {
      id: 'C26',
      section: '2.1',
      says: 'What VS-NAT adds to each packet caps the throughput: payload over added time, for one packet after the other.',
      paper: '60 µs: 72 Mbit/s at MTU 576, 200 at 1500',
      criterion: 'the arithmetic repeats; one full frame at a time stays below 1.1 of the cap made of our added time',
      remark: 'Latency is not service time: a pipelined flow may go above the cap, and does.',
      judge: (seen) => {
        const cap = combine((us) => capMbps(FULL_FRAME, us), addedByNat(seen));
        const single = throughputMbps(seen, 'nat', FULL_FRAME);
        const pipelined = throughputMbps(seen, 'nat', 1_048_576);
        return [
          state(
            'the paper’s cap at MTU 576',
            exactly(capMbps(PAPER.mtu576Bytes, PAPER.addedUs)),
            { min: 71, max: 73 },
            'Mbit/s',
          ),
          state(
            'and at MTU 1500',
            exactly(capMbps(PAPER.mtu1500Bytes, PAPER.addedUs)),
            { min: 199, max: 201 },
            'Mbit/s',
          ),
          report('added by VS-NAT to a full frame', addedByNat(seen), 'µs'),
          state('one frame at a time / cap', ratio(single, cap), { max: 1.1 }),
          report('blocks of 1 MB, pipelined / cap', ratio(pipelined, cap)),
        ];
      },
    },
    {
      id: 'C29',
      section: '2.1',
      says: 'The hardware limits the throughput, not VS-NAT.',
      paper: '50 Mbit/s with and without',
      criterion: 'r∞, VS-NAT / direct: at least 0.8',
      judge: (seen) => [state('r∞, VS-NAT / direct', rateRatio(seen, 'nat', 'direct'), { min: 0.8 })],
    },
  ],
  figures: [
    {
      title: 'Throughput.',
      caption: 'Against block size, both logarithmic.',
      kind: 'throughput',
      cells: SYSTEMS,
    },
    {
      title: 'Time over that of the direct path.',
      caption: 'Medians of the ratios of visits that were made side by side.',
      kind: { over: 'direct' },
      cells: DIRECTED,
    },
  ],
  measure: async (bench) => {
    const cluster = bench.cluster('vs-dr');
    const testbeds = await Promise.all(SYSTEMS.map((system) => bench.stand(planSystem(cluster, system))));
    for (const testbed of testbeds) bench.record(await proofObservation(testbed));
    const sizes = bench.choose(QUICK_SIZES, FULL_SIZES);
    const stops = await Promise.all(testbeds.map((testbed) => netpipeStops(testbed.plan.system, testbed, sizes)));
    await bench.goRound(bench.choose(12, 18), stops.flat());
  },
};
