// Section 1.4: the MTU again, of lo. A host's netpipe to itself has neither link nor second host, so that what collapses between
// two hosts and not here is not the protocol.

import { type Observations, type Quantity, ratio, report, state } from '../../analysis/mod.ts';
import { setLoopback } from '../../lab/mod.ts';
import { LOOPBACK } from '../../model/mod.ts';
import { openNetpipe } from '../netpipe-between.ts';
import { planSystem } from '../systems.ts';
import type { Experiment } from './experiment.ts';
import { endOverPeak, rateRatio } from './quantities.ts';
import { netpipeStops } from './stops.ts';

/** The paper's; each on a machine of its own, so that all are there at the same time. */
const MACHINES = [
  { machine: 'client', mtu: 1500 },
  { machine: 'director', mtu: 750 },
  { machine: 'realserver1', mtu: 400 },
  { machine: 'realserver2', mtu: 200 },
] as const;
const MTUS = MACHINES.map(({ mtu }) => mtu);
const cellOf = (mtu: number) => `lo, MTU ${mtu}`;

/** To 1 MB: blocks that outgrow the CPU's cache fall for another reason. */
const QUICK_SIZES = [64, 512, 2048, 8192, 32_768, 131_072, 262_144, 524_288, 1_048_576];
const FULL_SIZES = Array.from({ length: 15 }, (_, index) => 2 ** (index + 6));
/** As between two hosts, C11. */
const NO_COLLAPSE = 0.7;
const CPU = 0;
/** Several of the largest blocks. */
const VISIT_SECONDS = 0.04;

function poles(seen: Observations, from: number, to: number): Quantity {
  return ratio(seen.line({ cell: cellOf(from) }).poleBytes, seen.line({ cell: cellOf(to) }).poleBytes);
}

export const mtuLoopback: Experiment = {
  id: 'mtu-loopback',
  section: '1.4',
  title: 'The MTU of a host to itself',
  method:
    'Four machines send to themselves by netpipe, each with another MTU of lo, without offloads, one after the other on one CPU.',
  claims: [
    {
      id: 'C12',
      section: '1.4',
      says: 'Of a host to itself a smaller MTU lowers pole and throughput, and no large block collapses.',
      paper: 'normal at all MTUs',
      criterion:
        'pole and r∞ lower from MTU to MTU; throughput of the largest block over the best at least 0.7 with each MTU',
      remark:
        'Less than 0.7 is what counts as a collapse between two hosts. A block of 1 MB outgrows a CPU’s own cache and is a tenth slower for ' +
        'that, so that 0.9 would decide nothing.',
      judge: (seen) => [
        ...MTUS.map((mtu) => state(`largest / best, MTU ${mtu}`, endOverPeak(seen, cellOf(mtu)), { min: NO_COLLAPSE })),
        ...MTUS.slice(1).flatMap((to, index) => {
          const from = MTUS[index] ?? to;
          return [
            state(`pole, MTU ${from} / ${to}`, poles(seen, from, to), { min: 1 }),
            state(`r∞, MTU ${from} / ${to}`, rateRatio(seen, cellOf(from), cellOf(to)), { min: 1 }),
          ];
        }),
        ...MTUS.map((mtu) => report(`pole, MTU ${mtu}`, seen.line({ cell: cellOf(mtu) }).poleBytes, 'B')),
      ],
    },
  ],
  figures: [
    {
      title: 'Throughput by MTU of lo.',
      caption: 'Against block size, both logarithmic.',
      kind: 'throughput',
      cells: MTUS.map(cellOf),
    },
  ],
  measure: async (bench) => {
    const testbed = await bench.stand(planSystem(bench.cluster('vs-dr'), 'direct'));
    const sizes = bench.choose(QUICK_SIZES, FULL_SIZES);
    const stops = await Promise.all(
      MACHINES.map(async ({ machine, mtu }) => {
        await setLoopback(testbed.lab.plan, machine, { mtu, offload: false });
        const cpus = { from: CPU, to: CPU };
        const pair = await openNetpipe(testbed.lab, { from: machine, to: machine, address: LOOPBACK, cpus });
        return netpipeStops(cellOf(mtu), testbed, sizes, { pair, seconds: VISIT_SECONDS });
      }),
    );
    await bench.goRound(bench.choose(10, 16), stops.flat());
  },
};
