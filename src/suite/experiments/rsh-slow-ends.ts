// Section 5.2: what slow machines make of copies by rsh: a realserver with a disk slower than the network, and a realserver that
// copies to itself with both ends on its quarter of a CPU.

import { type Observations, report, state } from '../../analysis/mod.ts';
import { limitCpu, limitDisk } from '../../lab/mod.ts';
import { LvskitError } from '../../model/mod.ts';
import { servicesFor } from '../service-ports.ts';
import { planSystem } from '../systems.ts';
import type { Testbed } from '../testbed.ts';
import type { Bench, Stop } from './bench.ts';
import type { ClaimJudgement, Experiment } from './experiment.ts';
import { missingFor } from './needs.ts';
import { timeRatio } from './quantities.ts';
import { transferStops } from './stops.ts';

const SERVER = 'realserver1';
const MB = 2 ** 20;
const LARGE = 16 * MB;

/** Measure of copies while the disk has a limit, and its cells. */
const DISK = 'rsh, slow disk';
const NULL_LVS = 'VS-DR, to /dev/null';
const CACHED_LVS = 'VS-DR, to the page cache';
const DISK_LVS = 'VS-DR, to a disk';
const DISK_DIRECT = 'directly, to a disk';
/** As fast as the paper's, about, and slower than any network here. */
const DISK_BYTES_PER_SECOND = 4_000_000;
/** Where `lvskit serve rsh` has what is copied. */
const DISK_FOLDER = '/var/lib/lvskit/rsh';
/** What goes to the disk in a tenth of a second is not held back. */
const DISK_SIZES = [1, MB / 8, MB];

/** Measure of copies between machines that have little of a CPU, and its cells. */
const CPU = 'rsh, slow CPUs';
const LVS = 'VS-DR';
const SERVER_SELF = 'realserver to itself';
const CPU_SHARE = 0.25;

/** What the machine lacks for a part of the experiment, by the words of the error. */
const LACKING = 'lacking';

const EQUAL = { min: 0.9, max: 1.1 };

/** What the machine lacks for a part of the experiment, or what its observations say. */
function unlessLacking(seen: Observations, cell: string, judge: () => ClaimJudgement): ClaimJudgement {
  const [lacking] = seen.of({ cell, measure: LACKING });
  return lacking === undefined ? judge() : { needs: lacking.words?.join('; ') ?? cell };
}

