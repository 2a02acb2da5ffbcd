// Section 4: small requests with large replies. Files are fetched through VS-DR over a new connection each and over one that
// persists; what the director has to do with it is counted at its NICs.

import { combine, exactly, type Observations, ratio, report, state } from '../../analysis/mod.ts';
import { trafficOf, withLabUse } from '../lab-use.ts';
import { servicesFor } from '../service-ports.ts';
import { planSystem } from '../systems.ts';
import type { Testbed } from '../testbed.ts';
import type { Stop } from './bench.ts';
import type { Experiment } from './experiment.ts';
import { missingFor } from './needs.ts';
import { throughputMbps } from './quantities.ts';
import { netpipeStops, transferStops } from './stops.ts';

const HTTP = 'http';
const NEW = 'new connections';
const KEPT = 'persistent connection';
const NETPIPE = 'netpipe';

const PACKETS = 'packets';
const SEGMENTS = 'without offloads';
const BATCHES = 'with offloads';

const KB = 1024;
const MB = 2 ** 20;
const QUICK_SIZES = [1, KB, 8 * KB, 64 * KB, 256 * KB, MB];
const FULL_SIZES = [1, 16, 256, KB, 2 * KB, 4 * KB, 8 * KB, 16 * KB, 32 * KB, 64 * KB, 128 * KB, 256 * KB, MB];
const QUICK_LARGE_SIZES = [4 * MB, 16 * MB];
/** To the paper's largest. */
const FULL_LARGE_SIZES = [...QUICK_LARGE_SIZES, 64 * MB];
const LARGE = 16 * MB;
const COUNTED_SIZES = [MB, LARGE];
const LARGE_SECONDS = 0.1;

/** Fetches for a tenth of a second, and what the NICs have counted meanwhile. */
function packetStops(cell: string, testbed: Testbed): readonly Stop[] {
  return COUNTED_SIZES.map((sizeBytes) => ({
    cell,
    measure: PACKETS,
    sizeBytes,
    visit: async () => {
      const { result, use } = await withLabUse(testbed, () => testbed.transfer('http', sizeBytes, LARGE_SECONDS));
      const [director, realserver] = [trafficOf(use, 'director'), trafficOf(use, testbed.plan.answeredBy[0] ?? '')];
      return {
        values: {
          directorBytes: director.inBytes,
          directorPackets: director.inPackets,
          replyBytes: realserver.outBytes,
          replyPackets: realserver.outPackets,
        },
        words: Object.keys(result.failures),
      };
    },
  }));
}

/** What the director gets of a download, over what the realserver sends: `Bytes` or `Packets`. */
function directorShare(seen: Observations, cell: string, sizeBytes: number, of: 'Bytes' | 'Packets') {
  const pick = { cell, measure: PACKETS, sizeBytes };
  return ratio(seen.total({ ...pick, value: `director${of}` }), seen.total({ ...pick, value: `reply${of}` }));
}

/** Time of one size over that of another, by the same way. */
function timeOfSizes(seen: Observations, cell: string, sizeBytes: number, overBytes: number) {
  return seen.medianRatio({ measure: HTTP, cell, sizeBytes }, { measure: HTTP, cell, sizeBytes: overBytes });
}

/** The size from which on hits are less than half of those of 1 B; time grows linearly between two sizes. */
function halfHitsBytes(seen: Observations) {
  const sizes = seen.sizes({ cell: NEW, measure: HTTP });
  const times = sizes.map((sizeBytes) => seen.time({ measure: HTTP, cell: NEW, sizeBytes }));
  return combine(
    (...all) => {
      const [first = Number.NaN] = all;
      const below = all.findLastIndex((time) => time < 2 * first);
      const [x0, x1] = [sizes[below] ?? Number.NaN, sizes[below + 1] ?? Number.NaN];
      const [t0, t1] = [all[below] ?? Number.NaN, all[below + 1] ?? Number.NaN];
      return x0 + ((x1 - x0) * (2 * first - t0)) / (t1 - t0);
    },
    ...times,
  );
}

/** Hits over a persistent connection / over new ones, of files of one size. */
function gain(seen: Observations, sizeBytes: number) {
  return seen.medianRatio({ measure: HTTP, cell: NEW, sizeBytes }, { measure: HTTP, cell: KEPT, sizeBytes });
}

