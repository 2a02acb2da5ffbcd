// Section 4.1: http of a file that does not fit into the realserver's memory. The page cache of a machine of today would hold it
// a thousand times; so one realserver gets as little memory as the paper's.

import { join } from 'node:path';
import { combine, type Observations, type Quantity, report, state } from '../../analysis/mod.ts';
import { limitDisk, limitMemory } from '../../lab/mod.ts';
import { writePaperFiles } from '../../measure/mod.ts';
import { dropFileCache, requireDisk } from '../../system/mod.ts';
import { servicesFor } from '../service-ports.ts';
import { planSystem } from '../systems.ts';
import type { Bench } from './bench.ts';
import type { Experiment } from './experiment.ts';
import { missingFor } from './needs.ts';
import { throughputMbps } from './quantities.ts';
import { transferStops } from './stops.ts';

const LIMITED = '64 MB of memory';
const UNLIMITED = 'all the memory';
const CELLS = [LIMITED, UNLIMITED];
const TRANSFER = 'http-new';
const MB = 2 ** 20;
const SIZES = [16 * MB, 32 * MB, 64 * MB];
/** Some transfers of what is in memory. */
const VISIT_SECONDS = 0.15;
/** The paper's. */
const MEMORY_BYTES = 64 * MB;
/** A disk of today is as fast as memory was then. This one is slower than a lab's links, as theirs was slower than memory. */
const DISK_BYTES_PER_SECOND = 200 * MB;
const SERVER = 'realserver1';

/** Throughput of the file that does not fit over that of the largest one that does. */
function tooLargeOverFitting(seen: Observations, cell: string): Quantity {
  // Twice the bytes: in twice the time it is as fast.
  const which = { cell, measure: TRANSFER };
  const times = seen.medianRatio({ ...which, sizeBytes: 32 * MB }, { ...which, sizeBytes: 64 * MB });
  return combine((time) => 2 * time, times);
}

/** A folder with files of its own: pages that another machine has read are in memory for both. */
function makeFiles(bench: Bench): string {
  requireDisk(DISK_FOLDER);
  const folder = bench.makeFolder('files', DISK_FOLDER);
  writePaperFiles(join(folder, 'files'));
  dropFileCache(join(folder, 'files'));
  return folder;
}

const DISK_FOLDER = '/var/tmp';

export const memoryLimit: Experiment = {
  id: 'memory-limit',
  section: '4.1',
  title: 'A file larger than memory',
  method:
    'An LVS by VS-DR stands twice with http on its realserver, whose files lie on a disk: once with 64 MB of memory and a disk of ' +
    '200 MB/s, once without limits. The client fetches files of 16, 32 and 64 MB, each first once without counting it.',
  claims: [
    {
      id: 'C41',
      section: '4.1',
      says: 'A file of 64 MB is slower than one of 32 MB, because it does not fit into the realserver’s memory.',
      paper: '64 MB slower, with 64 MB of memory',
      criterion: 'throughput of 64 MB over that of 32 MB: below 0.8 with the limit, 0.9 to 1.1 without',
      remark:
        'The limited realserver’s disk is limited, too: what is read from one of today is slower than memory, but need not be by a fifth.',
      judge: (seen) => [
        state('throughput, 64 MB / 32 MB, limited', tooLargeOverFitting(seen, LIMITED), { max: 0.8 }),
        state('throughput, 64 MB / 32 MB, unlimited', tooLargeOverFitting(seen, UNLIMITED), { min: 0.9, max: 1.1 }),
        ...CELLS.flatMap((cell) =>
          SIZES.map((bytes) =>
            report(`throughput of ${bytes / MB} MB, ${cell}`, throughputMbps(seen, cell, bytes, TRANSFER), 'Mbit/s'),
          ),
        ),
      ],
    },
  ],
  figures: [
    {
      title: 'Throughput of http.',
      caption: 'Against the file’s size, both logarithmic.',
      kind: 'throughput',
      cells: CELLS,
      measure: TRANSFER,
    },
  ],
  needs: () => missingFor([TRANSFER]),
  measure: async (bench) => {
    const services = servicesFor([TRANSFER]);
    const plan = planSystem(bench.cluster('vs-dr'), 'dr', { measured: services });
    const stops = [];
    for (const cell of CELLS) {
      const folder = makeFiles(bench);
      const testbed = await bench.stand(plan);
      if (cell === LIMITED) {
        // The agents have begun before, and are not counted.
        limitMemory(testbed.lab.plan, SERVER, MEMORY_BYTES);
        limitDisk(testbed.lab.plan, SERVER, folder, DISK_BYTES_PER_SECOND);
      }
      const fromDisk = services.map((service) => ({ ...service, words: ['--folder', folder] }));
      await testbed.serve(SERVER, fromDisk, 0);
      stops.push(...transferStops(cell, testbed, TRANSFER, SIZES, { seconds: VISIT_SECONDS }));
    }
    await bench.goRound(bench.choose(10, 20), stops);
  },
};
