// Section 5.2: large requests with small replies. Files are copied to /dev/null of the realserver by rsh, through VS-DR, through
// a plain router, and from a machine to itself.

import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  combine,
  type Observations,
  type Quantity,
  ratio,
  report,
  state,
  type WhichCurve,
} from '../../analysis/mod.ts';
import type { SystemName } from '../../model/mod.ts';
import { withLabUse } from '../lab-use.ts';
import { servicesFor } from '../service-ports.ts';
import { planSystem } from '../systems.ts';
import type { Testbed, TestbedOptions, TransferHow } from '../testbed.ts';
import type { Bench, Stop } from './bench.ts';
import type { Experiment } from './experiment.ts';
import { missingFor } from './needs.ts';
import { timeRatio } from './quantities.ts';
import { netpipeStops, transferStops } from './stops.ts';

const RSH = 'rsh';
const LVS = 'VS-DR';
const ROUTER = 'forwarding';
const SERVER_SELF = 'realserver to itself';
const CLIENT_SELF = 'client to itself';
const NETPIPE = 'netpipe';
/** The paper's links. */
const RATE = '100mbit';
const LVS_LIMITED = 'VS-DR, 100 Mbit/s';
const NETPIPE_LIMITED = 'netpipe, 100 Mbit/s';
const SERVER = 'realserver1';

/** Measure of large copies with the CPU time of each machine. */
const WORK = 'work';
const KB = 1024;
const MB = 2 ** 20;
const LARGE = 16 * MB;
const HUGE = 64 * MB;
const QUICK_SIZES = [1, 128 * KB, MB, LARGE];
const SELF_SIZES = [1, 128 * KB];
const LIMITED_SIZES = [1, 128 * KB, MB];
const FULL_SIZES = [1, KB, 16 * KB, 64 * KB, 128 * KB, 256 * KB, MB, 4 * MB, LARGE, HUGE];
/** Some ten small copies, of which one is undisturbed. */
const SECONDS = 0.05;

const EQUAL = { min: 0.9, max: 1.1 };

function rateOf(seen: Observations, pick: WhichCurve): Quantity {
  return seen.line(pick).rateMbps;
}

function floorMs(seen: Observations, cell: string): Quantity {
  return combine((ns) => ns / 1e6, seen.time({ measure: RSH, cell, sizeBytes: 1 }));
}

function workOf(seen: Observations, value: string): Quantity {
  return seen.total({ cell: LVS, measure: WORK, value });
}

