// The introduction's table and equation: one line for the time of every service, how long the shortest transfer of each takes,
// and whether netpipe tells the rate of the others.

import { combine, type Line, type Observations, type Quantity, ratio, report, state } from '../../analysis/mod.ts';
import type { TransferName } from '../../model/mod.ts';
import { servicesFor } from '../service-ports.ts';
import { planSystem } from '../systems.ts';
import type { Testbed, TransferHow } from '../testbed.ts';
import type { Bench, Stop } from './bench.ts';
import type { Experiment } from './experiment.ts';
import { missingFor } from './needs.ts';
import { halfRateBytes, throughputRatio } from './quantities.ts';
import { netpipeStops, transferStops } from './stops.ts';

const NETPIPE = 'netpipe';
/** Used as the paper did: a connection for each file, ftp with its log-in, rsh to /dev/null. */
const TRANSFERS: Readonly<Record<string, { readonly name: TransferName; readonly how?: TransferHow }>> = {
  http: { name: 'http-new' },
  lpd: { name: 'lpd' },
  ftp: { name: 'ftp', how: { ftp: { filesPerSession: 1 } } },
  rsh: { name: 'rsh' },
};
const SERVICES = [NETPIPE, ...Object.keys(TRANSFERS)];
/** What netpipe is to predict. */
const PREDICTED = ['http', 'rsh'];
/** Each follows the one before it in the paper's table; of the last two neither need be the slower one. */
const SLOWER_THAN = [
  ['http', NETPIPE],
  ['lpd', 'http'],
  ['ftp', 'lpd'],
  ['rsh', 'lpd'],
] as const;

/** All under one name, with the service as the cell: so they are side by side in a round, and in one plot. */
const MEASURE = 'transfer';
/** The same elsewhere, at the largest size alone. */
const OFFLOADED = 'transfer, offloads on';
const LIMITED = 'transfer, 100 Mbit/s';
const LIMIT = '100mbit';
/** Of a visit: some transfers of each service. */
const SECONDS = 0.03;
const QUICK_SIZES = [1, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216];
const FULL_SIZES = Array.from({ length: 14 }, (_, index) => 4 ** index);

/** Of every service; each fit takes a while. */
function linesOf(seen: Observations): (cell: string) => Line {
  const lines = new Map(SERVICES.map((cell) => [cell, seen.line({ cell, measure: MEASURE })]));
  return (cell) => lines.get(cell) as Line;
}

const inThousands = (quantity: Quantity) => combine((value) => value / 1000, quantity);

/** Throughput of a service over netpipe's, at the largest size that was measured there. */
function besideNetpipe(seen: Observations, cell: string, measure: string) {
  const sizeBytes = seen.sizes({ cell, measure }).at(-1) ?? 0;
  return throughputRatio(seen, cell, NETPIPE, sizeBytes, measure);
}

