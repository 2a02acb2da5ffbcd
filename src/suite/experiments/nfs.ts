// The section on NFS: how fast files come and go over UDP, in parts of what size, and what an LVS has to do with it.

import { combine, type Observations, report, state } from '../../analysis/mod.ts';
import { NFS_EXPORTS } from '../../measure/mod.ts';
import { servicesFor } from '../service-ports.ts';
import { planSystem } from '../systems.ts';
import type { Testbed, TransferHow } from '../testbed.ts';
import type { Experiment } from './experiment.ts';
import { missingFor } from './needs.ts';
import { throughputMbps, timeRatio } from './quantities.ts';
import { netpipeStops, transferStops } from './stops.ts';

type Direction = 'read' | 'write';

const LVS = 'VS-DR';
const FORWARDING = 'forwarding';
const TO_NOTHING = 'to an export that keeps nothing';
/** The paper's rsize and wsize. */
const PARTS_BYTES = [1024, 4096, 8192, 16_384] as const;
const partsOf = (bytes: number) => `parts of ${bytes / 1024} kB`;
const [SMALLEST, LARGEST] = [partsOf(PARTS_BYTES[0]), partsOf(PARTS_BYTES[3])];
const SMALL_BYTES = 1;
const LARGE_BYTES = 1_048_576;
/** Of a visit: some files of 1 MB, so that one that was disturbed does not stand for all. */
const SECONDS = 0.06;
const SAME = { min: 0.9, max: 1.1 };

/** Throughput of what is written over that of what is read. */
function writtenOverRead(seen: Observations, cell: string) {
  return seen.medianRatio(
    { cell, measure: 'read', sizeBytes: LARGE_BYTES },
    { cell, measure: 'write', sizeBytes: LARGE_BYTES },
  );
}

/** Some servers lack the export that keeps nothing: Debian has it in a package of its own. */
function hasNothing(seen: Observations): boolean {
  return seen.of({ cell: TO_NOTHING, measure: 'write' }).some(({ values }) => values.timeNs !== undefined);
}

