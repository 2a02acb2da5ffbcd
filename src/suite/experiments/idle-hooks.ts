// Section 3.2: what a kernel costs that could accept packets by transparent proxy and does not. The option of that time
// is gone; what comes with its heirs is netfilter with connection tracking, at every hook and with no rule that matches.

import { combine, type Observations, type Quantity, report, state } from '../../analysis/mod.ts';
import { loadNetfilterHooks } from '../netfilter-hooks.ts';
import { planSystem } from '../systems.ts';
import type { Experiment } from './experiment.ts';
import { SMALL_BYTES, throughputRatio, timeRatio } from './quantities.ts';
import { netpipeStops } from './stops.ts';

const NOWHERE = 'no hooks';
const DIRECTOR = 'hooks on the director';
const REALSERVER = 'hooks on the realserver';
const BOTH = 'hooks on both';
const CELLS = [NOWHERE, DIRECTOR, REALSERVER, BOTH];
const LARGE_BYTES = 1_048_576;
const QUICK_SIZES = [SMALL_BYTES, 8192, LARGE_BYTES];
const FULL_SIZES = [SMALL_BYTES, 1024, 8192, 32_768, 131_072, LARGE_BYTES];
const NO_CHANGE = { min: 0.97, max: 1.03 };

/** What hooks on both take over what they would if each cost what it costs alone: 1 is no interaction. */
function interaction(seen: Observations, sizeBytes: number): Quantity {
  const [director, realserver, both] = [DIRECTOR, REALSERVER, BOTH].map((cell) =>
    timeRatio(seen, cell, NOWHERE, sizeBytes),
  ) as [Quantity, Quantity, Quantity];
  return combine((one, other, together) => together / (one * other), director, realserver, both);
}

export const idleHooks: Experiment = {
  id: 'idle-hooks',
  section: '3.2',
  title: 'Hooks that are there and not used',
  method:
    'An LVS by VS-DR with the VIP on devices stands four times: as it is, and with netfilter’s hooks and connection ' +
    'tracking on the director, on the realserver and on both, where no rule matches. Netpipe goes round them on one ' +
    'CPU.',
  claims: [
    {
      id: 'C31',
      section: '3.2',
      says: 'A kernel that can accept by TP and does not is slower only if both hosts have it, and only at high load.',
      paper: 'no change; with both 10 % less at high load',
      criterion:
        'time of 64 B with hooks on the director or on the realserver: within 3 %; throughput of 1 MB with both: at ' +
        'least 0.85',
      remark:
        'On the director lvskit takes packets at the NIC, before any hook. On the realserver connection tracking ' +
        'looks up every packet, at any load, and whatever the director has.',
      judge: (seen) => [
        ...[DIRECTOR, REALSERVER].map((cell) =>
          state(`time of 64 B, ${cell} / none`, timeRatio(seen, cell, NOWHERE), NO_CHANGE),
        ),
        state('throughput of 1 MB, both / none', throughputRatio(seen, BOTH, NOWHERE, LARGE_BYTES), { min: 0.85 }),
        ...[DIRECTOR, REALSERVER].map((cell) =>
          report(`throughput of 1 MB, ${cell} / none`, throughputRatio(seen, cell, NOWHERE, LARGE_BYTES)),
        ),
        report('time of 64 B, both together / each alone', interaction(seen, SMALL_BYTES)),
        report('time of 1 MB, both together / each alone', interaction(seen, LARGE_BYTES)),
      ],
    },
  ],
  figures: [
    {
      title: 'Time over that without hooks.',
      caption: 'Medians of the ratios of visits that were made side by side.',
      kind: { over: NOWHERE },
      cells: CELLS.slice(1),
    },
  ],
  measure: async (bench) => {
    const plan = planSystem(bench.cluster('vs-dr'), 'dr');
    const stops = await Promise.all(
      CELLS.map(async (cell) => {
        const testbed = await bench.stand(plan);
        const [server = ''] = plan.answeredBy;
        if (cell === DIRECTOR || cell === BOTH) bench.onEnd(loadNetfilterHooks(testbed.lab, 'director'));
        if (cell === REALSERVER || cell === BOTH) bench.onEnd(loadNetfilterHooks(testbed.lab, server));
        return netpipeStops(cell, testbed, bench.choose(QUICK_SIZES, FULL_SIZES));
      }),
    );
    await bench.goRound(bench.choose(18, 36), stops.flat());
  },
};
