// Section 2.1 again, on links that are slower than the machines: where the network sets the rate, no forwarding shows.

import { state } from '../../analysis/mod.ts';
import type { SystemName } from '../../model/mod.ts';
import { planSystem } from '../systems.ts';
import type { Experiment } from './experiment.ts';
import { throughputRatio } from './quantities.ts';
import { netpipeStops } from './stops.ts';

const SYSTEMS: readonly SystemName[] = ['direct', 'forward', 'nat', 'dr', 'tun'];
/** The paper's. */
const RATE = '100mbit';
const LARGE_BYTES = 1_048_576;
const SIZES = [1024, 65_536, LARGE_BYTES];
const EQUAL = { min: 0.95, max: 1.05 };

export const limitedLinks: Experiment = {
  id: 'limited-links',
  section: '2.1',
  title: 'Links of 100 Mbit/s',
  method:
    'Direct path, forwarding, VS-NAT, VS-DR and VS-TUN side by side with every link shaped to 100 Mbit/s, as fast as the ' +
    'paper’s. Netpipe goes round them.',
  claims: [
    {
      id: 'C19',
      section: '2.1',
      says: 'At high load forwarding and the direct path are equal, because the network limits both.',
      paper: 'equal',
      criterion: 'throughput of 1 MB, forwarding / direct: within 5 %',
      judge: (seen) => [
        state(
          'throughput of 1 MB, forwarding / direct',
          throughputRatio(seen, 'forward', 'direct', LARGE_BYTES),
          EQUAL,
        ),
      ],
    },
    {
      id: 'C24',
      section: '2.1',
      says: 'With large packets VS-NAT has the throughput of VS-DR and VS-TUN.',
      paper: 'equal',
      criterion: 'throughput of 1 MB, VS-NAT / each of the others: within 5 %',
      judge: (seen) => [
        state('throughput of 1 MB, VS-NAT / VS-DR', throughputRatio(seen, 'nat', 'dr', LARGE_BYTES), EQUAL),
        state('throughput of 1 MB, VS-NAT / VS-TUN', throughputRatio(seen, 'nat', 'tun', LARGE_BYTES), EQUAL),
      ],
    },
  ],
  figures: [
    { title: 'Throughput.', caption: 'Against block size, both logarithmic.', kind: 'throughput', cells: SYSTEMS },
  ],
  measure: async (bench) => {
    const cluster = bench.cluster('vs-dr');
    const testbeds = await Promise.all(
      SYSTEMS.map((system) => bench.stand(planSystem(cluster, system), { rate: RATE })),
    );
    // Long enough for a block of 1 MB there and back.
    const stops = await Promise.all(
      testbeds.map((testbed) => netpipeStops(testbed.plan.system, testbed, SIZES, { seconds: 0.1, time: 'median' })),
    );
    await bench.goRound(bench.choose(6, 10), stops.flat());
  },
};
