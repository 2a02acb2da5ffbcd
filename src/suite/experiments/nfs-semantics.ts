// The section on NFS again: what its protocol and its clients do besides, which fools who measures: caches, connections that are
// none, devices that are the client's own.

import { combine, exactly, type Observations, report, state } from '../../analysis/mod.ts';
import { NFS_EXPORTS, NFS_SPECIAL_FILES } from '../../measure/mod.ts';
import { findCaching } from '../../model/mod.ts';
import { listServersDuring } from '../director-table.ts';
import { servicesFor } from '../service-ports.ts';
import { planSystem } from '../systems.ts';
import type { Testbed } from '../testbed.ts';
import type { Stop } from './bench.ts';
import type { Experiment } from './experiment.ts';
import { missingFor } from './needs.ts';
import { throughputMbps } from './quantities.ts';
import { transferStops } from './stops.ts';

const READ = 'read';
const CACHING = 'client with a cache';
const PLAIN = 'client without';
const LISTING = 'listing';
const SPECIAL = 'special file';
const FILE_BYTES = 1_048_576;
const LINK = { text: '100mbit', mbps: 100 };
const LIST_EVERY_MS = 20;
const NFS_PORT = 2049;

/** 1 where a client has got files that did not cross the wire. */
function isCaching(seen: Observations, cell: string) {
  const [payloadBytes, wireBytes] = ['payloadBytes', 'wireBytes'].map((value) =>
    seen.values({ cell, measure: READ, value }).reduce((sum, bytes) => sum + bytes, 0),
  ) as [number, number];
  return exactly(Number(findCaching({ payloadBytes, wireBytes }) !== undefined));
}

function wireShare(seen: Observations, cell: string) {
  const total = (value: string) => seen.total({ cell, measure: READ, value });
  return combine((wire, payload) => wire / payload, total('wireBytes'), total('payloadBytes'));
}

export const nfsSemantics: Experiment = {
  id: 'nfs-semantics',
  section: 'NFS',
  title: 'NFS: caches, connections, devices',
  method:
    'Files of 1 MB are read again and again through VS-DR on links of 100 Mbit/s, by a client that keeps what it has read and by one ' +
    'that does not, while the director’s table is listed. Then the server is asked for a device like /dev/null and for a FIFO, and a ' +
    'byte is written to each.',
  claims: [
    {
      id: 'C63',
      section: 'NFS',
      says: 'A file that is read a second time comes faster than the wire can carry it, out of the client’s cache.',
      paper: '300 Mbit/s on links of 100',
      criterion:
        'with a cache: above 100 Mbit/s, and found out by less than 0.9 of the bytes on the wire; without: at most 100 Mbit/s, not flagged',
      judge: (seen) => [
        state(
          'second read, with a cache',
          throughputMbps(seen, CACHING, FILE_BYTES, READ),
          { min: LINK.mbps },
          'Mbit/s',
        ),
        state('second read, without', throughputMbps(seen, PLAIN, FILE_BYTES, READ), { max: LINK.mbps }, 'Mbit/s'),
        state('flagged, with a cache', isCaching(seen, CACHING), { min: 1 }),
        state('flagged, without', isCaching(seen, PLAIN), { max: 0 }),
        report('bytes on the wire / read, with a cache', wireShare(seen, CACHING)),
        report('bytes on the wire / read, without', wireShare(seen, PLAIN)),
      ],
    },
    {
      id: 'C67',
      section: 'NFS',
      says: 'ipvsadm lists no active connection of NFS over UDP, and a few inactive ones.',
      paper: '0 in ActiveConn, a small number in InActConn',
      criterion: 'in every listing while files go over it: ActiveConn 0, InActConn at least 1',
      judge: (seen) => {
        const values = (value: string) => seen.values({ cell: PLAIN, measure: LISTING, value });
        return [
          state('most in ActiveConn', exactly(Math.max(...values('mostActive'))), { max: 0 }),
          state('fewest in InActConn', exactly(Math.min(...values('fewestInactive'))), { min: 1 }),
          report('listings', exactly(values('listings').reduce((sum, count) => sum + count, 0))),
        ];
      },
    },
    {
      id: 'C68',
      section: 'NFS',
      says: 'Writing to a device or a FIFO of the server’s sends it nothing: what is written to /dev/null is gone at once, and a FIFO hangs.',
      paper: 'nothing on the network; the writer hung',
      criterion:
        'both are told to the client as what they are, /dev/null by its number, and no byte is taken for either',
      remark:
        'So a client’s kernel has nothing to send to: it opens its own device of that number, or a FIFO of its own, where a writer ' +
        'waits for a reader. That is the protocol’s word for it (RFC 1813); no kernel’s client is mounted here.',
      judge: (seen) => {
        const told = (cell: string, value: string) => exactly(seen.values({ cell, measure: SPECIAL, value })[0] ?? 0);
        return [
          state('the device is told to be 1, 3, /dev/null', told('device', 'isNull'), { min: 1 }),
          state('the FIFO is told to be one', told('fifo', 'isFifo'), { min: 1 }),
          state('bytes taken for the device', told('device', 'bytesTaken'), { max: 0 }),
          state('bytes taken for the FIFO', told('fifo', 'bytesTaken'), { max: 0 }),
        ];
      },
    },
  ],
  needs: () => missingFor(['nfs']),
  measure: async (bench) => {
    const served = servicesFor(['nfs']);
    const plan = planSystem(bench.cluster('vs-dr'), 'dr', { measured: served });
    const bed = await bench.stand(plan, { services: served, rate: LINK.text });
    const read = (cell: string, isCaching: boolean) =>
      transferStops(cell, bed, 'nfs', [FILE_BYTES], { measure: READ, how: { nfs: { isCaching } } });
    await bench.goRound(bench.choose(8, 16), [...read(PLAIN, false), ...read(CACHING, true), listing(bed)]);
    await bench.goRound(1, [special(bed, 'device'), special(bed, 'fifo')]);
  },
};

/** What is listed of NFS's own service while files are read. */
function listing(bed: Testbed): Stop {
  const service = `udp ${bed.plan.target}:${NFS_PORT}`;
  return {
    cell: PLAIN,
    measure: LISTING,
    sizeBytes: FILE_BYTES,
    visit: async () => {
      const { listings } = await listServersDuring(bed.lab, LIST_EVERY_MS, () => bed.transfer('nfs', FILE_BYTES, 0.1));
      const listed = listings.flatMap((servers) => servers.filter((server) => server.service === service));
      return {
        values: {
          listings: listings.length,
          mostActive: Math.max(...listed.map(({ active }) => active)),
          fewestInactive: Math.min(...listed.map(({ inactive }) => inactive)),
        },
      };
    },
  };
}

/** What the server says a file is, and whether it takes a byte for it. */
function special(bed: Testbed, name: keyof typeof NFS_SPECIAL_FILES): Stop {
  return {
    cell: name,
    measure: SPECIAL,
    sizeBytes: 0,
    visit: async () => {
      const { type, major, minor, refusal } = await bed.probeNfsFile(NFS_EXPORTS.special, NFS_SPECIAL_FILES[name]);
      return {
        values: {
          isNull: Number(type === 'character device' && major === 1 && minor === 3),
          isFifo: Number(type === 'fifo'),
          bytesTaken: Number(refusal === undefined),
        },
        words: [type, ...(refusal === undefined ? [] : [refusal])],
      };
    },
  };
}
