// Section 2.1: what the director adds to a path, by plain forwarding and by each of the three methods, on links whose rate
// is the machine's own. Small blocks show the latency, the whole curve the rate.

import { combine, type Observations, ratio, report, state } from '../../analysis/mod.ts';
import type { SystemName } from '../../model/mod.ts';
import { planSystem } from '../systems.ts';
import type { Experiment } from './experiment.ts';
import { proofObservation } from './proof-observation.ts';
import { netpipeStops } from './stops.ts';

const SYSTEMS: readonly SystemName[] = ['direct', 'forward', 'forward-oneway', 'nat', 'dr', 'tun'];
const SMALL = 64;
const QUICK_SIZES = [1, SMALL, 1024, 8192, 65_536, 262_144, 1_048_576];
const FULL_SIZES = [1, 16, SMALL, 256, 1024, 4096, 16_384, 65_536, 131_072, 262_144, 1_048_576, 4_194_304];
const MTU = 1500;

/** Time of a small block of one system over that of another, side by side. */
function latencyRatio(seen: Observations, system: SystemName, baseline: SystemName) {
  return seen.medianRatio({ cell: system, sizeBytes: SMALL }, { cell: baseline, sizeBytes: SMALL });
}

/** The same of r∞, from the lines through all sizes. */
function rateRatio(seen: Observations, system: SystemName, baseline: SystemName) {
  return ratio(seen.line({ cell: system }).rateMbps, seen.line({ cell: baseline }).rateMbps);
}

function smallTimeUs(seen: Observations, cell: SystemName) {
  return combine((ns) => ns / 1000, seen.median({ cell, sizeBytes: SMALL }));
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
      id: 'C03',
      section: '2.0',
      says: 'VS-DR reaches the rate of the network, and adds no latency that can be told from forwarding.',
      paper: 'no difference seen',
      criterion: 'r∞ at least 0.90 and latency at most 1.10 of forwarding the same way',
      remark: 'One-sided: a director that is faster than plain forwarding holds the claim, too.',
      judge: (seen) => [
        state('time of 64 B, VS-DR / forwarding', latencyRatio(seen, 'dr', 'forward-oneway'), { max: 1.1 }),
        state('r∞, VS-DR / forwarding', rateRatio(seen, 'dr', 'forward-oneway'), { min: 0.9 }),
      ],
    },
  ],
  figures: [
    {
      title: 'Throughput.',
      caption: 'Against block size, both logarithmic.',
      kind: 'throughput',
      cells: SYSTEMS,
    },
  ],
  measure: async (bench) => {
    const cluster = bench.cluster('vs-dr');
    const testbeds = await Promise.all(SYSTEMS.map((system) => bench.stand(planSystem(cluster, system))));
    for (const testbed of testbeds) bench.record(await proofObservation(testbed));
    const sizes = bench.choose(QUICK_SIZES, FULL_SIZES);
    const stops = await Promise.all(testbeds.map((testbed) => netpipeStops(testbed.plan.system, testbed, sizes)));
    await bench.goRound(bench.choose(20, 60), stops.flat());
  },
};