export const services: Experiment = {
  id: 'services',
  section: 'introduction',
  title: 'One line for every service',
  method:
    'Netpipe, http, lpd, ftp and rsh go round on one path by VS-DR and on one CPU, size after size, without offloads (TSO, GSO, ' +
    'GRO), as network cards were. The largest size is also measured with offloads, and one of some MB over links of 100 Mbit/s.',
  claims: [
    {
      id: 'C01',
      section: 'introduction',
      says: 'The time of a transfer is a latency plus its bytes over the greatest rate, whatever the service.',
      paper: 'one line for each service',
      criterion: 'distance of the times from the line, for each service: median at most 10 %, largest at most 30 %',
      remark:
        'All sizes count, and one rate has to do: none is set aside as a knee. With offloads netpipe would need two, because a block ' +
        'that fits into the CPU’s cache moves several times as fast as a larger one; so the services go without, as the paper’s did.',
      judge: (seen) => {
        const lineOf = linesOf(seen);
        return SERVICES.flatMap((cell) => {
          const { medianResidual, largestResidual } = lineOf(cell);
          return [
            state(`median distance from the line, ${cell}`, medianResidual, { max: 0.1 }),
            state(`largest, ${cell}`, largestResidual, { max: 0.3 }),
          ];
        });
      },
    },
    {
      id: 'C02',
      section: 'introduction',
      says: 'Netpipe has the lowest latency, then come http, lpr, and ftp and rsh; each puts a pole at its latency times the rate.',
      paper:
        '0.3 ms netpipe, 5.5 http, 40 lpr (200 in section 5.3), 170 ftp, 1100 rsh; poles at 1500 B, 64 kB, 64 kB, –, 3 MB',
      criterion:
        'L in this order, ftp and rsh in any; size that reaches half of the best rate / (L · r∞), for each: 0.5 to 2',
      remark: 'lpr’s 40 ms are those of Nagle’s algorithm against delayed acknowledgements, which this client avoids.',
      judge: (seen) => {
        const lineOf = linesOf(seen);
        return [
          ...SLOWER_THAN.map(([slow, fast]) =>
            state(`L, ${slow} / ${fast}`, ratio(lineOf(slow).latencyNs, lineOf(fast).latencyNs), { min: 1 }),
          ),
          ...SERVICES.map((cell) =>
            state(
              `half of the best rate / (L · r∞), ${cell}`,
              ratio(halfRateBytes(seen, cell, MEASURE), lineOf(cell).poleBytes),
              { min: 0.5, max: 2 },
            ),
          ),
          ...SERVICES.map((cell) => report(`L, ${cell}`, inThousands(inThousands(lineOf(cell).latencyNs)), 'ms')),
          ...SERVICES.map((cell) => report(`pole, ${cell}`, inThousands(lineOf(cell).poleBytes), 'kB')),
        ];
      },
    },
    {
      id: 'C04',
      section: 'introduction',
      says: 'Netpipe predicts how fast an LVS fetches by http and copies by rsh.',
      paper: '50 Mbit/s by netpipe, as much by http, 40 by rsh',
      criterion:
        'on links of 100 Mbit/s, the paper’s: throughput of a large file by http and by rsh / netpipe’s at that size: 0.8 to 1.25',
      remark:
        'On links without a rate it is the CPU that is measured, on which netpipe, http and rsh copy each byte another number of ' +
        'times. Their ratios there are reported: no prediction to 25 %.',
      judge: (seen) => {
        const lineOf = linesOf(seen);
        const rateOf = (cell: string) => lineOf(cell).rateMbps;
        return [
          ...PREDICTED.map((cell) =>
            state(`throughput on 100 Mbit/s, ${cell} / netpipe`, besideNetpipe(seen, cell, LIMITED), {
              min: 0.8,
              max: 1.25,
            }),
          ),
          ...PREDICTED.map((cell) =>
            report(`r∞ without a limit, ${cell} / netpipe`, ratio(rateOf(cell), rateOf(NETPIPE))),
          ),
          ...PREDICTED.map((cell) =>
            report(`throughput with offloads, ${cell} / netpipe`, besideNetpipe(seen, cell, OFFLOADED)),
          ),
          ...SERVICES.map((cell) => report(`r∞, ${cell}`, rateOf(cell), 'Mbit/s')),
        ];
      },
    },
  ],
  figures: [
    {
      title: 'Throughput.',
      caption: 'Against size, both logarithmic; without offloads.',
      kind: 'throughput',
      measure: MEASURE,
      cells: SERVICES,
    },
    {
      title: 'Time.',
      caption: 'Of the same transfers: flat below the pole of each service, a rate above it.',
      kind: 'time',
      measure: MEASURE,
      cells: SERVICES,
    },
  ],
  needs: () => missingFor(Object.values(TRANSFERS).map(({ name }) => name)),
  measure: async (bench) => {
    const sizes = bench.choose(QUICK_SIZES, FULL_SIZES);
    const [bare, offloaded, limited] = await Promise.all([
      standWith(bench, SERVICES, { offload: false }),
      standWith(bench, PREDICTED, {}),
      standWith(bench, PREDICTED, { rate: LIMIT }),
    ]);
    await bench.goRound(bench.choose(6, 10), [
      ...(await stopsOf(bare, SERVICES, sizes, MEASURE)),
      ...(await stopsOf(offloaded, [NETPIPE, ...PREDICTED], sizes.slice(-1), OFFLOADED)),
      ...(await stopsOf(limited, [NETPIPE, ...PREDICTED], [1_048_576], LIMITED)),
    ]);
  },
};

/** VS-DR with these services on the realserver. */
function standWith(
  bench: Bench,
  cells: readonly string[],
  links: { readonly offload?: boolean; readonly rate?: string },
) {
  const served = servicesFor(cells.flatMap((cell) => TRANSFERS[cell]?.name ?? []));
  const plan = planSystem(bench.cluster('vs-dr'), 'dr', { measured: served });
  return bench.stand(plan, { ...links, services: served });
}

async function stopsOf(
  testbed: Testbed,
  cells: readonly string[],
  sizes: readonly number[],
  measure: string,
): Promise<readonly Stop[]> {
  const stops = cells.map(async (cell) => {
    const transfer = TRANSFERS[cell];
    if (transfer === undefined) return await netpipeStops(cell, testbed, sizes, { measure });
    return transferStops(cell, testbed, transfer.name, sizes, { measure, seconds: SECONDS, how: transfer.how ?? {} });
  });
  return (await Promise.all(stops)).flat();
}