export const rshSlowEnds: Experiment = {
  id: 'rsh-slow-ends',
  section: '5.2',
  title: 'Copies by rsh with slow ends: a disk, little CPU',
  method:
    'One client copies files by rsh to a realserver whose disk writes 4 MB/s, through VS-DR and directly, to that disk, to the page ' +
    'cache and to /dev/null in turns. Then client and realserver have a quarter of a CPU each, and the realserver copies to itself besides.',
  claims: [
    {
      id: 'C55',
      section: '5.2',
      says: 'Large copies to a disk are slower, because of the disk and not of the LVS: directly they take as long.',
      paper: '12 Mbit/s instead of 45 above 128 kB, by LVS and directly',
      criterion:
        'throughput of 1 MB, to the disk / to /dev/null: below 0.8; to the disk, directly / VS-DR: within 10 %',
      remark:
        'Today a copy is done when it is in the page cache, so here it ends when its file is on the disk (fsync), and the disk is one of ' +
        '4 MB/s. How large a copy must be to show it depends on that.',
      judge: (seen) =>
        unlessLacking(seen, DISK, () => {
          const overNull = (cell: string, sizeBytes: number) => timeRatio(seen, NULL_LVS, cell, sizeBytes, DISK);
          return [
            state('throughput of 1 MB, disk / null', overNull(DISK_LVS, MB), { max: 0.8 }),
            state(
              'throughput of 1 MB to the disk, directly / VS-DR',
              timeRatio(seen, DISK_LVS, DISK_DIRECT, MB, DISK),
              EQUAL,
            ),
            report('throughput of 1 B, disk / null', overNull(DISK_LVS, 1)),
            report('throughput of 1 MB, page cache / null', overNull(CACHED_LVS, MB)),
          ];
        }),
    },
    {
      id: 'C57',
      section: '5.2',
      says: 'A realserver copies to itself more slowly than a client does through the LVS, as both ends share its CPU.',
      paper: '12 Mbit/s instead of 40',
      criterion: 'throughput of 16 MB, realserver to itself / VS-DR, a quarter of a CPU each: below 1',
      remark:
        'lo has the MTU and the offloads of the network’s links. The CPU time that counts is that of processes: the kernel’s work on a ' +
        'packet is in that of the sender.',
      judge: (seen) =>
        unlessLacking(seen, CPU, () => [
          state('throughput of 16 MB, realserver to itself / VS-DR', timeRatio(seen, LVS, SERVER_SELF, LARGE, CPU), {
            max: 1,
          }),
        ]),
    },
  ],
  figures: [
    {
      title: 'Copies to a slow disk.',
      caption: 'Their times against the size of the file, beside those to /dev/null and to the page cache.',
      kind: 'time',
      measure: DISK,
      cells: [NULL_LVS, CACHED_LVS, DISK_LVS, DISK_DIRECT],
    },
  ],
  needs: () => missingFor(['rsh']),
  measure: async (bench) => {
    const services = servicesFor(['rsh']);
    const [lvs, direct] = (await Promise.all(
      (['dr', 'direct'] as const).map((system) =>
        bench.stand(planSystem(bench.cluster('vs-dr'), system, { measured: services }), { services }),
      ),
    )) as [Testbed, Testbed];
    if (tryLimits(bench, DISK, () => [lvs, direct].forEach(limitDiskOf))) {
      await bench.goRound(bench.choose(6, 12), diskStops(lvs, direct));
    }
    if (tryLimits(bench, CPU, () => limitCpus(lvs))) {
      const options = { measure: CPU, seconds: 0.2 };
      await bench.goRound(bench.choose(6, 12), [
        ...transferStops(LVS, lvs, 'rsh', [LARGE], options),
        ...transferStops(SERVER_SELF, lvs, 'rsh', [LARGE], {
          ...options,
          how: { from: SERVER, to: lvs.addressOf(SERVER) },
        }),
      ]);
    }
  },
};

/** Undone with the lab. */
function limitDiskOf({ lab }: Testbed): void {
  limitDisk(lab.plan, SERVER, DISK_FOLDER, DISK_BYTES_PER_SECOND);
}

/** Undone with the lab. */
function limitCpus({ lab }: Testbed): void {
  for (const machine of ['client', SERVER]) limitCpu(lab.plan, machine, CPU_SHARE);
}

function diskStops(lvs: Testbed, direct: Testbed): readonly Stop[] {
  const options = (to: 'null' | 'disk' | 'file') => ({ measure: DISK, how: { rsh: { to } } });
  return [
    ...transferStops(NULL_LVS, lvs, 'rsh', DISK_SIZES, options('null')),
    ...transferStops(CACHED_LVS, lvs, 'rsh', DISK_SIZES, options('file')),
    ...transferStops(DISK_LVS, lvs, 'rsh', DISK_SIZES, options('disk')),
    ...transferStops(DISK_DIRECT, direct, 'rsh', DISK_SIZES, options('disk')),
  ];
}

/** Whether this machine can limit its processes; if it cannot, the reason is observed instead. */
function tryLimits(bench: Bench, what: string, limit: () => void): boolean {
  try {
    limit();
    return true;
  } catch (error) {
    if (!(error instanceof LvskitError && error.code === 'CGROUP_UNAVAILABLE')) throw error;
    const words = [error.message, error.remedy ?? ''].filter(Boolean);
    bench.record({ cell: what, measure: LACKING, sizeBytes: 0, round: 0, values: {}, words });
    return false;
  }
}
