// Sections 1.3.1, 1.3.2 and 3.4: blocks just above 64 kB that are slow, and a curve that is smooth without the fault. No kernel of
// today has it; so it is put into a switch's port, and what is judged is whether it is told from a sound path.

import {
  areNear,
  type CurvePoint,
  exactly,
  findJaggies,
  type Jag,
  median,
  NotObserved,
  type Observations,
  ratio,
  report,
  type Statement,
  state,
} from '../../analysis/mod.ts';
import { delayBlocksTo } from '../block-delay.ts';
import { planSystem } from '../systems.ts';
import type { Experiment } from './experiment.ts';
import { netpipeStops } from './stops.ts';

const SOUND = 'sound';
const CLIENT = 'fault at the client';
const REALSERVER = 'fault at the realserver';
const CLIENT_BY_DR = 'fault at the client, VS-DR';
const BY_DEVICE = 'fault at the director, VIP on its NIC';
const BY_TP = 'fault at the director, VIP by TP';

const SETUPS = [
  { cell: SOUND, system: 'direct', faulty: undefined, directorAccepts: 'vip' },
  { cell: CLIENT, system: 'direct', faulty: 'client', directorAccepts: 'vip' },
  { cell: REALSERVER, system: 'direct', faulty: 'realserver1', directorAccepts: 'vip' },
  { cell: CLIENT_BY_DR, system: 'dr', faulty: 'client', directorAccepts: 'vip' },
  { cell: BY_DEVICE, system: 'dr', faulty: 'director', directorAccepts: 'vip' },
  { cell: BY_TP, system: 'dr', faulty: 'director', directorAccepts: 'tp' },
] as const;

const KB = 1024;
const FAULT_BYTES = 64 * KB;
/** Two to an octave, as NetPIPE has them. */
const SIZES = [2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256].map((kilobytes) => kilobytes * KB);
/** Of each cell: so many times the curve is looked at. */
const CURVES = 20;
const LEAST_RECALL = 0.95;
/** Dozens of blocks; many short visits make many curves. */
const VISIT_SECONDS = 0.005;

/** Of some rounds each, far from each other: what lasts for some seconds is in a part of them. */
function curvesOf(seen: Observations, cell: string, of: (ns: readonly number[]) => number): readonly CurvePoint[][] {
  if (seen.rounds < CURVES) throw new NotObserved(`${seen.rounds} rounds make no ${CURVES} curves`);
  const times = SIZES.map((sizeBytes) => ({ sizeBytes, ns: seen.values({ cell, sizeBytes, value: 'minNs' }) }));
  return Array.from({ length: CURVES }, (_, curve) =>
    times.map(({ sizeBytes, ns }) => ({ sizeBytes, timeNs: of(ns.filter((_ns, round) => round % CURVES === curve)) })),
  );
}

/**
 * A curve is flagged where both the quickest of its visits rise and their median does. A path that is slow at a size is so
 * every time; a machine that had no quiet moment for one size, or none at all for several, shows in one of the two.
 */
function jagsOf(seen: Observations, cell: string): readonly (readonly Jag[])[] {
  const medians = curvesOf(seen, cell, median).map(findJaggies);
  return curvesOf(seen, cell, (ns) => Math.min(...ns)).map((curve, index) =>
    findJaggies(curve).filter((jag) => medians[index]?.some((other) => areNear(jag, other))),
  );
}

function isAtFault({ fromBytes, toBytes }: Jag): boolean {
  return fromBytes >= FAULT_BYTES / 2 && toBytes <= 2 * FAULT_BYTES;
}

/** How many curves have a flagged point, and the share of those that are flagged where the fault is and nowhere else. */
function flags(seen: Observations, cell: string) {
  const jags = jagsOf(seen, cell);
  return {
    flagged: exactly(jags.filter((each) => each.length > 0).length),
    recall: exactly(jags.filter((each) => each.length > 0 && each.every(isAtFault)).length / CURVES),
  };
}

