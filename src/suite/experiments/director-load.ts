// Section 2.1: what the director itself has to do for a megabyte. The kernel's own clock times its program, because on one
// machine the time of softirq is charged to whoever happens to run.

import { combine, type Observations, ratio, report, state } from '../../analysis/mod.ts';
import { timeRuns } from '../../dataplane/mod.ts';
import type { SystemName } from '../../model/mod.ts';
import { readDirector } from '../lab-use.ts';
import { planSystem } from '../systems.ts';
import type { Testbed } from '../testbed.ts';
import type { Stop } from './bench.ts';
import type { Experiment } from './experiment.ts';
import { netpipeStops } from './stops.ts';

const SYSTEMS: readonly SystemName[] = ['nat', 'dr', 'tun'];
const BYTES = 1_048_576;

/** A stop whose observation also says how long the director's program has run: `directorNs`, `directorRuns`. */
function timingDirector(testbed: Testbed, stop: Stop): Stop {
  return {
    ...stop,
    visit: async () => {
      const before = readDirector(testbed);
      const visit = await stop.visit();
      const after = readDirector(testbed);
      const director = { directorNs: after.ns - before.ns, directorRuns: after.runs - before.runs };
      return { ...visit, values: { ...visit.values, ...director } };
    },
  };
}

/** µs of the director for a block of 1 MB there and one back. */
function directorUs(seen: Observations, cell: SystemName) {
  const blocks = seen.total({ cell, value: 'exchanges' });
  return combine((ns, count) => ns / count / 1000, seen.total({ cell, value: 'directorNs' }), blocks);
}

function directorShare(seen: Observations, cell: SystemName) {
  const shares = [seen.total({ cell, value: 'directorNs' }), seen.total({ cell, value: 'elapsedNs' })] as const;
  return combine((director, elapsed) => (100 * director) / elapsed, ...shares);
}

export const directorLoad: Experiment = {
  id: 'director-load',
  section: '2.1',
  title: 'The director’s CPU',
  method:
    'Netpipe sends blocks of 1 MB there and back through VS-NAT, VS-DR and VS-TUN, without offloads, so that every packet of ' +
    '1500 bytes is one for the director, too. The kernel times each run of the director’s program.',
  claims: [
    {
      id: 'C25',
      section: '2.1',
      says: 'At high throughput VS-NAT keeps the director busy, VS-DR and VS-TUN hardly.',
      paper: '50 % of the CPU for VS-NAT, 5 % for the others',
      criterion: 'the director’s time for a megabyte, VS-NAT / VS-DR: at least 1.5',
      remark:
        'Ten times as much is not to be expected: under VS-DR the director has the one direction, under VS-NAT both.',
      judge: (seen) => [
        state('director’s time, VS-NAT / VS-DR', ratio(directorUs(seen, 'nat'), directorUs(seen, 'dr')), { min: 1.5 }),
        report('director’s time, VS-NAT / VS-TUN', ratio(directorUs(seen, 'nat'), directorUs(seen, 'tun'))),
        ...SYSTEMS.map((cell) => report(`director’s time, ${cell}`, directorUs(seen, cell), 'µs')),
        ...SYSTEMS.map((cell) => report(`share of the time, ${cell}`, directorShare(seen, cell), '%')),
      ],
    },
  ],
  measure: async (bench) => {
    const cluster = bench.cluster('vs-dr');
    const testbeds = await Promise.all(
      SYSTEMS.map((system) => bench.stand(planSystem(cluster, system), { offload: false })),
    );
    bench.onEnd(timeRuns());
    const stops = await Promise.all(
      testbeds.map(async (testbed) => {
        const [stop] = await netpipeStops(testbed.plan.system, testbed, [BYTES], { seconds: 0.05 });
        return stop === undefined ? [] : [timingDirector(testbed, stop)];
      }),
    );
    await bench.goRound(bench.choose(12, 24), stops.flat());
  },
};
