// Section 5.3: printing to several servers. A client that sends one job after the other has nothing of a second server;
// clients that print at the same time have.

import { type Observations, type Quantity, report, state } from '../../analysis/mod.ts';
import { scaleClients, scaleRealservers } from '../../lab/mod.ts';
import { ScaleBed } from '../scale-bed.ts';
import { servicesFor } from '../service-ports.ts';
import { planSystem } from '../systems.ts';
import type { Bench, Stop } from './bench.ts';
import type { Experiment } from './experiment.ts';
import { missingFor } from './needs.ts';

const TRANSFER = 'lpd';
const LPD = servicesFor([TRANSFER]);
const [SERIAL, PARALLEL] = [1, 4];
/** In place of printers and disks: what a print server takes in, whatever the machine. */
const SERVER_RATE = '20mbit';
/** A fifteenth of a second of it. */
const JOB_BYTES = 131_072;
const WINDOW_SECONDS = 0.4;

const cellOf = (servers: number) => `${servers} print server${servers === 1 ? '' : 's'}`;
const measureOf = (clients: number) => `lpd, ${clients} client${clients === 1 ? '' : 's'}`;

function printStop(bench: Bench, bed: ScaleBed, servers: number, clients: number): Stop {
  return {
    cell: cellOf(servers),
    measure: measureOf(clients),
    sizeBytes: JOB_BYTES,
    visit: async () => {
      const { shares, lost, connections } = await bed.window({
        transfer: TRANSFER,
        sizeBytes: JOB_BYTES,
        seconds: WINDOW_SECONDS,
        synchronised: true,
        clients,
        signal: bench.signal,
      });
      const sum = (of: (share: (typeof shares)[number]) => number) =>
        shares.reduce((total, share) => total + of(share), 0);
      const failures = shares.flatMap((share) => Object.entries(share.failures));
      return {
        values: {
          // A job that was partly in the window counts with that part.
          jobsPerSecond: sum(({ payloadBytes }) => payloadBytes) / JOB_BYTES / WINDOW_SECONDS,
          failed: failures.reduce((total, [, count]) => total + count, 0),
          lost: lost.length,
          servers: Object.values(connections).filter((count) => count > 0).length,
        },
        words: [...failures.map(([cause]) => cause), ...lost.map(({ why }) => why)],
      };
    },
  };
}

/** How much faster a number of jobs is done by two servers than by one. */
function gain(seen: Observations, clients: number): Quantity {
  const pick = { measure: measureOf(clients), value: 'jobsPerSecond' };
  return seen.medianRatio({ ...pick, cell: cellOf(2) }, { ...pick, cell: cellOf(1) });
}

export const printServers: Experiment = {
  id: 'print-servers',
  section: '5.3',
  title: 'Jobs for several print servers',
  method:
    'One print server (lpd) and two stand behind VS-DR, each of which takes in 20 Mbit/s. Jobs of 128 kB are sent ' +
    'by one client, one after the other, and by four clients at the same time.',
  claims: [
    {
      id: 'C61',
      section: '5.3',
      says: 'A second print server makes no difference, because the client sends one job after the other.',
      paper: 'no real difference in throughput',
      criterion:
        'jobs a second, two servers / one: 0.9 to 1.1 for one client; above 1.5 for four clients, so that it is ' +
        'the client and not the LVS',
      remark:
        'The paper’s jobs were started side by side, but its client read each file from the disk again, so that ' +
        'they went one after the other all the same. Clients that do not wait for a disk do gain today; without ' +
        'that the first ratio would say nothing.',
      judge: (seen) => [
        state('jobs a second, one client, two servers / one', gain(seen, SERIAL), { min: 0.9, max: 1.1 }),
        state('jobs a second, four clients, two servers / one', gain(seen, PARALLEL), { min: 1.5 }),
        ...[SERIAL, PARALLEL].map((clients) =>
          report(
            `jobs a second, ${clients} at a time, ${cellOf(1)}`,
            seen.median({ cell: cellOf(1), measure: measureOf(clients), value: 'jobsPerSecond' }),
          ),
        ),
      ],
    },
  ],
  needs: () => missingFor([TRANSFER]),
  measure: async (bench) => {
    const stops: Stop[] = [];
    for (const servers of [1, 2]) {
      const cluster = scaleClients(scaleRealservers(bench.cluster('vs-dr'), servers), PARALLEL);
      const rates = Array.from({ length: servers }, (_, index) => [`realserver${index + 1}:eth0`, SERVER_RATE]);
      const bed = await ScaleBed.start(planSystem(cluster, 'dr', { measured: LPD, servers: 'all' }), {
        name: bench.labName(),
        services: LPD,
        linkRates: Object.fromEntries(rates),
        signal: bench.signal,
      });
      bench.onEnd(() => bed.stop());
      stops.push(...[SERIAL, PARALLEL].map((clients) => printStop(bench, bed, servers, clients)));
    }
    await bench.goRound(bench.choose(6, 12), stops);
  },
};
