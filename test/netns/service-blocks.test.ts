// What experiments with services are built of, in one lab: transfers otherwise than usual, from and to other machines, what
// they cost each machine, and what the director lists meanwhile.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { NFS_EXPORTS, NFS_SPECIAL_FILES } from '../../src/measure/mod.ts';
import { findCaching } from '../../src/model/mod.ts';
import { editServices, listServersDuring } from '../../src/suite/director-table.ts';
import { trafficOf, withLabUse } from '../../src/suite/lab-use.ts';
import { HTTP_DISK_FOLDER, httpFromDisk, rshWithLimit, servicesFor } from '../../src/suite/service-ports.ts';
import { planSystem } from '../../src/suite/systems.ts';
import { Testbed } from '../../src/suite/testbed.ts';
import { dropFileCache, runCommand } from '../../src/system/mod.ts';
import { needing } from './support/programs.ts';
import { signal } from './support/served.ts';
import { exampleCluster } from './support/virtual-server.ts';

// Agents are started by the words that started this process, which here are those of a test.
process.argv[1] = new URL('../../src/cli/main.ts', import.meta.url).pathname;

const NEEDS = needing('nginx', 'vsftpd', 'inetd', 'in.rshd', 'lpd', 'ganesha.nfsd', 'rpcbind');
const FILE_OF_64K = `${HTTP_DISK_FOLDER}/files/file.16`;

const isSkipped = NEEDS.skip !== undefined && NEEDS.skip !== false;
let bed: Testbed;

before(async () => {
  if (isSkipped) return;
  const services = [...httpFromDisk(), ...servicesFor(['ftp', 'rsh', 'lpd', 'nfs'])];
  const plan = planSystem(exampleCluster('vs-dr'), 'dr', { measured: services });
  bed = await Testbed.start(plan, {
    labName: `t${process.pid}-blocks`,
    cpus: { client: 0, realserver: 1 },
    services,
    offload: false,
  });
});

after(async () => {
  if (!isSkipped) await bed.stop();
});

test('requests at a rate are as many as it says, and a run ends after so many transfers', NEEDS, async () => {
  const atRate = await bed.transfer('http', 1024, 0.5, { http: { connections: 2, ratePerSecond: 50 } });
  assert.deepEqual(atRate.failures, {});
  assert.ok(atRate.transfers > 0 && atRate.transfers <= 26, `${atRate.transfers}`);
  assert.deepEqual(Object.keys(atRate.counts), ['ms late at worst']);
  for (const name of ['http-new', 'rsh'] as const) {
    const { transfers, failures } = await bed.transfer(name, 1, 10, { most: 3 });
    assert.deepEqual([transfers, failures], [3, {}], name);
  }
});

test('a server that stands still for a while shows as a stall', NEEDS, async () => {
  const namespace = `${bed.lab.plan.name}-realserver1`;
  const measuring = bed.transfer('http-new', 1, 1.5);
  await pause(500);
  signal(namespace, ['nginx'], 'SIGSTOP');
  await pause(300);
  signal(namespace, ['nginx'], 'SIGCONT');
  const { stalls, failures } = await measuring;
  assert.deepEqual(failures, {});
  assert.ok(
    stalls.some(({ kind, lastedMs }) => kind === 'slow transfer' && lastedMs > 200),
    JSON.stringify(stalls),
  );
});

test('a file is sent that is read from the disk each time, or is said to be missing or short', NEEDS, async () => {
  for (const name of ['rsh', 'lpd'] as const) {
    const send = (file: string, sizeBytes: number) =>
      bed.transfer(name, sizeBytes, 10, { most: 2, file, rsh: { to: 'disk' } });
    const whole = await send(FILE_OF_64K, 65_536);
    assert.deepEqual([whole.transfers, whole.payloadBytes, whole.failures], [2, 131_072, {}]);
    assert.deepEqual((await send(FILE_OF_64K, 131_072)).failures, {
      [`${FILE_OF_64K} has fewer bytes than are to be sent`]: 1,
    });
    assert.deepEqual((await send('/nowhere', 1)).failures, { 'cannot read /nowhere here: ENOENT': 1 });
  }
  dropFileCache(FILE_OF_64K);
  assert.equal(runCommand(['fincore', '--noheadings', '--output', 'PAGES', FILE_OF_64K]).stdout.trim(), '0');
  const cold = await bed.transfer('http', 65_536, 10, { most: 3, coldFile: FILE_OF_64K });
  assert.deepEqual([cold.transfers, cold.failures], [3, {}]);
  const missing = await bed.transfer('http', 1, 10, { coldFile: '/nowhere' });
  assert.deepEqual(missing.failures, { 'cannot read /nowhere here: ENOENT': 1 });
});

test("an NFS client that keeps what it has read is found out by the wire's bytes", NEEDS, async () => {
  const read = (isCaching: boolean) => bed.transfer('nfs', 2 ** 20, 10, { most: 2, nfs: { isCaching } });
  assert.equal(findCaching(await read(false)), undefined);
  const cached = await read(true);
  assert.deepEqual([cached.transfers, cached.payloadBytes, cached.failures], [2, 2 ** 21, {}]);
  assert.ok((findCaching(cached)?.cachedShare ?? 0) > 0.99);
});

