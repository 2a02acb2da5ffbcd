// Section 2.1: the modification of VS-DR whose realservers reply through the director, which then gets packets from its
// own address (martians). In latency it is to be between VS-DR and VS-NAT, in the director's load like VS-DR.

import { combine, type Observations, type Quantity, report, state } from '../../analysis/mod.ts';
import type { SystemName } from '../../model/mod.ts';
import { planSystem } from '../systems.ts';
import type { Experiment } from './experiment.ts';
import { proofObservation } from './proof-observation.ts';
import { SMALL_BYTES, timeRatio } from './quantities.ts';
import { netpipeStops } from './stops.ts';

const SYSTEMS: readonly SystemName[] = ['direct', 'forward', 'dr', 'dr-martian', 'nat', 'nftables'];
const LARGE_BYTES = 1_048_576;
const QUICK_SIZES = [SMALL_BYTES, LARGE_BYTES];
const FULL_SIZES = [SMALL_BYTES, 1024, 8192, 131_072, LARGE_BYTES];

/**
 * What the way over the director costs with blocks of 1 MB, in shares of the direct path's cost. All machines have one
 * CPU between them, and netpipe keeps it busy: time is CPU time, whoever's program or softirq it is charged to.
 */
function addedShare(seen: Observations, cell: SystemName): Quantity {
  return combine((over) => over - 1, timeRatio(seen, cell, 'direct', LARGE_BYTES));
}

/** Of the whole time, what the way over the director takes. */
function shareOfTime(seen: Observations, cell: SystemName): Quantity {
  return combine((added) => (100 * added) / (1 + added), addedShare(seen, cell));
}

function addedOver(seen: Observations, cell: SystemName, baseline: SystemName): Quantity {
  return combine((one, other) => one / other, addedShare(seen, cell), addedShare(seen, baseline));
}

export const martian: Experiment = {
  id: 'martian',
  section: '2.1',
  title: 'VS-DR with replies through the director',
  method:
    'Direct path, forwarding, VS-DR, VS-DR with the director as the realservers’ gateway, VS-NAT, and the kernel’s ' +
    'own NAT (nftables) stand side by side, all on one CPU and without offloads, so that every packet of 1500 bytes ' +
    'is one for the director, too. What a system takes longer than the direct path is what the director and its ' +
    'links cost.',
  claims: [
    {
      id: 'C27',
      section: '2.1',
      says: 'The latency of martian VS-DR lies between those of VS-DR and VS-NAT.',
      paper: 'greater than VS-DR’s, smaller than VS-NAT’s',
      criterion: 'time of 64 B: martian / VS-DR above 1, VS-NAT / martian above 1',
      remark:
        'lvskit rewrites both directions of VS-NAT before the stack; replies under martian VS-DR go through the ' +
        'kernel’s own forwarding, which costs more. Where NAT goes through the kernel, too, the order is the ' +
        'paper’s: that is reported.',
      judge: (seen) => [
        state('time of 64 B, martian / VS-DR', timeRatio(seen, 'dr-martian', 'dr'), { min: 1 }),
        state('time of 64 B, VS-NAT / martian', timeRatio(seen, 'nat', 'dr-martian'), { min: 1 }),
        report('time of 64 B, VS-NAT / VS-DR', timeRatio(seen, 'nat', 'dr')),
        report('time of 64 B, NAT by nftables / martian', timeRatio(seen, 'nftables', 'dr-martian')),
      ],
    },
    {
      id: 'C28',
      section: '2.1',
      says: 'At the highest throughput martian VS-DR puts no load on the director beyond that of forwarding.',
      paper: 'no load seen; under VS-NAT half of the CPU',
      criterion: 'what it adds to the CPU time of 1 MB, over what forwarding of both directions adds: at most 1.5',
      remark:
        'Today a load can be measured, and VS-NAT’s is no greater. Whoever is the realservers’ gateway has to ' +
        'forward their replies, so that plain forwarding is the measure: of the LVS there must be nothing to be seen ' +
        'above it.',
      judge: (seen) => [
        state('added to 1 MB, martian / forwarding', addedOver(seen, 'dr-martian', 'forward'), { max: 1.5 }),
        report('added to 1 MB, VS-DR / forwarding', addedOver(seen, 'dr', 'forward')),
        report('added to 1 MB, VS-NAT / forwarding', addedOver(seen, 'nat', 'forward')),
        report('share of the CPU time, martian', shareOfTime(seen, 'dr-martian'), '%'),
      ],
    },
  ],
  figures: [
    {
      title: 'Time over that of the direct path.',
      caption: 'Medians of the ratios of visits that were made side by side.',
      kind: { over: 'direct' },
      cells: SYSTEMS.slice(1),
    },
  ],
  measure: async (bench) => {
    const cluster = bench.cluster('vs-dr');
    const testbeds = await Promise.all(
      SYSTEMS.map((system) => bench.stand(planSystem(cluster, system), { offload: false })),
    );
    for (const testbed of testbeds) bench.record(await proofObservation(testbed));
    const sizes = bench.choose(QUICK_SIZES, FULL_SIZES);
    const stops = await Promise.all(testbeds.map((testbed) => netpipeStops(testbed.plan.system, testbed, sizes)));
    await bench.goRound(bench.choose(24, 36), stops.flat());
  },
};