export const nfs: Experiment = {
  id: 'nfs',
  section: 'NFS',
  title: 'NFS over UDP',
  method:
    'Files of 1 B and 1 MB are read, and written to a file system in memory, through VS-DR and through plain forwarding, in READs ' +
    'and WRITEs of 8 kB; through VS-DR also in parts of 1 to 16 kB, and written to an export that keeps nothing. Netpipe goes round ' +
    'with them, all on one CPU.',
  claims: [
    {
      id: 'C62',
      section: 'NFS',
      says: 'The size of a READ or WRITE, from 1 to 16 kB, changes neither the latency nor the throughput of NFS.',
      paper: 'no difference seen',
      criterion: 'parts of 1 kB / of 16 kB, read and written: time of 1 B and throughput of 1 MB 0.9 to 1.1',
      remark:
        'Each part is a call that is answered: where the CPU is the limit, and not a disk, sixteen times as many of them ' +
        'cost, although one of 16 kB goes in a dozen fragments.',
      judge: (seen) =>
        (['read', 'write'] as const).flatMap((direction) => [
          state(
            `time of 1 B, parts of 1 / 16 kB, ${direction}`,
            timeRatio(seen, SMALLEST, LARGEST, SMALL_BYTES, direction),
            SAME,
          ),
          state(
            `throughput of 1 MB, parts of 1 / 16 kB, ${direction}`,
            timeRatio(seen, LARGEST, SMALLEST, LARGE_BYTES, direction),
            SAME,
          ),
        ]),
    },
    {
      id: 'C64',
      section: 'NFS',
      says: 'NFS is as fast in one direction as in the other, and through an LVS as fast as by forwarding.',
      paper: 'equal, 4 Mbit/s',
      criterion:
        'throughput of 1 MB, written / read, by either way, and VS-DR / forwarding, in either direction: 0.9 to 1.1',
      remark:
        'A file that is written is also made, and committed at its end, and over UDP fewer WRITEs than READs may be on their way: ' +
        'that the directions differ is no matter of the LVS.',
      judge: (seen) => [
        ...(['read', 'write'] as const).map((direction) =>
          state(
            `throughput of 1 MB, VS-DR / forwarding, ${direction}`,
            timeRatio(seen, FORWARDING, LVS, LARGE_BYTES, direction),
            SAME,
          ),
        ),
        ...[LVS, FORWARDING].map((cell) =>
          state(`throughput of 1 MB, written / read, ${cell}`, writtenOverRead(seen, cell), SAME),
        ),
      ],
    },
    {
      id: 'C65',
      section: 'NFS',
      says: 'NFS is slow: a small part of what the network and the hosts can do.',
      paper: '4 Mbit/s, of 50 by netpipe',
      criterion: 'throughput of 1 MB through VS-DR, read by NFS / netpipe: at most 0.2',
      remark:
        'The server is one in user space, the client sends UDP’s fragments one by one; netpipe has the offloads of TCP.',
      judge: (seen) => {
        const read = throughputMbps(seen, LVS, LARGE_BYTES, 'read');
        return [
          state(
            'throughput of 1 MB, NFS / netpipe',
            seen.medianRatio(
              { cell: LVS, sizeBytes: LARGE_BYTES },
              { cell: LVS, measure: 'read', sizeBytes: LARGE_BYTES },
            ),
            { max: 0.2 },
          ),
          report('read', read, 'Mbit/s'),
          report('written', throughputMbps(seen, LVS, LARGE_BYTES, 'write'), 'Mbit/s'),
        ];
      },
    },
    {
      id: 'C66',
      section: 'NFS',
      says: 'A file that is written to the server’s memory has a lower latency than one that is read to /dev/null.',
      paper: 'lower, no numbers',
      criterion: 'time of 1 B, written to memory / read: below 1',
      remark:
        'The paper’s /dev/null was that of the client, at the end of a read. A file that is written is made and committed today. An ' +
        'export that keeps nothing is compared, too, and reported.',
      judge: (seen) => {
        const timeOf = (measure: Direction, cell = LVS) =>
          combine((ns) => ns / 1000, seen.time({ cell, measure, sizeBytes: SMALL_BYTES }));
        return [
          state(
            'time of 1 B, written to memory / read',
            seen.medianRatio(
              { cell: LVS, measure: 'write', sizeBytes: SMALL_BYTES },
              { cell: LVS, measure: 'read', sizeBytes: SMALL_BYTES },
            ),
            { max: 1 },
          ),
          ...(hasNothing(seen)
            ? [report('written to memory / to nothing', timeRatio(seen, LVS, TO_NOTHING, SMALL_BYTES, 'write'))]
            : []),
          report('read', timeOf('read'), 'µs'),
          report('written to memory', timeOf('write'), 'µs'),
        ];
      },
    },
  ],
  figures: (['read', 'write'] as const).map((direction) => ({
    title: direction === 'read' ? 'Files read.' : 'Files written.',
    caption: 'Time against size, both logarithmic.',
    kind: 'time',
    measure: direction,
    cells: [LVS, FORWARDING, ...PARTS_BYTES.map(partsOf), TO_NOTHING],
  })),
  needs: () => missingFor(['nfs']),
  measure: async (bench) => {
    const served = servicesFor(['nfs']);
    const stand = (system: 'dr' | 'forward-oneway') =>
      bench.stand(planSystem(bench.cluster('vs-dr'), system, { measured: served }), { services: served });
    const [lvs, forwarding] = await Promise.all([stand('dr'), stand('forward-oneway')]);
    const stops = (cell: string, bed: Testbed, direction: Direction, how: TransferHow = {}) =>
      transferStops(cell, bed, direction === 'read' ? 'nfs' : 'nfs-write', [SMALL_BYTES, LARGE_BYTES], {
        measure: direction,
        seconds: SECONDS,
        how,
      });
    await bench.goRound(bench.choose(8, 20), [
      ...(await netpipeStops(LVS, lvs, [LARGE_BYTES])),
      ...stops(LVS, lvs, 'read'),
      ...stops(FORWARDING, forwarding, 'read'),
      ...PARTS_BYTES.flatMap((bytes) => stops(partsOf(bytes), lvs, 'read', { nfs: { readBytes: bytes } })),
      ...stops(LVS, lvs, 'write'),
      ...stops(FORWARDING, forwarding, 'write'),
      ...PARTS_BYTES.flatMap((bytes) => stops(partsOf(bytes), lvs, 'write', { nfs: { writeBytes: bytes } })),
      ...stops(TO_NOTHING, lvs, 'write', { nfs: { exportPath: NFS_EXPORTS.null } }),
    ]);
  },
};