/** Bytes of the head of every reply, visit by visit. */
function heads(seen: Observations, cell: string): readonly { sizeBytes: number; headBytes: number }[] {
  return seen.of({ cell, measure: HTTP }).flatMap(({ sizeBytes, values }) => {
    const { wireBytes, payloadBytes, transfers } = values;
    if (wireBytes === undefined || payloadBytes === undefined || !transfers) return [];
    return [{ sizeBytes, headBytes: (wireBytes - payloadBytes) / transfers }];
  });
}

/** Content-Length has the length in decimal, nginx's ETag in hexadecimal. */
function digitsOf(sizeBytes: number): number {
  return sizeBytes.toString(10).length + sizeBytes.toString(16).length;
}

/** By how much heads differ once the digits of the length are taken away; over all sizes and rounds. */
function headSpread(seen: Observations, cell: string): number {
  const fixed = heads(seen, cell).map(({ sizeBytes, headBytes }) => headBytes - digitsOf(sizeBytes));
  return fixed.length === 0 ? Number.NaN : Math.max(...fixed) - Math.min(...fixed);
}

function responseBytes(seen: Observations, sizeBytes: number) {
  const pick = { cell: NEW, measure: HTTP, sizeBytes };
  return ratio(seen.total({ ...pick, value: 'wireBytes' }), seen.total({ ...pick, value: 'transfers' }));
}

