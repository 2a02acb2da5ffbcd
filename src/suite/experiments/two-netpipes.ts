// Sections 1.5.2 and 1.5.3: two netpipes at the same time from one host, which has a NIC for each of them, or one for
// both. What they take from each other is the CPU, unless the links are so slow that the NIC is what they share.

import type { NetpipePair } from '../../agent/mod.ts';
import { combine, type Observations, type Quantity, report, state } from '../../analysis/mod.ts';
import type { Ipv4, Nic } from '../../model/mod.ts';
import { openNetpipe } from '../netpipe-between.ts';
import { type TogetherOptions, visitTogether } from '../netpipe-together.ts';
import { shareNics } from '../shared-nic.ts';
import { bringUpSystem } from '../system-lab.ts';
import { planSystem, type SystemPlan } from '../systems.ts';
import { takeDownVirtualServer } from '../virtual-server.ts';
import type { Bench, Stop } from './bench.ts';
import type { Experiment } from './experiment.ts';

const HOST = 'director';
/** As in the paper, whose faster link led to the client. */
const [FAST_END, SLOW_END] = ['client', 'realserver1'];
const [TWO, ONE] = ['two NICs', 'one NIC'];
const INTERFERENCE = 'netpipe with another';
const [IN_THE_MIDDLE, AT_THE_TOP] = ['the fast one in its middle', 'the fast one at its top'];
const [UNLIMITED, LIMITED] = ['netpipes on unlimited links', 'netpipes on slow links'];
/** So slow that each NIC is full on any machine. */
const SLOW_RATE = '20mbit';
/** The middle one has about half of the throughput of the large one, here. */
const [SMALL, MIDDLE, TOP] = [64, 65_536, 1_048_576];
const CPU = { from: 0, to: 0 };
/** A block in the middle takes 26 ms of the slow line. */
const [UNLIMITED_SECONDS, LIMITED_SECONDS] = [0.1, 0.4];

/** Two netpipes from the host. */
interface Netpipes {
  readonly fast: NetpipePair;
  readonly slow: NetpipePair;
}

async function openBoth(bench: Bench, plan: SystemPlan, rate?: string): Promise<Netpipes> {
  const nics = nicsOf(plan, HOST);
  const linkRates = rate === undefined ? {} : Object.fromEntries(nics.map(({ device }) => [`${HOST}:${device}`, rate]));
  const name = bench.labName();
  const lab = await bringUpSystem(plan, { name, linkRates, signal: bench.signal });
  // Which ends the netpipes, too.
  bench.onEnd(() => takeDownVirtualServer(name));
  const [fast, slow] = await Promise.all(
    [FAST_END, SLOW_END].map((to) =>
      openNetpipe(lab, { from: HOST, to, address: addressTowards(plan, to), cpus: CPU }),
    ),
  );
  if (fast === undefined || slow === undefined) throw new Error('no netpipes');
  return { fast, slow };
}

function nicsOf({ cluster }: SystemPlan, machine: string): readonly Nic[] {
  return cluster.machines.find(({ name }) => name === machine)?.nics ?? [];
}

/** In a network that the host is in, too: for the client, that of the host's first NIC. */
function addressTowards(plan: SystemPlan, to: string): Ipv4 {
  const [nic] = nicsOf(plan, to);
  if (nic === undefined) throw new Error(`${to} has no NIC`);
  return nic.address;
}

/** Each alone, then both, the fast one at larger blocks: what each keeps of its own throughput. */
function interferenceStop(cell: string, { fast, slow }: Netpipes, fastBytes: number, slowBytes: number): Stop {
  const visits = [
    { pair: fast, sizeBytes: fastBytes },
    { pair: slow, sizeBytes: slowBytes },
  ];
  const options: TogetherOptions = { mode: 'twoway', seconds: UNLIMITED_SECONDS };
  return {
    cell,
    measure: INTERFERENCE,
    sizeBytes: 0,
    visit: async () => {
      const alone: number[] = [];
      for (const visit of visits) alone.push(...(await visitTogether([visit], options)).map(({ mbps }) => mbps));
      const together = (await visitTogether(visits, options)).map(({ mbps }) => mbps);
      const [fastAloneMbps = 0, slowAloneMbps = 0] = alone;
      const [fastMbps = 0, slowMbps = 0] = together;
      const kept = { fastKept: fastMbps / fastAloneMbps, slowKept: slowMbps / slowAloneMbps };
      return { values: { fastAloneMbps, slowAloneMbps, fastMbps, slowMbps, ...kept } };
    },
  };
}

/** Both at the same time, the slow one at middle blocks. */
function sumStop(
  cell: string,
  measure: string,
  { fast, slow }: Netpipes,
  fastBytes: number,
  options: TogetherOptions,
): Stop {
  return {
    cell,
    measure,
    sizeBytes: 0,
    visit: async () => {
      const results = await visitTogether(
        [
          { pair: fast, sizeBytes: fastBytes },
          { pair: slow, sizeBytes: MIDDLE },
        ],
        options,
      );
      const [fastMbps = 0, slowMbps = 0] = results.map(({ mbps }) => mbps);
      return { values: { fastMbps, slowMbps, sumMbps: fastMbps + slowMbps, fastOverSlow: fastMbps / slowMbps } };
    },
  };
}

/** Together over alone, of the same round. */
function kept(seen: Observations, cell: string, which: 'fastKept' | 'slowKept'): Quantity {
  return seen.median({ cell, measure: INTERFERENCE, value: which });
}

