// Section 4.5: what several netpipes say that do not run at the same time all the while. Each one's own average is right,
// and their sum is more than the line carries; the line's own counter tells.

import { combine, type Observations, type Quantity, report, state } from '../../analysis/mod.ts';
import { scaleClients } from '../../lab/mod.ts';
import { ScaleBed } from '../scale-bed.ts';
import { servicesFor } from '../service-ports.ts';
import { planSystem } from '../systems.ts';
import type { Bench, Stop } from './bench.ts';
import type { Experiment } from './experiment.ts';

const TRANSFER = 'netpipe-stream';
const NETPIPE = servicesFor([TRANSFER]);
const CLIENTS = 2;
/** The director's NIC towards the clients: whatever they send goes over it. */
const LINE = { link: 'director:eth1', rate: '100mbit', mbps: 100 };
/** Payload of a packet of 1500 bytes, whose TCP has timestamps; what its frame takes of the line, with preamble and gap. */
const [SEGMENT_BYTES, FRAME_BYTES] = [1448, 1538];
const CAPACITY_MBPS = (LINE.mbps * SEGMENT_BYTES) / FRAME_BYTES;
const BLOCK_BYTES = 65_536;
const WINDOW_SECONDS = 0.5;
const [TOGETHER, APART] = ['one window for all', 'each its own window'];

/** The clients' own averages, added up, and what the line's counter says meanwhile. */
function sumStop(bench: Bench, bed: ScaleBed, cell: string): Stop {
  return {
    cell,
    measure: TRANSFER,
    sizeBytes: BLOCK_BYTES,
    visit: async () => {
      const { shares, lost, links, seconds } = await bed.window({
        transfer: TRANSFER,
        sizeBytes: BLOCK_BYTES,
        seconds: WINDOW_SECONDS,
        synchronised: cell === TOGETHER,
        clients: CLIENTS,
        signal: bench.signal,
      });
      const mbps = shares.map(({ payloadBytes }) => (payloadBytes * 8) / WINDOW_SECONDS / 1e6);
      const line = links.find(({ link }) => link === LINE.link)?.inBytes ?? Number.NaN;
      return {
        values: {
          sumMbps: mbps.reduce((sum, one) => sum + one, 0),
          lineMbps: (line * 8) / seconds / 1e6,
          clients: shares.length,
          lost: lost.length,
        },
        words: lost.map(({ why }) => why),
      };
    },
  };
}

function over(seen: Observations, cell: string, value: 'sumMbps' | 'lineMbps', mbps: number): Quantity {
  return combine((rate) => rate / mbps, seen.median({ cell, measure: TRANSFER, value }));
}

export const unsynchronisedSums: Experiment = {
  id: 'unsynchronised-sums',
  section: '4.5',
  title: 'Sums of clients that are not in step',
  method:
    'Two clients stream by netpipe through VS-NAT to a realserver each, over a line of 100 Mbit/s that they ' +
    'share. Either both have one window, or the second one begins half a window later. Each one’s average of its ' +
    'own window is added to the other’s.',
  claims: [
    {
      id: 'C49',
      section: '4.5',
      says:
        'Netpipes that are not synchronised add up to more than the line carries, because each works alone for a ' +
        'part of its time.',
      paper: '125 Mbit/s on 100 Mbit/s',
      criterion:
        'own windows: sum over the line’s rate at least 1.02; one window: sum over the payload that fits on the ' +
        'line at most 1.005; the line’s own counter at most 1.005 of its rate both times',
      remark:
        'Of each 1538 bytes on an Ethernet 1448 are payload, so 94.15 Mbit/s is all that a line of 100 can carry ' +
        'for TCP. A sum above that is no measurement of the line; lvskit scale says so of any that it sees. How ' +
        'far above depends on how much the windows overlap: half, here, which makes it 1.5 times one window’s ' +
        'sum, less what the second client takes before its window begins.',
      judge: (seen) => [
        state('own windows: sum / line', over(seen, APART, 'sumMbps', LINE.mbps), { min: 1.02 }),
        state('one window: sum / payload that fits', over(seen, TOGETHER, 'sumMbps', CAPACITY_MBPS), { max: 1.005 }),
        ...[APART, TOGETHER].map((cell) =>
          state(`${cell}: the line’s counter / its rate`, over(seen, cell, 'lineMbps', LINE.mbps), { max: 1.005 }),
        ),
        report('own windows: sum', seen.median({ cell: APART, measure: TRANSFER, value: 'sumMbps' }), 'Mbit/s'),
        report('one window: sum', seen.median({ cell: TOGETHER, measure: TRANSFER, value: 'sumMbps' }), 'Mbit/s'),
      ],
    },
  ],
  measure: async (bench) => {
    const cluster = scaleClients(bench.cluster('vs-nat'), CLIENTS);
    const plan = planSystem(cluster, 'nat', { measured: NETPIPE, servers: 'all' });
    const bed = await ScaleBed.start(plan, {
      name: bench.labName(),
      services: NETPIPE,
      linkRates: { [LINE.link]: LINE.rate },
      signal: bench.signal,
    });
    bench.onEnd(() => bed.stop());
    await bench.goRound(
      bench.choose(6, 14),
      [TOGETHER, APART].map((cell) => sumStop(bench, bed, cell)),
    );
  },
};
