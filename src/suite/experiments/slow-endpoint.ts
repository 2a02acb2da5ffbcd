// Section 1.3: what a link between two hosts carries when one of them is slow. Slow machines are made by giving them a share of a
// CPU; all of them get one, so that a fast one is no faster than the machine can always be.

import { combine, type Observations, type Quantity, ratio, report, state } from '../../analysis/mod.ts';
import { limitCpu, setLoopback } from '../../lab/mod.ts';
import { LOOPBACK } from '../../model/mod.ts';
import { openNetpipe } from '../netpipe-between.ts';
import { planSystem } from '../systems.ts';
import type { Testbed } from '../testbed.ts';
import type { Stop } from './bench.ts';
import type { Experiment } from './experiment.ts';
import { throughputMbps, throughputRatio } from './quantities.ts';
import { netpipeStops } from './stops.ts';

/** As the paper's 133 and 75 MHz. */
const FAST_SHARE = 0.4;
const SLOW_SHARE = (FAST_SHARE * 75) / 133;

const SLOW_LINK = 'fast and slow';
const FAST_LINK = 'fast and fast';
const SLOW_SELF = 'slow to itself';
const FAST_SELF = 'fast to itself';
const STREAM = 'stream';
const TURNS = 'netpipe';

const BYTES = 1_048_576;
/** Dozens of the periods in which a share is counted out. */
const VISIT_SECONDS = 0.2;
/** A machine each. */
const CPUS = { client: 0, realserver: 1 };

/** How much of its share of a CPU a machine has used. */
function shareUsed(seen: Observations, cell: string, machine: string, share: number): Quantity {
  const used = seen.total({ cell, measure: STREAM, value: `cpuNs ${machine}` });
  return ratio(
    used,
    combine((ns) => share * ns, seen.total({ cell, measure: STREAM, value: 'wallNs' })),
  );
}

/** Says also how long the visit has taken in all: the CPU time is that of its warm-up, too. */
function timingVisit(stop: Stop): Stop {
  return {
    ...stop,
    visit: async () => {
      const beganMs = performance.now();
      const visit = await stop.visit();
      return { ...visit, values: { ...visit.values, wallNs: (performance.now() - beganMs) * 1e6 } };
    },
  };
}

/** Netpipe of a machine to itself. Packets are those of an Ethernet, as on the links. */
async function selfStops(cell: string, testbed: Testbed, machine: string, cpu: number): Promise<readonly Stop[]> {
  await setLoopback(testbed.lab.plan, machine, { mtu: 1500, offload: false });
  const cpus = { from: cpu, to: cpu };
  const pair = await openNetpipe(testbed.lab, { from: machine, to: machine, address: LOOPBACK, cpus });
  return netpipeStops(cell, testbed, [BYTES], { pair, mode: 'stream', seconds: VISIT_SECONDS, measure: STREAM });
}

/** The realserver sends, as it would a file; and both take turns, as netpipe does. */
async function linkStops(cell: string, testbed: Testbed): Promise<readonly Stop[]> {
  await testbed.connectNetpipe();
  const options = { pair: testbed.netpipe, seconds: VISIT_SECONDS };
  const sending = { ...options, mode: 'stream', reverse: true, measure: STREAM, cpu: true } as const;
  return [
    ...(await netpipeStops(cell, testbed, [BYTES], sending)),
    ...(await netpipeStops(cell, testbed, [BYTES], { ...options, measure: TURNS, time: 'mean' })),
  ];
}

export const slowEndpoint: Experiment = {
  id: 'slow-endpoint',
  section: '1.3',
  title: 'A link with a slow host',
  method:
    'Two links without a rate of their own: on both is a client with 0.4 of a CPU, on one a realserver with as much, on the other one ' +
    'with 0.56 of that. The realserver sends blocks of 1 MB, without offloads; and the client and the slow realserver each send to ' +
    'themselves, over lo with an MTU of 1500 and without offloads.',
  claims: [
    {
      id: 'C05',
      section: '1.3',
      says: 'A link between a fast and a slow host is limited by the slow host, which is hardly faster to itself.',
      paper: '45 of 100 Mbit/s; the slow host to itself 60',
      criterion:
        'throughput of the link at most 1.1 of the slow host to itself; the slow end uses at least 80 % of its CPU',
      remark:
        'lo has an MTU of 64 kB and offloads by itself, and would be faster for that alone. The kernel of one machine charges a packet’s way ' +
        'up to the receiver’s socket to the sender, so it is the slow one that sends.',
      judge: (seen) => [
        state('throughput, link / slow to itself', throughputRatio(seen, SLOW_LINK, SLOW_SELF, BYTES, STREAM), {
          max: 1.1,
        }),
        state('share of its CPU that the slow end uses', shareUsed(seen, SLOW_LINK, 'realserver1', SLOW_SHARE), {
          min: 0.8,
        }),
        report('share of its CPU that the fast end uses', shareUsed(seen, SLOW_LINK, 'client', FAST_SHARE)),
        ...[SLOW_LINK, SLOW_SELF, FAST_SELF].map((cell) =>
          report(`throughput, ${cell}`, throughputMbps(seen, cell, BYTES, STREAM), 'Mbit/s'),
        ),
      ],
    },
    {
      id: 'C08',
      section: '1.3.2',
      says: 'The CPU sets the rate: with two fast hosts it is higher in proportion to the slower one’s clock.',
      paper: '75 Mbit/s with 133 MHz at both ends, 45 with 75 MHz at one: 1.67, of the clocks 1.77',
      criterion: 'throughput, fast and fast / fast and slow: 1.3 to 2.2',
      remark:
        'The share is counted out in periods of 2.5 and 4.4 ms, as short as the kernel allows; blocks that go to and fro wait for both ends ' +
        'in turn, so that the slow one has only a part of their time.',
      judge: (seen) => [
        state('throughput, fast and fast / fast and slow', throughputRatio(seen, FAST_LINK, SLOW_LINK, BYTES, STREAM), {
          min: 1.3,
          max: 2.2,
        }),
        report('the same, blocks to and fro', throughputRatio(seen, FAST_LINK, SLOW_LINK, BYTES, TURNS)),
        report('throughput, fast and fast', throughputMbps(seen, FAST_LINK, BYTES, STREAM), 'Mbit/s'),
      ],
    },
  ],
  measure: async (bench) => {
    const plan = planSystem(bench.cluster('vs-dr'), 'direct');
    const [fast, slow] = await Promise.all([0, 1].map(() => bench.stand(plan, { offload: false, cpus: CPUS })));
    if (fast === undefined || slow === undefined) return;
    const stops = [
      ...(await linkStops(FAST_LINK, fast)),
      ...(await linkStops(SLOW_LINK, slow)),
      ...(await selfStops(SLOW_SELF, slow, 'realserver1', CPUS.realserver)),
      ...(await selfStops(FAST_SELF, slow, 'client', CPUS.client)),
    ];
    for (const { lab } of [fast, slow]) limitCpu(lab.plan, 'client', FAST_SHARE);
    limitCpu(fast.lab.plan, 'realserver1', FAST_SHARE);
    limitCpu(slow.lab.plan, 'realserver1', SLOW_SHARE);
    await bench.goRound(bench.choose(12, 24), stops.map(timingVisit));
  },
};
