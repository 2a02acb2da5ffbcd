// Sections 5.0 and 5.1: traffic the other way round. Most services have small requests and large replies; streaming netpipe has
// large requests and no replies, and tells whether an LVS, and its ends, mind.

import { areNear, exactly, findJaggies, type Observations, ratio, report, state } from '../../analysis/mod.ts';
import { LOOPBACK } from '../../model/mod.ts';
import { openNetpipe } from '../netpipe-between.ts';
import { planSystem } from '../systems.ts';
import type { Bench } from './bench.ts';
import type { Experiment } from './experiment.ts';
import { netpipeStops } from './stops.ts';

const LVS = 'VS-NAT';
const ENDS = ['client', 'realserver1'] as const;
const selfOf = (machine: string) => `${machine} to itself`;
const STREAM = 'netpipe-stream';
const STREAM_BACK = 'netpipe-stream-back';
/** In one packet, and far below the pole, which is at some 50 kB with offloads. */
const BELOW_POLE = 1024;
const LARGE = 1_048_576;
const QUICK_SIZES = [1, 64, BELOW_POLE, 4096, 16_384, 32_768, 65_536, 131_072, 262_144, 524_288, 1_048_576];
const FULL_SIZES = [...QUICK_SIZES, 256, 512, 2048, 8192, 49_152, 98_304, 196_608, 393_216, 2_097_152].sort(
  (a, b) => a - b,
);

/** Bumps of the streaming curve through the LVS that neither end has by itself, within an octave. */
function ownBumps(seen: Observations): number {
  const atEnds = ENDS.flatMap((machine) => findJaggies(seen.curve({ cell: selfOf(machine), measure: STREAM })));
  return findJaggies(seen.curve({ cell: LVS, measure: STREAM })).filter(
    (bump) => !atEnds.some((one) => areNear(one, bump)),
  ).length;
}

export const streaming: Experiment = {
  id: 'streaming',
  section: '5.1',
  title: 'Large requests: streaming netpipe',
  method:
    'Netpipe in turns (two-way), streaming from client to realserver and back, through VS-NAT, where both directions pass the ' +
    'director; the same streaming of each end to itself, over lo. All on one CPU.',
  claims: [
    {
      id: 'C50',
      section: '5.0',
      says: 'A block costs the same whatever its size, below the pole, so large requests with small replies work as well as the reverse.',
      paper: 'one cost below the pole',
      criterion: 'time of 1 kB / time of 1 B at most 1.1; 16 MB sent / 16 MB fetched by ftp: 0.75 to 1.25 of the rate',
      remark:
        'The pole is where a block takes twice L; at a tenth of it the model itself says 1.1, and copying 4 kB is in it.',
      judge: (seen) => [
        state('time, 1 B / 4 kB', seen.medianRatio({ cell: LVS, sizeBytes: 1 }, { cell: LVS, sizeBytes: BELOW_POLE }), {
          min: 0.67,
        }),
        state(
          'throughput of 1 MB, to / from the realserver',
          seen.medianRatio(
            { cell: LVS, measure: STREAM_BACK, sizeBytes: LARGE },
            { cell: LVS, measure: STREAM, sizeBytes: LARGE },
          ),
          { min: 0.75, max: 1.25 },
        ),
      ],
    },
    {
      id: 'C51',
      section: '5.1',
      says: 'Streaming has the throughput and the pole of two-way netpipe.',
      paper: 'same curve',
      criterion: 'streaming / two-way: r∞ 0.8 to 1.25, pole 0.5 to 2',
      remark:
        'Means of both, because a block of a stream may be read as soon as the one before it. Blocks that stream are coalesced today, and ' +
        'may cost less than those that wait for an answer.',
      judge: (seen) => {
        const turns = seen.line({ cell: LVS, value: 'meanNs' });
        const stream = seen.line({ cell: LVS, measure: STREAM });
        return [
          state('r∞, streaming / two-way', ratio(stream.rateMbps, turns.rateMbps), { min: 0.8, max: 1.25 }),
          state('pole, streaming / two-way', ratio(stream.poleBytes, turns.poleBytes), { min: 0.5, max: 2 }),
          report(
            'throughput of 1 MB, streaming / two-way',
            seen.medianRatio(
              { cell: LVS, sizeBytes: LARGE, value: 'meanNs' },
              { cell: LVS, measure: STREAM, sizeBytes: LARGE },
            ),
          ),
        ];
      },
    },
    {
      id: 'C52',
      section: '5.1',
      says: 'Bumps in the streaming curve come from the nodes: they are there from a node to itself, too.',
      paper: 'on two of three hosts to themselves',
      criterion: 'no bump of the curve through the LVS that neither end has to itself, within an octave',
      remark: 'A bump is a size that takes 15 % longer than those on both sides of it, and six times the noise.',
      judge: (seen) => [state('bumps of the LVS alone', exactly(ownBumps(seen)), { max: 0 })],
    },
  ],
  figures: [
    {
      title: 'Streaming.',
      caption: 'Throughput against block size, both logarithmic.',
      kind: 'throughput',
      measure: STREAM,
      cells: [LVS, ...ENDS.map(selfOf)],
    },
    { title: 'In turns.', caption: 'The same path by two-way netpipe.', kind: 'throughput', cells: [LVS] },
  ],
  measure: async (bench: Bench) => {
    const testbed = await bench.stand(planSystem(bench.cluster('vs-nat'), 'nat'));
    const sizes = bench.choose(QUICK_SIZES, FULL_SIZES);
    const streams = { mode: 'stream', measure: STREAM } as const;
    const stops = [...(await netpipeStops(LVS, testbed, sizes))];
    const through = { ...streams, pair: testbed.netpipe };
    stops.push(...(await netpipeStops(LVS, testbed, sizes, through)));
    stops.push(...(await netpipeStops(LVS, testbed, [LARGE], { ...through, measure: STREAM_BACK, reverse: true })));
    for (const machine of ENDS) {
      const pair = await openNetpipe(testbed.lab, {
        from: machine,
        to: machine,
        address: LOOPBACK,
        cpus: { from: 0, to: 0 },
      });
      bench.onEnd(() => pair.close());
      stops.push(...(await netpipeStops(selfOf(machine), testbed, sizes, { ...streams, pair })));
    }
    await bench.goRound(bench.choose(12, 20), stops);
  },
};
