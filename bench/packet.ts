// Time of lvs_ingress for a packet of an established VS-NAT connection, when a million connections are open beside one
// alone, and when 1000 services of 100 servers are configured beside one of one. Each packet is a run of its own
// (BPF_PROG_TEST_RUN), since a packet that was rewritten once is no longer for the VIP; the time is the kernel's, less
// that of an empty program. Connections are visited at random, as on a busy director: some, then as many others as
// the next 0.7 s allow, which takes the first out of the caches, then the first again, and these visits count: once a
// second a connection asks for its route anew, which has a row of its own. One connection alone is visited as often.
// What a million can cost at least depends on the machine: a random read of memory has a row, too.
// Usage, as root: npm run bench:packet [-- ROUNDS [CONNECTIONS]]

import { quantile } from '../src/analysis/quantiles.ts';
import { createRandomIndex } from '../src/analysis/random.ts';
import { requireRoot } from '../src/system/mod.ts';
import { frameOn } from '../test/bpf/namespace.ts';
import { TestedProgram } from '../test/bpf/prog-test-run.ts';
import { CLIENT, SERVER, server, service, VIP } from '../test/bpf/services.ts';
import { BareDirector } from './support/bare-director.ts';
import { ClientPacket } from './support/clients.ts';
import { loadEmptyProgram } from './support/empty-program.ts';
import { RandomReads } from './support/random-reads.ts';
import { estimateRatio, measureInRounds, printHeading, printRatio, printRow } from './support/rounds.ts';
import { manyServices, openConnections } from './support/tables.ts';

const BATCH = 5_000;
const SERVICES = 1000;
const SERVERS = 100;
/** Shorter than the second after which connections ask again. */
const OTHERS_MS = 700;
const SEED = 1_000_000;

const rounds = Number(process.argv[2] ?? 30);
const connections = Number(process.argv[3] ?? 1_000_000);

const random = createRandomIndex(SEED);
const reads = new RandomReads();

/** The packet that this client sends. */
type PacketOf = (client: number) => ClientPacket;

/** The middle time of a packet each of these clients. */
function timeBatch(director: BareDirector, clients: Uint32Array, packetOf: PacketOf): number {
  const timesNs = director.inside(() => Array.from(clients, (client) => director.time(packetOf(client), client)));
  return quantile(timesNs, 0.5) - emptyNs;
}

/** A batch on connections that have been seen within the last second, with others in between. */
function timeKnown(director: BareDirector, open: number, packetOf: PacketOf): number {
  const clients = Uint32Array.from({ length: BATCH }, () => random(open));
  const untilMs = performance.now() + OTHERS_MS;
  timeBatch(director, clients, packetOf);
  while (performance.now() < untilMs) timeRefreshing(director, open, packetOf);
  return timeBatch(director, clients, packetOf);
}

/** A batch on connections of which most have not been seen for more than a second. */
function timeRefreshing(director: BareDirector, open: number, packetOf: PacketOf): number {
  const clients = Uint32Array.from({ length: BATCH }, () => random(open));
  return timeBatch(director, clients, packetOf);
}

function timeEmpty(): number {
  const program = new TestedProgram(loadEmptyProgram());
  const frame = frameOn('client', { from: CLIENT, to: VIP, flags: '.' });
  const timesNs = Array.from({ length: BATCH }, () => {
    program.judge(frame, 1);
    return program.durationNs;
  });
  program.close();
  return quantile(timesNs, 0.5);
}

requireRoot('running BPF programs');
const emptyNs = timeEmpty();
const directors: BareDirector[] = [];
function newDirector(): BareDirector {
  const director = new BareDirector();
  directors.push(director);
  return director;
}
try {
  const [small, full, wide] = [newDirector(), newDirector(), newDirector()];
  for (const director of [small, full]) director.configure(service([server(SERVER, 'nat')]));
  const vips = manyServices(wide, SERVICES, SERVERS);
  const established = ClientPacket.to(VIP, '.');
  const ofService = vips.map((vip) => ClientPacket.to(vip, '.'));
  const toVip: PacketOf = () => established;
  const toService: PacketOf = (client) => ofService[client % SERVICES] as ClientPacket;

  openConnections(small, SERVICES, () => VIP);
  openConnections(wide, SERVICES, (client) => vips[client % SERVICES] as string);
  openConnections(full, connections, () => VIP);

  const ns = await measureInRounds(rounds, {
    one: () => timeKnown(small, 1, toVip),
    oneOfMany: () => timeKnown(full, 1, toVip),
    many: () => timeKnown(full, connections, toVip),
    refreshing: () => timeRefreshing(full, connections, toVip),
    memory: () => reads.time(),
    narrow: () => timeKnown(small, SERVICES, toVip),
    wide: () => timeKnown(wide, SERVICES, toService),
  });

  const opened = `${connections.toLocaleString('en')} connections`;
  console.log(`${rounds} rounds of ${BATCH} packets; an empty program takes ${emptyNs} ns, which is taken off`);
  printHeading('established TCP by VS-NAT', 'ns');
  printRow('1 connection', ns.one);
  printRow(`${opened}, one visited`, ns.oneOfMany);
  printRow(opened, ns.many);
  printRow('the same, more than a second later', ns.refreshing);
  printRow('one random read of memory', ns.memory);
  printRow(`1 service × 1 server, ${SERVICES} visited`, ns.narrow);
  printRow(`${SERVICES} × ${SERVERS}, ${SERVICES} visited`, ns.wide);
  printHeading('ratios, medians over rounds', '');
  printRatio(`${opened} / 1`, estimateRatio(ns.many, ns.one), { atMost: 2 });
  const addedNs = ns.many.map((value, round) => value - (ns.one[round] ?? Number.NaN));
  printRatio('added by the others / a random read', estimateRatio(addedNs, ns.memory));
  printRatio(`${SERVICES} × ${SERVERS} / 1 × 1`, estimateRatio(ns.wide, ns.narrow), { atMost: 1.15 });
} finally {
  for (const director of directors) director.remove();
}
