// The paper's introduction: the slower the client's link, the less a director's latency is to be seen.

import { type Observations, type Quantity, ratio, report, state } from '../../analysis/mod.ts';
import type { SystemName } from '../../model/mod.ts';
import { planSystem } from '../systems.ts';
import type { Experiment } from './experiment.ts';
import { timeRatio, timeUs } from './quantities.ts';
import { netpipeStops } from './stops.ts';

/** From fast to slow; the last one is a T1. */
const RATES = [undefined, '100mbit', '10mbit', '1.5mbit'] as const;
type Rate = (typeof RATES)[number];
const SYSTEMS = ['direct', 'dr'] as const satisfies readonly SystemName[];
/** Large enough to be held up by a wire that has been idle: its frame is 322 bytes. */
const BYTES = 256;
/** Some ten blocks there and back on the slowest link. */
const VISIT_SECONDS = 0.05;

const textOf = (rate: Rate) => rate?.replace(/mbit/, ' Mbit/s') ?? 'unlimited';
const cellOf = (system: (typeof SYSTEMS)[number], rate: Rate) =>
  `${system === 'dr' ? 'VS-DR' : 'direct'}, ${textOf(rate)}`;

function drOverDirect(seen: Observations, rate: Rate): Quantity {
  return timeRatio(seen, cellOf('dr', rate), cellOf('direct', rate), BYTES);
}

export const slowLinks: Experiment = {
  id: 'slow-links',
  section: 'introduction',
  title: 'A director behind slow links',
  method:
    'Direct path and VS-DR stand side by side, once for each rate of the client’s own links: unlimited, 100 ' +
    'Mbit/s, 10 Mbit/s and a T1’s 1.5 Mbit/s. All other links are unlimited. A block of 256 bytes goes there and ' +
    'back on one CPU, one after the other.',
  claims: [
    {
      id: 'C70',
      section: 'introduction',
      says: 'The slower the link that a client comes by, the less the director’s latency is noticed.',
      paper: 'expected, not measured',
      criterion:
        'time of 256 B, VS-DR / direct: at no slow rate larger than with unlimited links, but for 2 %; at 10 ' +
        'Mbit/s at most 1.04, at 1.5 Mbit/s at most 1.02',
      remark:
        'Only the client’s links are slow, as in the paper’s words: were the director’s own slow, too, each ' +
        'packet would wait for it there once more. From 100 Mbit/s on the director is about as small as the ' +
        'lateness of the timers that make a link slow, so the rates are not compared one with the next.',
      judge: (seen) => [
        ...RATES.slice(1).map((rate) =>
          state(
            `VS-DR / direct, ${textOf(rate)} over that, unlimited`,
            ratio(drOverDirect(seen, rate), drOverDirect(seen, undefined)),
            { max: 1.02 },
          ),
        ),
        state('VS-DR / direct, 10 Mbit/s', drOverDirect(seen, '10mbit'), { max: 1.04 }),
        state('VS-DR / direct, 1.5 Mbit/s', drOverDirect(seen, '1.5mbit'), { max: 1.02 }),
        report('VS-DR / direct, unlimited', drOverDirect(seen, undefined)),
        report('VS-DR / direct, 100 Mbit/s', drOverDirect(seen, '100mbit')),
        ...RATES.map((rate) => report(`direct, ${textOf(rate)}`, timeUs(seen, cellOf('direct', rate), BYTES), 'µs')),
      ],
    },
  ],
  measure: async (bench) => {
    const cluster = bench.cluster('vs-dr');
    const ofClient = cluster.machines.find(({ role }) => role === 'client')?.nics ?? [];
    const stopsAt = async (system: (typeof SYSTEMS)[number], rate: Rate) => {
      const slow = rate === undefined ? [] : ofClient.map(({ device }) => [`client:${device}`, rate]);
      const testbed = await bench.stand(planSystem(cluster, system), { linkRates: Object.fromEntries(slow) });
      return netpipeStops(cellOf(system, rate), testbed, [BYTES], { seconds: VISIT_SECONDS, time: 'median' });
    };
    const stops = await Promise.all(RATES.flatMap((rate) => SYSTEMS.map((system) => stopsAt(system, rate))));
    await bench.goRound(bench.choose(16, 50), stops.flat());
  },
};
