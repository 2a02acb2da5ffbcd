// The paper's introduction: the slower the client's link, the less a director's latency is to be seen.

import { combine, type Observations, type Quantity, report, state } from '../../analysis/mod.ts';
import type { SystemName } from '../../model/mod.ts';
import { planSystem } from '../systems.ts';
import type { Experiment } from './experiment.ts';
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

function latencyRatio(seen: Observations, rate: Rate): Quantity {
  return seen.medianRatio(
    { cell: cellOf('dr', rate), sizeBytes: BYTES },
    { cell: cellOf('direct', rate), sizeBytes: BYTES },
  );
}

function timeUs(seen: Observations, system: (typeof SYSTEMS)[number], rate: Rate): Quantity {
  return combine((ns) => ns / 1000, seen.median({ cell: cellOf(system, rate), sizeBytes: BYTES }));
}

export const slowLinks: Experiment = {
  id: 'slow-links',
  section: 'introduction',
  title: 'A director behind slow links',
  method:
    'Direct path and VS-DR stand side by side, once for each rate of the client’s own links: unlimited, 100 Mbit/s, 10 Mbit/s and a ' +
    'T1’s 1.5 Mbit/s. All other links are unlimited. A block of 256 bytes goes there and back on one CPU, one after the other.',
  claims: [
    {
      id: 'C70',
      section: 'introduction',
      says: 'The slower the link that a client comes by, the less the director’s latency is noticed.',
      paper: 'expected, not measured',
      criterion:
        'time of 256 B, VS-DR / direct: not larger at any rate than at the next faster one, but for 2 %; at 1.5 Mbit/s at most 1.02',
      remark:
        'Only the client’s links are slow, as in the paper’s words: were the director’s own slow, too, each packet would wait for it ' +
        'there once more. A slow link sends a frame on when all of it is there.',
      judge: (seen) => [
        ...RATES.slice(1).map((rate, index) =>
          state(
            `VS-DR / direct, ${textOf(rate)} over that, ${textOf(RATES[index])}`,
            combine((slower, faster) => slower / faster, latencyRatio(seen, rate), latencyRatio(seen, RATES[index])),
            { max: 1.02 },
          ),
        ),
        state(`VS-DR / direct, ${textOf(RATES.at(-1))}`, latencyRatio(seen, RATES.at(-1)), { max: 1.02 }),
        ...RATES.slice(0, -1).map((rate) => report(`VS-DR / direct, ${textOf(rate)}`, latencyRatio(seen, rate))),
        ...RATES.map((rate) => report(`direct, ${textOf(rate)}`, timeUs(seen, 'direct', rate), 'µs')),
      ],
    },
  ],
  measure: async (bench) => {
    const cluster = bench.cluster('vs-dr');
    const ofClient = cluster.machines.find(({ role }) => role === 'client')?.nics ?? [];
    const setups = RATES.flatMap((rate) => SYSTEMS.map((system) => ({ system, rate })));
    const stops = await Promise.all(
      setups.map(async ({ system, rate }) => {
        const linkRates = Object.fromEntries(
          rate === undefined ? [] : ofClient.map(({ device }) => [`client:${device}`, rate]),
        );
        const testbed = await bench.stand(planSystem(cluster, system), { linkRates });
        return netpipeStops(cellOf(system, rate), testbed, [BYTES], { seconds: VISIT_SECONDS });
      }),
    );
    await bench.goRound(bench.choose(24, 150), stops.flat());
  },
};