function clean(seen: Observations, cell: string): Statement {
  return state(`curves of ${CURVES} that are flagged, ${cell}`, flags(seen, cell).flagged, { max: 0 });
}

function found(seen: Observations, cell: string): Statement {
  return state(`found at 64 kB and nowhere else, ${cell}`, flags(seen, cell).recall, { min: LEAST_RECALL });
}

/** Of the median of all rounds. */
function slower(seen: Observations, cell: string, kilobytes: number) {
  const sizeBytes = kilobytes * KB;
  return ratio(seen.median({ cell, sizeBytes }), seen.median({ cell: SOUND, sizeBytes }));
}

export const jaggies: Experiment = {
  id: 'jaggies',
  section: '1.3',
  title: 'Jaggies above 64 kB',
  method:
    'Client and realserver are joined directly, or by VS-DR with the VIP on the director’s NIC or accepted by transparent proxy. The fault ' +
    'is put into the port of the client, of the realserver, of the director, or of none: the end of each block of 64 to 96 kB is held ' +
    `back there for two milliseconds. Netpipe’s curve is taken ${CURVES} times of each, in turn, on one CPU and without offloads.`,
  claims: [
    {
      id: 'C06',
      section: '1.3.1',
      says: 'The curve is smooth only if both ends are without the fault.',
      paper: 'smooth with both ends patched',
      criterion: 'no curve of 20 flagged without the fault; at least 95 % with it at either end alone',
      remark:
        'The races of Linux 2.0 and 2.2 are extinct: every path without an injected fault stands for one that is patched. A curve counts as flagged ' +
        'where the quickest of its visits and their median both are: on a machine that others share, one of them alone is flagged now and then.',
      judge: (seen) => [clean(seen, SOUND), found(seen, CLIENT), found(seen, REALSERVER)],
    },
    {
      id: 'C07',
      section: '1.3.2',
      says: 'The client’s fault slows blocks just above 64 kB alone, on every path through that client.',
      paper: 'drops above 64 kB with the client’s Linux 2.0.36',
      criterion:
        'directly and by VS-DR at least 95 % of 20 curves flagged within an octave of 64 kB and nowhere else; without the fault none',
      remark: 'The fault is injected: what is tested is whether it would be found, and blamed on the right blocks.',
      judge: (seen) => [
        found(seen, CLIENT),
        found(seen, CLIENT_BY_DR),
        clean(seen, SOUND),
        ...[64, 96, 128].map((kilobytes) =>
          report(`time of ${kilobytes} kB, with the fault / without`, slower(seen, CLIENT, kilobytes)),
        ),
      ],
    },
    {
      id: 'C34',
      section: '3.4',
      says: 'The jaggies vanish when the director accepts packets by TP, because then its NIC has no part in it.',
      paper: 'none with TP on the director',
      criterion:
        'the same fault at the director: at least 95 % of 20 curves flagged with the VIP on its NIC, none with TP',
      remark:
        'A model of the fault only: it is one of packets to addresses of the NIC, of which the VIP is none under TP. Packets of lvskit ' +
        'take the same way through the director in both cases, and nothing of today’s kernels is tested.',
      judge: (seen) => [found(seen, BY_DEVICE), clean(seen, BY_TP)],
    },
  ],
  figures: [
    {
      title: 'Throughput.',
      caption: 'Against block size, both logarithmic.',
      kind: 'throughput',
      cells: SETUPS.map(({ cell }) => cell),
    },
  ],
  measure: async (bench) => {
    const cluster = bench.cluster('vs-dr');
    const stops = await Promise.all(
      SETUPS.map(async ({ cell, system, faulty, directorAccepts }) => {
        const testbed = await bench.stand(planSystem(cluster, system, { directorAccepts }), { offload: false });
        if (faulty !== undefined) delayBlocksTo(testbed.lab.plan, faulty);
        return netpipeStops(cell, testbed, SIZES, { seconds: VISIT_SECONDS });
      }),
    );
    await bench.goRound(bench.choose(4 * CURVES, 10 * CURVES), stops.flat());
  },
};