export const http: Experiment = {
  id: 'http',
  section: '4',
  title: 'Small requests, large replies: http',
  method:
    'nginx on the realserver has the paper’s files in memory; one client fetches them through VS-DR, one after the other, over ' +
    'a new connection each and over a persistent one, size after size, with netpipe in between, all on one CPU. There are no ' +
    'offloads, so that a packet of 1500 bytes is one everywhere; a second lab has them and counts its packets, too.',
  claims: [
    {
      id: 'C37',
      section: '4.0',
      says: 'As many packets go to the server as come from it; the director has only the small ones, and the replies go past it.',
      paper: 'as many each way',
      criterion:
        'of files of 1 and 16 MB the director gets at most 10 % of the replies’ bytes, and at most 1.1 packets for each of theirs',
      remark:
        'They are no longer as many: TCP acknowledges many segments at once where they come in batches. The director has ' +
        'the less to do for it, so the claim is bounded on one side; the number stands here.',
      judge: (seen) => [
        ...COUNTED_SIZES.flatMap((size) => [
          state(`bytes, director / replies, ${size / MB} MB`, directorShare(seen, SEGMENTS, size, 'Bytes'), {
            max: 0.1,
          }),
          state(`packets, director / replies, ${size / MB} MB`, directorShare(seen, SEGMENTS, size, 'Packets'), {
            max: 1.1,
          }),
        ]),
        report('packets, with offloads', directorShare(seen, BATCHES, MB, 'Packets')),
      ],
    },
    {
      id: 'C38',
      section: '4.1',
      says: 'http has a pole: small files cost the same whatever their size, and only of these are there many a second.',
      paper: 'pole at 64 kB, 5.5 ms',
      criterion:
        'hits of 1 B / of 1 kB at most 1.1, of 1 B / of 1 MB at least 2; hits are halved within a factor of 2 of L · r∞',
      remark:
        'Where the pole is depends on the machine. Half of the best rate is reached later: a new connection begins with a small ' +
        'window (slow start), which the line knows nothing of. Hits are those of the fastest fetch of each visit.',
      judge: (seen) => {
        const { latencyNs, poleBytes, rateMbps } = seen.line({ measure: HTTP, cell: NEW });
        return [
          state('hits, 1 B / 1 kB', timeOfSizes(seen, NEW, KB, 1), { max: 1.1 }),
          state('hits, 1 B / 1 MB', timeOfSizes(seen, NEW, MB, 1), { min: 2 }),
          state('half of the hits of 1 B / (L · r∞)', ratio(halfHitsBytes(seen), poleBytes), { min: 0.5, max: 2 }),
          report('pole, L · r∞', poleBytes, 'B'),
          report(
            'L',
            combine((ns) => ns / 1000, latencyNs),
            'µs',
          ),
          report('r∞', rateMbps, 'Mbit/s'),
        ];
      },
    },
    {
      id: 'C39',
      section: '4.1',
      says: 'Netpipe moves small amounts many times faster than http.',
      paper: '40 times, by the poles; 18 times by its own latencies',
      criterion: 'time of a file of 1 B / of a netpipe block of 1 B: at least 3',
      judge: (seen) => [
        state(
          'time of 1 B, http / netpipe',
          seen.medianRatio({ cell: NEW, measure: HTTP, sizeBytes: 1 }, { cell: NETPIPE, sizeBytes: 1 }),
          { min: 3 },
        ),
        report(
          'over a persistent connection',
          seen.medianRatio({ cell: KEPT, measure: HTTP, sizeBytes: 1 }, { cell: NETPIPE, sizeBytes: 1 }),
        ),
      ],
    },
    {
      id: 'C40',
      section: '4.1',
      says: 'A reply is its file and a head of constant length.',
      paper: '266 B for a file of 1 B',
      criterion:
        'over all sizes heads differ by at most 2 B, apart from the digits of the file’s length in them (decimal and hexadecimal)',
      remark:
        'Content-Length and ETag have 2 digits of a file of 1 B and 15 of one of 64 MB: without them the head is the same.',
      judge: (seen) => [
        state('spread of heads, new connections', exactly(headSpread(seen, NEW)), { max: 2 }, 'B'),
        state('spread of heads, persistent', exactly(headSpread(seen, KEPT)), { max: 2 }, 'B'),
        report('reply with a file of 1 B', responseBytes(seen, 1), 'B'),
      ],
    },
    {
      id: 'C44',
      section: '4.2',
      says: 'A persistent connection doubles hits and throughput of small files, and makes no difference to large ones.',
      paper: 'factor 2',
      criterion: 'hits, persistent / new: 1.5 to 5 for 1 B, 0.9 to 1.1 for 16 MB',
      remark:
        'The paper’s file of 1 MB took 30 times as long as its smallest. Today one of 2 MB does; 16 MB is well above it. The fastest fetch ' +
        'of each visit counts.',
      judge: (seen) => [
        state('hits of 1 B, persistent / new', gain(seen, 1), { min: 1.5, max: 5 }),
        state('hits of 16 MB, persistent / new', gain(seen, LARGE), { min: 0.9, max: 1.1 }),
        report('hits of 1 MB, persistent / new', gain(seen, MB)),
        report('throughput of 16 MB, persistent', throughputMbps(seen, KEPT, LARGE, HTTP), 'Mbit/s'),
      ],
    },
  ],
  figures: [
    {
      title: 'Throughput of files.',
      caption: 'Against their size, both logarithmic.',
      kind: 'throughput',
      measure: HTTP,
      cells: [NEW, KEPT],
    },
    {
      title: 'Time of a file.',
      caption: 'Against its size, both logarithmic.',
      kind: 'time',
      measure: HTTP,
      cells: [NEW, KEPT],
    },
  ],
  needs: () => missingFor(['http']),
  measure: async (bench) => {
    const services = servicesFor(['http']);
    const plan = planSystem(bench.cluster('vs-dr'), 'dr', { measured: services });
    const testbed = await bench.stand(plan, { services, offload: false });
    const batching = await bench.stand(plan, { services });
    const fetches = (sizes: readonly number[], seconds?: number) => {
      const options = { measure: HTTP, ...(seconds !== undefined && { seconds }) };
      return [
        ...transferStops(NEW, testbed, 'http-new', sizes, options),
        ...transferStops(KEPT, testbed, 'http', sizes, options),
      ];
    };
    const netpipe = await netpipeStops(NETPIPE, testbed, [1]);
    await bench.goRound(bench.choose(12, 18), [...fetches(bench.choose(QUICK_SIZES, FULL_SIZES)), ...netpipe]);
    const large = bench.choose(QUICK_LARGE_SIZES, FULL_LARGE_SIZES);
    await bench.goRound(bench.choose(10, 14), fetches(large, LARGE_SECONDS));
    await bench.goRound(bench.choose(6, 10), [...packetStops(SEGMENTS, testbed), ...packetStops(BATCHES, batching)]);
  },
};
