// Section 5.3: printing through an LVS. A print server has each job in its spool before it answers for it; so it is compared
// with other copies to a file, and with what goes nowhere. And whether it helps to have read a file before it is printed.

import { combine, type Line, type Observations, ratio, report, state } from '../../analysis/mod.ts';
import { limitDisk } from '../../lab/mod.ts';
import { paperFileName } from '../../measure/mod.ts';
import type { TransferName } from '../../model/mod.ts';
import { HTTP_DISK_FOLDER, httpFromDisk, servicesFor } from '../service-ports.ts';
import { planSystem } from '../systems.ts';
import type { TransferHow } from '../testbed.ts';
import type { Experiment } from './experiment.ts';
import { missingFor } from './needs.ts';
import { throughputRatio } from './quantities.ts';
import { transferStops } from './stops.ts';

const MEASURE = 'transfer';
const COPIES = [
  { cell: 'http', name: 'http-new', how: {} },
  { cell: 'lpd', name: 'lpd', how: {} },
  { cell: 'rsh', name: 'rsh', how: {} },
  { cell: 'rsh to a file', name: 'rsh', how: { rsh: { to: 'file' } } },
  { cell: 'rsh to the disk', name: 'rsh', how: { rsh: { to: 'disk' } } },
] as const satisfies readonly { cell: string; name: TransferName; how: TransferHow }[];
const QUICK_SIZES = [1, 65_536, 1_048_576, 8_388_608];
const FULL_SIZES = [1, 8192, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216];
/** Where setting up a connection still counts. */
const MEDIUM_BYTES = 1_048_576;

const PRELOAD = 'preloading';
const FILE = `${HTTP_DISK_FOLDER}/files/${paperFileName(Math.log2(MEDIUM_BYTES))}`;
/** Slower than any disk of today, so that the disk shows: a file of 1 MB takes some tenths of a second. */
const DISK_BYTES_PER_SECOND = 4_000_000;
const PRELOADED: readonly { readonly cell: string; readonly name: TransferName; readonly how: TransferHow }[] = [
  { cell: 'http, read before', name: 'http-new', how: {} },
  { cell: 'http, from the disk', name: 'http-new', how: { coldFile: FILE } },
  { cell: 'lpd, read before', name: 'lpd', how: { file: FILE } },
  { cell: 'lpd, from the disk', name: 'lpd', how: { file: FILE, coldFile: FILE } },
];

const lineOf = (seen: Observations, cell: string) => seen.line({ cell, measure: MEASURE });

/** Time of 1 MB from the disk over that of one that was read before. */
function coldOverWarm(seen: Observations, service: string) {
  const of = (how: string) => ({ cell: `${service}, ${how}`, measure: PRELOAD });
  return seen.medianRatio(of('from the disk'), of('read before'));
}

export const printing: Experiment = {
  id: 'printing',
  section: '5.3',
  title: 'Printing',
  method:
    'Print jobs go through VS-DR to BSD’s lpd, until it has them in its spool; files by http and copies by rsh to /dev/null, to a ' +
    'file and to a file that is on the disk (fsync) go round with them, without offloads. Then 1 MB is printed, and fetched, from ' +
    'a disk of 4 MB/s, after it was read and without.',
  claims: [
    {
      id: 'C59',
      section: '5.3',
      says: 'A print job takes less time to set up than a copy by rsh, so it beats rsh to a disk; its rate is a fraction of that of http.',
      paper: '0.2 s against 1.1; 18 Mbit/s against 12, and 45 by http',
      criterion: 'L, lpd / rsh: below 1; throughput of 1 MB, lpd / rsh to a file: above 1; r∞, lpd / http: 0.2 to 0.8',
      remark:
        'The paper put the advantage over rsh down to the shorter set-up, so it is judged at a size where that counts, and against a ' +
        'file: neither lpd nor the paper’s cat waits for the disk. r∞, where no set-up counts, is reported: there rsh need not be ' +
        'behind. A spool in memory would lift the rate of printing.',
      judge: (seen) => {
        const [http, lpd, rsh, file] = COPIES.map(({ cell }) => lineOf(seen, cell)) as [Line, Line, Line, Line];
        return [
          state('L, lpd / rsh', ratio(lpd.latencyNs, rsh.latencyNs), { max: 1 }),
          state(
            'throughput of 1 MB, lpd / rsh to a file',
            throughputRatio(seen, 'lpd', 'rsh to a file', MEDIUM_BYTES, MEASURE),
            { min: 1 },
          ),
          state('r∞, lpd / http', ratio(lpd.rateMbps, http.rateMbps), { min: 0.2, max: 0.8 }),
          report('r∞, lpd / rsh to a file', ratio(lpd.rateMbps, file.rateMbps)),
          report(
            'throughput of 1 MB, lpd / rsh to the disk',
            throughputRatio(seen, 'lpd', 'rsh to the disk', MEDIUM_BYTES, MEASURE),
          ),
          report(
            'L, lpd',
            combine((ns) => ns / 1e6, lpd.latencyNs),
            'ms',
          ),
          report('r∞, lpd', lpd.rateMbps, 'Mbit/s'),
        ];
      },
    },
    {
      id: 'C60',
      section: '5.3',
      says: 'To have read a file before does not make it print faster, as it does make it come faster by http.',
      paper: 'no difference; rlpr’s client read from its disk again',
      criterion: 'time of 1 MB from the disk / read before: lpd 0.9 to 1.1, http above 1.1',
      remark:
        'Today what was read stays in the memory of a host that has some, and a print client reads the file once, from there: ' +
        'printing is expected to gain as much as http does.',
      judge: (seen) => [
        state('from the disk / read before, lpd', coldOverWarm(seen, 'lpd'), { min: 0.9, max: 1.1 }),
        state('from the disk / read before, http', coldOverWarm(seen, 'http'), { min: 1.1 }),
      ],
    },
  ],
  figures: [
    {
      title: 'Throughput.',
      caption: 'Against size, both logarithmic; without offloads.',
      kind: 'throughput',
      measure: MEASURE,
      cells: COPIES.map(({ cell }) => cell),
    },
  ],
  needs: () => missingFor(COPIES.map(({ name }) => name)),
  measure: async (bench) => {
    const served = [...httpFromDisk(), ...servicesFor(['rsh', 'lpd'])];
    const plan = planSystem(bench.cluster('vs-dr'), 'dr', { measured: served });
    const bed = await bench.stand(plan, { services: served, offload: false });
    const sizes = bench.choose(QUICK_SIZES, FULL_SIZES);
    await bench.goRound(
      bench.choose(8, 16),
      COPIES.flatMap(({ cell, name, how }) =>
        transferStops(cell, bed, name, sizes, { measure: MEASURE, seconds: 0.03, how }),
      ),
    );
    for (const machine of ['client', 'realserver1']) {
      bench.onEnd(limitDisk(bed.lab.plan, machine, HTTP_DISK_FOLDER, DISK_BYTES_PER_SECOND));
    }
    await bench.goRound(
      bench.choose(8, 16),
      PRELOADED.flatMap(({ cell, name, how }) =>
        transferStops(cell, bed, name, [MEDIUM_BYTES], { measure: PRELOAD, how }),
      ),
    );
  },
};
