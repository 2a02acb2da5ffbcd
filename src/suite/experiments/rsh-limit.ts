// Section 5.2: a limit that looks like a fault of the LVS. inetd starts a service only so many times a minute, then refuses
// connections; whoever measures has to see who it was.

import { exactly, NotObserved, type Observations, state } from '../../analysis/mod.ts';
import { countDrops } from '../director-table.ts';
import { rshWithLimit } from '../service-ports.ts';
import { planSystem } from '../systems.ts';
import type { Bench } from './bench.ts';
import type { Experiment } from './experiment.ts';
import { missingFor } from './needs.ts';
import { transferStops } from './stops.ts';

const RSH = 'rsh';
/** The paper's, and what it set it to. */
const LIMITS = [40, 100] as const;
const [LIMIT, HIGHER_LIMIT] = LIMITS;
const COPIES = 60;
/** For all of them, and less than the limit's minute. */
const SECONDS = 30;

const cellOf = (limit: number) => `${limit} a minute`;

function observed(seen: Observations, limit: number, value: string): number {
  const [first] = seen.values({ cell: cellOf(limit), measure: RSH, value });
  return first ?? Number.NaN;
}

/** The connection at which inetd stopped, as the copies that failed afterwards name it; NaN if they name something else. */
function stoppedAt(seen: Observations): number {
  const [visit] = seen.of({ cell: cellOf(LIMIT), measure: RSH });
  if (visit === undefined) throw new NotObserved('no copies were tried');
  const named = visit.words?.map((cause) => /^inetd's limit: it stopped at connection (\d+)/.exec(cause)?.[1]);
  return Number(named?.find((number) => number !== undefined) ?? Number.NaN);
}

export const rshLimit: Experiment = {
  id: 'rsh-limit',
  section: '5.2',
  title: 'inetd’s limit',
  method:
    `${COPIES} small copies by rsh through VS-DR, as fast as they go, to a realserver whose inetd starts ${LIMIT} daemons a minute, ` +
    `and to one whose inetd starts ${HIGHER_LIMIT}.`,
  claims: [
    {
      id: 'C58',
      section: '5.2',
      says: 'inetd starts a daemon 40 times a minute and then no more, unless its limit is raised; that is no fault of the LVS.',
      paper: '40 a minute, 100 when it is set to that',
      criterion:
        'copies fail for inetd’s limit, named with connection 40; the director drops nothing; with a limit of 100 no copy fails',
      remark: 'The limit is set: today’s inetds have another one by default (openbsd-inetd 256).',
      judge: (seen) => [
        state('connection at which inetd stopped', exactly(stoppedAt(seen)), { min: LIMIT, max: LIMIT }),
        state('copies that failed', exactly(observed(seen, LIMIT, 'failed')), { min: 1 }),
        state('packets that the director dropped', exactly(observed(seen, LIMIT, 'drops')), { max: 0 }),
        state(`copies that failed with a limit of ${HIGHER_LIMIT}`, exactly(observed(seen, HIGHER_LIMIT, 'failed')), {
          max: 0,
        }),
      ],
    },
  ],
  needs: () => missingFor(['rsh']),
  measure: async (bench: Bench) => {
    const stops = await Promise.all(
      LIMITS.map(async (limit) => {
        const services = rshWithLimit(limit);
        const plan = planSystem(bench.cluster('vs-dr'), 'dr', { measured: services });
        const testbed = await bench.stand(plan, { services });
        const copying = transferStops(cellOf(limit), testbed, 'rsh', [1], { seconds: SECONDS, how: { most: COPIES } });
        return copying.map((stop) => ({
          ...stop,
          visit: async () => {
            const dropsBefore = countDrops(testbed.lab);
            const visit = await stop.visit();
            return { ...visit, values: { ...visit.values, drops: countDrops(testbed.lab) - dropsBefore } };
          },
        }));
      }),
    );
    await bench.goRound(1, stops.flat());
  },
};