/** Loss in the middle over loss at the top. */
function lossRatio(seen: Observations): Quantity {
  return combine(
    (middle, top) => (1 - middle) / (1 - top),
    kept(seen, IN_THE_MIDDLE, 'fastKept'),
    kept(seen, AT_THE_TOP, 'fastKept'),
  );
}

function oneOverTwo(seen: Observations, measure: string, value: string): Quantity {
  return seen.medianRatio({ cell: ONE, measure, value }, { cell: TWO, measure, value });
}

export const twoNetpipes: Experiment = {
  id: 'two-netpipes',
  section: '1.5.2, 1.5.3',
  title: 'Two netpipes from one host',
  method:
    'The director sends by netpipe to the client and to a realserver, over a NIC for each, or over one for both. ' +
    'Machines of a lab are equal, so larger blocks make the fast one and smaller blocks the slow one. All ends ' +
    'are on one CPU.',
  claims: [
    {
      id: 'C13',
      section: '1.5.2',
      says:
        'Two netpipes slow each other; the fast one suffers little while the slow one is still at small blocks, ' +
        'and the slow one dips in its middle.',
      paper: 'both curves are lower',
      criterion:
        'both get less together than alone (at most 0.9); the fast one’s loss in its middle, beside small blocks, ' +
        'is at most 0.9 of that at its top, beside middle ones',
      remark:
        'With a CPU for each end nothing would be shared, so all ends have one. Which sizes meet is set here; in ' +
        'the paper it came of how fast each went on. A CPU goes round: who works longer for a block, has more of ' +
        'it.',
      judge: (seen) => [
        state('fast, 64 kB, together / alone', kept(seen, IN_THE_MIDDLE, 'fastKept'), { max: 0.9 }),
        state('fast, 1 MB, together / alone', kept(seen, AT_THE_TOP, 'fastKept'), { max: 0.9 }),
        state('slow, 64 kB, together / alone', kept(seen, AT_THE_TOP, 'slowKept'), { max: 0.9 }),
        state('fast: loss at 64 kB / loss at 1 MB', lossRatio(seen), { max: 0.9 }),
        report('slow, 64 B, together / alone', kept(seen, IN_THE_MIDDLE, 'slowKept')),
      ],
    },
    {
      id: 'C14',
      section: '1.5.3',
      says:
        'With one NIC for both the fast one falls and the slow one rises, while their sum stays: the stack is the ' +
        'limit.',
      paper: 'fast falls, slow rises, the sum about as before',
      criterion: 'one NIC / two: the sum within 15 %, the fast one over the slow one at most 0.9',
      remark:
        'A NIC of a lab is no place where packets wait, so that two of them are not faster than one, and nothing ' +
        'moves from one netpipe to the other. That the fast one falls and the slow one rises is judged by their ' +
        'ratio: what disturbs the machine disturbs both, and divides out.',
      judge: (seen) => [
        state('sum, one NIC / two', oneOverTwo(seen, UNLIMITED, 'sumMbps'), { min: 0.85, max: 1.15 }),
        state('fast over slow, one NIC / two', oneOverTwo(seen, UNLIMITED, 'fastOverSlow'), { max: 0.9 }),
        report('fast, one NIC / two', oneOverTwo(seen, UNLIMITED, 'fastMbps')),
        report('slow, one NIC / two', oneOverTwo(seen, UNLIMITED, 'slowMbps')),
      ],
    },
    {
      id: 'C15',
      section: '1.5.3',
      says: 'Where the network is the limit, one NIC has half of the throughput of two.',
      paper: 'expected, not seen: the CPU was too slow',
      criterion: 'both stream over links of 20 Mbit/s; sum, one NIC / two: 0.45 to 0.55',
      remark: 'Streams, because a NIC has a line for each direction, and blocks in turns leave one of them idle.',
      judge: (seen) => [
        state('sum, one NIC / two', oneOverTwo(seen, LIMITED, 'sumMbps'), { min: 0.45, max: 0.55 }),
        report('sum, two NICs', seen.median({ cell: TWO, measure: LIMITED, value: 'sumMbps' }), 'Mbit/s'),
        report('sum, one NIC', seen.median({ cell: ONE, measure: LIMITED, value: 'sumMbps' }), 'Mbit/s'),
      ],
    },
  ],
  measure: async (bench) => {
    const plan = planSystem(bench.cluster('vs-dr'), 'direct');
    const plans = { [TWO]: plan, [ONE]: { ...plan, cluster: shareNics(plan.cluster) } };
    const stops: Stop[] = [];
    for (const [cell, shape] of Object.entries(plans)) {
      const free = await openBoth(bench, shape);
      const slow = await openBoth(bench, shape, SLOW_RATE);
      if (cell === TWO) {
        stops.push(interferenceStop(IN_THE_MIDDLE, free, MIDDLE, SMALL));
        stops.push(interferenceStop(AT_THE_TOP, free, TOP, MIDDLE));
      }
      stops.push(sumStop(cell, UNLIMITED, free, TOP, { mode: 'twoway', seconds: UNLIMITED_SECONDS }));
      stops.push(sumStop(cell, LIMITED, slow, MIDDLE, { mode: 'stream', seconds: LIMITED_SECONDS }));
    }
    await bench.goRound(bench.choose(6, 20), stops);
  },
};