export const rsh: Experiment = {
  id: 'rsh',
  section: '5.2',
  title: 'Large requests, small replies: rsh',
  method:
    'rshd under inetd on the realserver; one client copies files there by rsh, through VS-DR and through a router in its place, ' +
    'and a machine to itself, in turns, all on one CPU. Of each visit the quickest copies count. Then come links of 100 Mbit/s.',
  claims: [
    {
      id: 'C53',
      section: '5.2',
      says: 'Copies to /dev/null reach the same throughput by LVS as by forwarding, that of the network.',
      paper: '40 Mbit/s both, netpipe 45 to 50',
      criterion:
        'throughput of 16 MB, VS-DR / forwarding: within 10 %; on links of 100 Mbit/s, r∞ of rsh / of netpipe: at least 0.8',
      remark:
        'Links as fast as the paper’s, because without a limit there is no network: then the ends’ copying is all there is, of which rsh ' +
        'has more than netpipe (below, and near 0.8).',
      judge: (seen) => {
        const ofNetpipe = (copies: string, blocks: string) =>
          ratio(rateOf(seen, { measure: RSH, cell: copies }), rateOf(seen, { cell: blocks }));
        return [
          state('throughput of 16 MB, VS-DR / forwarding', timeRatio(seen, ROUTER, LVS, LARGE, RSH), EQUAL),
          state('r∞ on links of 100 Mbit/s, rsh / netpipe', ofNetpipe(LVS_LIMITED, NETPIPE_LIMITED), { min: 0.8 }),
          report('r∞ without a limit, rsh / netpipe', ofNetpipe(LVS, NETPIPE)),
          report('r∞ of rsh, without a limit', rateOf(seen, { measure: RSH, cell: LVS }), 'Mbit/s'),
        ];
      },
    },
    {
      id: 'C54',
      section: '5.2',
      says: 'Large copies keep the client busiest, the realserver less so, and the director not at all.',
      paper: 'client 90 % of its CPU, realserver 40 %, director none that shows',
      criterion:
        'CPU time, client / realserver: above 1; director / client: at most 0.1; director / realserver: below 1',
      remark:
        'The client reads its file, as the paper’s did. Of the director the kernel’s own clock times the program; the rest of a packet’s ' +
        'way is in the time of whoever sends it, which on one machine no clock can tell apart.',
      judge: (seen) => {
        const [client, server, director] = [`cpuNs client`, `cpuNs ${SERVER}`, 'directorNs'].map((value) =>
          workOf(seen, value),
        ) as [Quantity, Quantity, Quantity];
        return [
          state('CPU time, client / realserver', ratio(client, server), { min: 1 }),
          state('CPU time, director / client', ratio(director, client), { max: 0.1 }),
          state('CPU time, director / realserver', ratio(director, server), { max: 1 }),
          report('share of the time, client', ratio(client, workOf(seen, 'elapsedNs'))),
        ];
      },
    },
    {
      id: 'C56',
      section: '5.2',
      says: 'A small copy takes a time that does not depend on its size, and which the realserver takes for copies to itself, too.',
      paper: '1.1 s to 128 kB by LVS and from realserver to itself; 0.3 s from the faster client to itself',
      criterion: 'time of 1 B, VS-DR / realserver to itself: within 15 %; of 128 kB / of 1 B, VS-DR: at most 1.25',
      remark:
        'The paper’s second was that of a machine of 75 MHz, which started five processes for it; here client and realserver are equally fast. ' +
        '128 kB are below a tenth of L · r∞, and a few more packets.',
      judge: (seen) => [
        state('time of 1 B, VS-DR / realserver to itself', timeRatio(seen, LVS, SERVER_SELF, 1, RSH), {
          min: 0.85,
          max: 1.15,
        }),
        state(
          'time by VS-DR, 128 kB / 1 B',
          seen.medianRatio({ measure: RSH, cell: LVS, sizeBytes: 128 * KB }, { measure: RSH, cell: LVS, sizeBytes: 1 }),
          { max: 1.25 },
        ),
        ...[LVS, SERVER_SELF, CLIENT_SELF].map((cell) => report(`time of 1 B, ${cell}`, floorMs(seen, cell), 'ms')),
      ],
    },
  ],
  figures: [
    {
      title: 'Copies to /dev/null.',
      caption: 'Throughput against the size of the file, both logarithmic.',
      kind: 'throughput',
      measure: RSH,
      cells: [LVS, ROUTER, SERVER_SELF, CLIENT_SELF],
    },
    {
      title: 'Time of a copy.',
      caption: 'Against the size of the file.',
      kind: 'time',
      measure: RSH,
      cells: [LVS, ROUTER, SERVER_SELF, CLIENT_SELF],
    },
  ],
  needs: () => missingFor(['rsh']),
  measure: async (bench) => {
    const services = servicesFor(['rsh']);
    const stand = (system: SystemName, options: Partial<TestbedOptions> = {}) =>
      bench.stand(planSystem(bench.cluster('vs-dr'), system, { measured: services }), { services, ...options });
    const [lvs, router, limited] = await Promise.all([
      stand('dr'),
      stand('forward-oneway'),
      stand('dr', { rate: RATE }),
    ]);
    await lvs.serve('client', services, 0);
    const self: TransferHow = { from: SERVER, to: lvs.addressOf(SERVER) };
    const sizes = bench.choose(QUICK_SIZES, FULL_SIZES);
    await bench.goRound(bench.choose(6, 14), [
      ...transferStops(LVS, lvs, 'rsh', sizes, { seconds: SECONDS }),
      ...transferStops(ROUTER, router, 'rsh', sizes, { seconds: SECONDS }),
      ...transferStops(SERVER_SELF, lvs, 'rsh', SELF_SIZES, { seconds: SECONDS, how: self }),
      ...transferStops(CLIENT_SELF, lvs, 'rsh', SELF_SIZES, { seconds: SECONDS, how: { to: lvs.addressOf('client') } }),
      ...(await netpipeStops(NETPIPE, lvs, sizes)),
      workStop(bench, lvs),
    ]);
    await bench.goRound(bench.choose(6, 12), [
      ...transferStops(LVS_LIMITED, limited, 'rsh', LIMITED_SIZES),
      ...(await netpipeStops(NETPIPE_LIMITED, limited, LIMITED_SIZES)),
    ]);
  },
};

/** Large copies of a file, with the CPU time of every machine and of the director's program. */
function workStop(bench: Bench, testbed: Testbed): Stop {
  const file = join(bench.makeFolder('rsh'), 'file');
  writeFileSync(file, '');
  truncateSync(file, HUGE);
  return {
    cell: LVS,
    measure: WORK,
    sizeBytes: HUGE,
    visit: async () => {
      const { result, use } = await withLabUse(testbed, () => testbed.transfer('rsh', HUGE, 0.3, { file }));
      const { client = 0, [SERVER]: server = 0 } = use.cpu.processNs;
      return {
        values: {
          'cpuNs client': client,
          [`cpuNs ${SERVER}`]: server,
          directorNs: use.director.ns,
          softirqNs: use.cpu.softirqNs,
          elapsedNs: use.cpu.elapsedNs,
        },
        words: Object.keys(result.failures),
      };
    },
  };
}
