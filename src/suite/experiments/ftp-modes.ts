// Section 4.3: ftp through an LVS, where some clients hung and others did not: a client chooses how its data connections are
// made, and each way asks something else of the director.

import { combine, exactly, type Observations, report, state } from '../../analysis/mod.ts';
import { FTP_MODES, type FtpMode } from '../../measure/mod.ts';
import type { SystemName } from '../../model/mod.ts';
import { editServices } from '../director-table.ts';
import { servicesFor } from '../service-ports.ts';
import { planSystem } from '../systems.ts';
import type { Testbed } from '../testbed.ts';
import type { Stop } from './bench.ts';
import type { Experiment } from './experiment.ts';
import { missingFor } from './needs.ts';
import { transferStops } from './stops.ts';

const WORKING = ['direct', 'VS-NAT', 'VS-DR'] as const;
const HTTP = 'http-new';
const TRANSFERS = ['ftp', HTTP] as const;
const SYSTEMS = { direct: 'direct', 'VS-NAT': 'nat', 'VS-DR': 'dr' } as const;
const FORGETFUL = 'VS-DR without persistence';
const FTP_PORT = 21;
/** A file and a session of its own. */
const SMALL_BYTES = 1;
/** What the client says: which end would not connect, and what the director lacks. */
const NAMED_CAUSES = {
  pasv: /^data connection refused \(PASV\): behind VS-DR or VS-TUN it needs persistence/,
  port: /^reply 425 .*\(PORT\): behind VS-DR or VS-TUN it needs persistence/,
} as const;

const measureOf = (mode: FtpMode) => `ftp ${mode}`;

/** Of all files that were tried, those that came. */
function cameShare(seen: Observations, cell: string, mode: FtpMode) {
  const measure = measureOf(mode);
  return combine(
    (came, failed) => came / (came + failed),
    seen.total({ cell, measure, value: 'transfers' }),
    seen.total({ cell, measure, value: 'failed' }),
  );
}

/** 1 where nothing came and the client named the cause, else 0. */
function failsByName(seen: Observations, mode: keyof typeof NAMED_CAUSES) {
  const pick = { cell: FORGETFUL, measure: measureOf(mode) };
  const [came] = seen.values({ ...pick, value: 'transfers' });
  const causes = seen.of(pick).flatMap(({ words = [] }) => words);
  return exactly(Number(came === 0 && causes.length > 0 && causes.every((cause) => NAMED_CAUSES[mode].test(cause))));
}

/** A session with one file, over a file by http. */
function overHttp(seen: Observations, cell: string) {
  return seen.medianRatio({ cell, measure: measureOf('pasv') }, { cell, measure: HTTP });
}

export const ftpModes: Experiment = {
  id: 'ftp-modes',
  section: '4.3',
  title: 'FTP in its four modes',
  method:
    'One file of 1 B for each session, in each mode: PASV, EPSV, PORT and EPRT, directly, through VS-NAT, whose director reads ' +
    'what is said on control connections, and through VS-DR, where persistence keeps a client’s connections at one realserver, ' +
    'and without it. http’s 1 B goes round with them.',
  claims: [
    {
      id: 'C45',
      section: '4.3',
      says: 'Through an LVS one ftp client hangs where another one works, though both work directly; and ftp is far slower to begin than http.',
      paper: 'ncftp fails, ftp works; 0.17 s against 5.5 ms by http',
      criterion:
        'every mode brings every file directly, through VS-NAT and through VS-DR with persistence; without it PASV and PORT fail, ' +
        'and the client names the cause; time of 1 B through VS-DR, ftp / http: at least 5',
      remark:
        'What hung was a data connection that the director had no service for. The client of today is told, and tells; persistence ' +
        'is what a conf’s ftp service has by itself.',
      judge: (seen) => [
        ...WORKING.flatMap((cell) =>
          FTP_MODES.map((mode) =>
            state(`files that came, ${mode.toUpperCase()}, ${cell}`, cameShare(seen, cell, mode), { min: 1 }),
          ),
        ),
        state(`PASV fails by a named cause, ${FORGETFUL}`, failsByName(seen, 'pasv'), { min: 1 }),
        state(`PORT fails by a named cause, ${FORGETFUL}`, failsByName(seen, 'port'), { min: 1 }),
        state('time of 1 B, ftp / http, VS-DR', overHttp(seen, 'VS-DR'), { min: 5 }),
        report('time of 1 B, ftp / http, direct', overHttp(seen, 'direct')),
        report(
          'a session with one file, VS-DR',
          combine((ns) => ns / 1e6, seen.median({ cell: 'VS-DR', measure: measureOf('pasv') })),
          'ms',
        ),
      ],
    },
  ],
  needs: () => missingFor(TRANSFERS),
  measure: async (bench) => {
    const served = servicesFor(TRANSFERS);
    const stand = (system: SystemName) =>
      bench.stand(planSystem(bench.cluster('vs-dr'), system, { measured: served }), { services: served });
    const beds = await Promise.all(WORKING.map((cell) => stand(SYSTEMS[cell])));
    const stops = beds.flatMap((bed, index) => {
      const cell = WORKING[index] ?? '';
      const files = FTP_MODES.flatMap((mode) => ftpStops(cell, bed, mode));
      return [...files, ...transferStops(cell, bed, HTTP, [SMALL_BYTES])];
    });
    await bench.goRound(bench.choose(8, 16), stops);
    const lvs = beds[WORKING.indexOf('VS-DR')] as Testbed;
    editServices(lvs.lab, (service) =>
      'port' in service && service.port === FTP_PORT ? { ...service, persistence: undefined } : service,
    );
    // Once: under PORT the server waits for seconds before it gives up.
    const forgetful = (['pasv', 'port'] as const).flatMap((mode) => ftpStops(FORGETFUL, lvs, mode));
    await bench.goRound(1, forgetful);
  },
};

function ftpStops(cell: string, testbed: Testbed, mode: FtpMode): readonly Stop[] {
  const how = { ftp: { mode, filesPerSession: 1 } };
  return transferStops(cell, testbed, 'ftp', [SMALL_BYTES], { measure: measureOf(mode), seconds: 0.05, how });
}
