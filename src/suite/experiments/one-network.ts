// Section 1.5.4: an LVS by VS-DR with a NIC each on client and director, all on one network, against one with two NICs
// and two networks. What is looked for are stops every few seconds, so that the visits are longer than elsewhere.

import { exactly, findJaggies, type Observations, type Quantity, report, state } from '../../analysis/mod.ts';
import { planSystem } from '../systems.ts';
import type { Experiment } from './experiment.ts';
import { proofObservation } from './proof-observation.ts';
import { endOverPeak, rateRatio, timeRatio } from './quantities.ts';
import { netpipeStops, STALL_MS } from './stops.ts';

const ONE = 'one network';
const TWO = 'two networks';
const CONFS = { [ONE]: 'vs-dr-1nic', [TWO]: 'vs-dr' } as const;
const QUICK_SIZES = [16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576];
const FULL_SIZES = Array.from({ length: 17 }, (_, index) => 2 ** (index + 4));
const VISIT_SECONDS = 0.05;

/** Visits in which a block there and back took that long. Times are one-way, half of it. */
function stops(seen: Observations, cell: string): Quantity {
  return exactly(seen.of({ cell }).filter(({ values }) => 2 * (values.maxNs ?? 0) >= STALL_MS * 1e6).length);
}

function watchedSeconds(seen: Observations, cell: string): Quantity {
  return exactly(seen.of({ cell }).reduce((sum, { values }) => sum + (values.elapsedNs ?? 0), 0) / 1e9);
}

export const oneNetwork: Experiment = {
  id: 'one-network',
  section: '1.5.4',
  title: 'One network and two',
  method:
    'An LVS by VS-DR stands twice: with one NIC on client and director, where requests, forwarded requests and ' +
    'replies cross one switch, and with two. Netpipe goes round both on one CPU, 50 ms at each size, and every round ' +
    'trip is timed.',
  claims: [
    {
      id: 'C16',
      section: '1.5.4',
      says: 'On one network an LVS has jaggies, stops for seconds and is slower at high load; on two it is smooth.',
      paper: 'stops every few seconds, on one network alone',
      criterion: 'on one network at least one stop of 200 ms, on two none; r∞, one network / two: at most 0.9',
      remark:
        'The paper suspects the TCP of its client. Two things of today could still do it: ICMP redirects, which ' +
        'lvskit switches off on a director, and queues at a shared NIC, which one connection does not fill. So ' +
        'nothing of it is expected.',
      judge: (seen) => [
        state('stops, one network', stops(seen, ONE), { min: 1 }),
        state('stops, two networks', stops(seen, TWO), { max: 0 }),
        state('r∞, one network / two', rateRatio(seen, ONE, TWO), { max: 0.9 }),
        report('time of 64 B, one network / two', timeRatio(seen, ONE, TWO)),
        report('largest / best, one network', endOverPeak(seen, ONE)),
        ...[ONE, TWO].flatMap((cell) => [
          report(`jaggies, ${cell}`, exactly(findJaggies(seen.curve({ cell })).length)),
          report(`watched, ${cell}`, watchedSeconds(seen, cell), 's'),
        ]),
      ],
    },
  ],
  figures: [
    {
      title: 'Throughput.',
      caption: 'Against block size, both logarithmic.',
      kind: 'throughput',
      cells: [ONE, TWO],
    },
  ],
  measure: async (bench) => {
    const sizes = bench.choose(QUICK_SIZES, FULL_SIZES);
    const testbeds = await Promise.all(
      [ONE, TWO].map(async (cell) => ({
        cell,
        testbed: await bench.stand(planSystem(bench.cluster(CONFS[cell as keyof typeof CONFS]), 'dr')),
      })),
    );
    for (const { cell, testbed } of testbeds) bench.record(await proofObservation(testbed, cell));
    const stopsOf = await Promise.all(
      testbeds.map(({ cell, testbed }) => netpipeStops(cell, testbed, sizes, { seconds: VISIT_SECONDS })),
    );
    await bench.goRound(bench.choose(10, 16), stopsOf.flat());
  },
};
