// Section 4.4: a second realserver does nothing for a client that asks for one file after the other. What each
// realserver is at is seen on its own wire.

import {
  type BusyInterval,
  combine,
  exactly,
  measureOverlap,
  type Observations,
  type Quantity,
  report,
  state,
} from '../../analysis/mod.ts';
import { withBusyIntervals } from '../busy-intervals.ts';
import { changeSettings } from '../director-table.ts';
import { servicesFor } from '../service-ports.ts';
import { planSystem } from '../systems.ts';
import type { Testbed } from '../testbed.ts';
import type { Stop } from './bench.ts';
import type { Experiment } from './experiment.ts';
import { missingFor } from './needs.ts';
import { transferStops } from './stops.ts';

const TRANSFER = 'http-new';
const HTTP = servicesFor([TRANSFER]);
const HTTP_PORT = 80;
const [ONE, TWO] = ['1 realserver', '2 realservers'];
const CELLS = [ONE, TWO];
/** Apart, so that none of its observations is among those of the comparison. */
const AT_WORK = 'realservers at work';
const [SMALL, LARGE] = [1024, 1_048_576];
const QUICK_SIZES = [SMALL, 32_768, LARGE];
const FULL_SIZES = [1, SMALL, 8192, 32_768, 131_072, 524_288, LARGE, 4_194_304];
/** Some hundred files of LARGE. */
const WATCHED_SECONDS = 0.2;
const VISIT_SECONDS = 0.05;
const PATHOLOGICAL_NS = 100e6;
/** A SYN on a connection that the client has closed is scheduled like any other. */
const REUSE_AFTER_FIN = 2;

/** One visit of transfers while every realserver's wire is watched. */
function watchingStop(cell: string, testbed: Testbed, servers: readonly string[]): Stop {
  return {
    cell,
    measure: AT_WORK,
    sizeBytes: LARGE,
    visit: async () => {
      const { intervals } = await withBusyIntervals(testbed.lab, { servers, port: HTTP_PORT }, () =>
        testbed.transfer(TRANSFER, LARGE, WATCHED_SECONDS),
      );
      return { values: valuesOf(servers, intervals) };
    },
  };
}

function valuesOf(servers: readonly string[], intervals: readonly BusyInterval[]): Record<string, number> {
  const { overlap, split, busyMs } = measureOverlap(servers, intervals);
  const counts = [...split].map(([server, { count }]) => [`files ${server}`, count] as const);
  return { overlap, busyMs, files: intervals.length, ...Object.fromEntries(counts) };
}

/** One number of transfers, two realservers over one. */
function twoOverOne(seen: Observations, value: string, sizeBytes: number): Quantity {
  const pick = { measure: TRANSFER, value, sizeBytes };
  return seen.medianRatio({ ...pick, cell: TWO }, { ...pick, cell: ONE });
}

/** Files a second are one over the mean time. */
function hits(seen: Observations, sizeBytes: number): Quantity {
  return combine((times) => 1 / times, twoOverOne(seen, 'meanNs', sizeBytes));
}

/** Visits with a file that took far longer than any other. */
function pathological(seen: Observations): Quantity {
  const longest = seen.values({ cell: ONE, measure: TRANSFER, sizeBytes: SMALL, value: 'maxNs' });
  return exactly(longest.filter((ns) => ns >= PATHOLOGICAL_NS).length);
}

function shareOfFirst(seen: Observations): Quantity {
  const count = (value: string) => seen.total({ cell: TWO, measure: AT_WORK, value });
  return combine((first, all) => (100 * first) / all, count('files realserver1'), count('files'));
}

const EQUAL = { min: 0.9, max: 1.1 };