test('NFS reads and writes in parts of 1 to 16 kB, in memory and on a disk', NEEDS, async () => {
  for (const [partBytes, exportPath] of [
    [1024, '/memory'],
    [16_384, '/disk'],
  ] as const) {
    const written = await bed.transfer('nfs-write', 65_536, 10, {
      most: 2,
      nfs: { writeBytes: partBytes, exportPath },
    });
    const read = await bed.transfer('nfs', 65_536, 10, { most: 2, nfs: { readBytes: partBytes } });
    for (const { transfers, failures, wireBytes, payloadBytes } of [written, read]) {
      assert.deepEqual([transfers, failures], [2, {}]);
      // Every part has heads of its own, of about 100 bytes.
      const parts = payloadBytes / partBytes;
      assert.ok(wireBytes - payloadBytes > 80 * parts && wireBytes - payloadBytes < 160 * parts + 2000, `${wireBytes}`);
    }
  }
});

test('devices and FIFOs of an NFS server are told from files, and it takes no data for them', NEEDS, async () => {
  const { files, special } = NFS_EXPORTS;
  const refusal = 'WRITE: NFS3ERR_INVAL: invalid argument';
  assert.deepEqual(await bed.probeNfsFile(special, NFS_SPECIAL_FILES.device), {
    type: 'character device',
    major: 1,
    minor: 3,
    refusal,
  });
  assert.deepEqual(await bed.probeNfsFile(special, NFS_SPECIAL_FILES.fifo), {
    type: 'fifo',
    major: 0,
    minor: 0,
    refusal,
  });
  assert.deepEqual(await bed.probeNfsFile(files, 'file.0'), { type: 'file', major: 0, minor: 0 });
  await assert.rejects(bed.probeNfsFile(files, 'nothing'), { code: 'TRANSFER_FAILED' });
});

test('a UDP service has inactive connections and no active ones while files go over it', NEEDS, async () => {
  const { listings } = await listServersDuring(bed.lab, 50, () => bed.transfer('nfs', 2 ** 20, 0.3));
  const ofNfs = listings.map((listing) => listing.find(({ service }) => service === 'udp 192.168.1.110:2049'));
  assert.ok(ofNfs.length >= 2);
  for (const server of ofNfs) assert.ok(server !== undefined && server.active === 0 && server.inactive >= 1);
});

test(
  'of large replies the director carries the acknowledgements alone, and each machine has its CPU time',
  NEEDS,
  async () => {
    const { result, use } = await withLabUse(bed, () => bed.transfer('http', 2 ** 20, 0.3));
    const [client, director] = [trafficOf(use, 'client'), trafficOf(use, 'director')];
    assert.ok(client.inBytes > result.payloadBytes);
    assert.ok(director.inBytes < 0.1 * client.inBytes);
    assert.ok(director.inPackets > 0 && director.inPackets < client.inPackets);
    assert.ok(use.director.runs > 0 && use.director.ns > 0);
    assert.ok((use.cpu.processNs.client ?? 0) > 0 && use.cpu.processNs.director === 0);
    // Of rsh nearly all is spent by processes that have ended: several ms a copy.
    const copying = await withLabUse(bed, () => bed.transfer('rsh', 2 ** 20, 10, { most: 20 }));
    const { processNs } = copying.use.cpu;
    assert.ok((processNs.realserver1 ?? 0) >= 1e6 * copying.result.transfers, JSON.stringify(processNs));
  },
);

test('a realserver copies to itself past the director', NEEDS, async () => {
  const { result, use } = await withLabUse(bed, () =>
    bed.transfer('rsh', 2 ** 20, 10, { most: 2, from: 'realserver1', to: bed.addressOf('realserver1') }),
  );
  assert.deepEqual([result.transfers, result.failures], [2, {}]);
  assert.ok(trafficOf(use, 'director').inBytes < 65_536);
});

test("inetd's limit is the cause that copies have failed for", NEEDS, async () => {
  await bed.serve('realserver2', rshWithLimit(20));
  const { transfers, failures } = await bed.transfer('rsh', 1, 10, { most: 30, to: bed.addressOf('realserver2') });
  // Before them there was one that is not counted; the twentieth is closed.
  assert.equal(transfers, 18);
  assert.deepEqual(failures, {
    'closed without a reply': 1,
    "inetd's limit: it stopped at connection 20 within a minute": 11,
  });
});

test('FTP under VS-DR goes in every mode with persistence, and says what it lacks without', NEEDS, async () => {
  const fetch = (mode: 'pasv' | 'epsv' | 'port' | 'eprt') =>
    bed.transfer('ftp', 1024, 10, { most: 2, ftp: { mode, filesPerSession: 1 } });
  for (const mode of ['pasv', 'epsv', 'port', 'eprt'] as const) {
    const { transfers, failures } = await fetch(mode);
    assert.deepEqual([transfers, failures], [2, {}], mode);
  }
  editServices(bed.lab, (service) =>
    'port' in service && service.port === 21 ? { ...service, persistence: undefined } : service,
  );
  const [cause] = Object.keys((await fetch('pasv')).failures);
  assert.match(cause ?? '', /^data connection refused \(PASV\): behind VS-DR or VS-TUN it needs persistence/);
});