export const serialClient: Experiment = {
  id: 'serial-client',
  section: '4.4',
  title: 'Two realservers and a client that waits',
  method:
    'An LVS by VS-DR with one realserver and one with two stand side by side. The client fetches a file by http, ' +
    'with a connection for each, and begins with the next when it has all of it. Beside that, packets on the ' +
    'wires of both realservers tell when each is at work: from its SYN-ACK to its FIN.',
  claims: [
    {
      id: 'C46',
      section: '4.4',
      says: 'A second realserver gives a serial client nothing: hits, mean and least times are the same.',
      paper: 'the same',
      criterion: 'two realservers / one, for 1 kB and 1 MB: hits and least time 0.9 to 1.1',
      remark:
        'A gain would be a factor of two. Realservers of a lab have one machine’s caches between them, and two of ' +
        'them take some percent longer (4 % for 1 kB), so 5 % would be too narrow.',
      judge: (seen) =>
        [SMALL, LARGE].flatMap((size) => [
          state(`hits, ${size === SMALL ? '1 kB' : '1 MB'}, two / one`, hits(seen, size), EQUAL),
          state(`least time, ${size === SMALL ? '1 kB' : '1 MB'}, two / one`, twoOverOne(seen, 'minNs', size), EQUAL),
        ]),
    },
    {
      id: 'C47',
      section: '4.4',
      says: 'The longest time is less bad with two realservers.',
      paper: 'maxima differ',
      criterion:
        'files of 1 kB: with one realserver some take 100 ms or more; longest time of a visit, two realservers / ' +
        'one, at most 0.8',
      remark:
        'The paper’s maxima were stops of 300 ms, which it makes nothing of; a machine without them has nothing ' +
        'for a second realserver to cure, and the rest of its longest times is noise. Without a bound there would ' +
        'be no verdict.',
      judge: (seen) => [
        state('visits with 100 ms or more, one realserver', pathological(seen), { min: 1 }),
        state('longest time, two / one', twoOverOne(seen, 'maxNs', SMALL), { max: 0.8 }),
        ...CELLS.map((cell) =>
          report(
            `longest time, ${cell}`,
            combine((ns) => ns / 1e6, seen.median({ cell, measure: TRANSFER, sizeBytes: SMALL, value: 'maxNs' })),
            'ms',
          ),
        ),
      ],
    },
    {
      id: 'C48',
      section: '4.4',
      says: 'Requests are serialised: one realserver works while the other one idles.',
      paper: 'the lights of the switch flash in turns',
      criterion: 'files of 1 MB: both at work at most 1 % of the time; each has 49 to 51 % of the files',
      remark: 'By round robin the turns are files, where the lights changed every few seconds.',
      judge: (seen) => [
        state(
          'both at work, of the time in which one is',
          combine((share) => 100 * share, seen.median({ cell: TWO, measure: AT_WORK, value: 'overlap' })),
          { max: 1 },
          '%',
        ),
        state('files of the first realserver', shareOfFirst(seen), { min: 49, max: 51 }, '%'),
        report('files watched', seen.total({ cell: TWO, measure: AT_WORK, value: 'files' })),
      ],
    },
  ],
  figures: [
    {
      title: 'Throughput of http.',
      caption: 'Against the file’s size, both logarithmic; a connection for each file.',
      kind: 'throughput',
      measure: TRANSFER,
      cells: CELLS,
    },
  ],
  needs: () => missingFor([TRANSFER]),
  measure: async (bench) => {
    const cluster = bench.cluster('vs-dr');
    const plan = (servers: 'first' | 'all') => planSystem(cluster, 'dr', { measured: HTTP, servers });
    const one = await bench.stand(plan('first'), { services: HTTP });
    const two = await bench.stand(plan('all'), { services: HTTP });
    const [first, ...others] = two.plan.answeredBy;
    for (const server of others) await two.serve(server, HTTP, 0);
    // A client's port comes round again within minutes, and would lead back to its old realserver, out of turn.
    changeSettings(two.lab, { conn_reuse_mode: REUSE_AFTER_FIN });
    const sizes = bench.choose(QUICK_SIZES, FULL_SIZES);
    const how = { seconds: VISIT_SECONDS };
    await bench.goRound(bench.choose(14, 30), [
      ...transferStops(ONE, one, TRANSFER, sizes, how),
      ...transferStops(TWO, two, TRANSFER, sizes, how),
      watchingStop(TWO, two, [first ?? '', ...others]),
    ]);
  },
};
