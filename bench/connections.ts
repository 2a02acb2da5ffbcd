// New connections per second through VS-NAT, ours beside nftables' DNAT and the same path by plain routing: wrk with
// `Connection: close` to nginx; and one thread that opens and closes connections and is their server, too, so that there is
// little else than packets. Client, server and kernel share one CPU that is always busy, so the time of a connection is the
// CPU's for all of it, and what a system adds to plain routing is its own. Last, without a network: the time that
// lvs_ingress takes for each packet of a connection's life, with the 0.1 µs that reading the clock takes.
// Usage, as root: npm run bench:connections [-- ROUNDS [all]], `all` to use every CPU

import { join } from 'node:path';
import { loadCluster } from '../src/conf/mod.ts';
import type { Ipv4, SystemName } from '../src/model/mod.ts';
import { NETPIPE_PORT } from '../src/suite/service-ports.ts';
import { planSystem, type SystemPlan } from '../src/suite/systems.ts';
import { Testbed } from '../src/suite/testbed.ts';
import {
  acceptTcp,
  closeSocket,
  connectTcp,
  inNetworkNamespace,
  listenTcp,
  pinProcess,
  requireRoot,
} from '../src/system/mod.ts';
import { SERVER, server, service, VIP } from '../test/bpf/services.ts';
import { pathOf, runInside } from '../test/netns/support/inside.ts';
import { withNginx } from '../test/netns/support/nginx.ts';
import { BareDirector } from './support/bare-director.ts';
import { ClientPacket } from './support/clients.ts';
import { estimateRatio, measureInRounds, printHeading, printRatio, printRow } from './support/rounds.ts';

const SYSTEMS = ['forward', 'nat', 'nftables'] as const satisfies readonly SystemName[];
type System = (typeof SYSTEMS)[number];
const LABELS: Readonly<Record<System, string>> = {
  forward: 'plain routing',
  nat: 'lvskit VS-NAT',
  nftables: 'nftables DNAT',
};

const ANY_ADDRESS = '0.0.0.0' as Ipv4;
const HTTP_PORT = 80;
const FILE_BYTES = 64;
const WRK_CONNECTIONS = 16;
const WRK_SECONDS = 1;
const LIGHT_CONNECTIONS = 4000;
const LIGHT_TIMEOUT_MS = 5000;
const LIVES = 100_000;

const rounds = Number(process.argv[2] ?? 15);
const onAll = process.argv[3] === 'all';
const root = join(import.meta.dirname, '..');
// Agents are started as this process was: with lvskit's own main script.
process.argv[1] = join(root, 'src/cli/main.ts');

/** With HTTP besides, and all services on the first server, which plain routing leads to, too. */
function withHttp(plan: SystemPlan): SystemPlan {
  const { services } = plan.cluster;
  const alone = services.map((service) => ({ ...service, servers: service.servers.slice(0, 1) }));
  const http = alone.slice(0, 1).map((service) => ({
    ...service,
    port: HTTP_PORT,
    servers: service.servers.map((server) => ({ ...server, port: HTTP_PORT })),
  }));
  return { ...plan, cluster: { ...plan.cluster, services: [...alone, ...http] } };
}

/** Connections per second. */
async function runWrk({ lab, plan }: Testbed): Promise<number> {
  const words = ['-t1', `-c${WRK_CONNECTIONS}`, `-d${WRK_SECONDS}s`, '-H', 'Connection: close'];
  const stdout = await runInside(lab, 'client', ['wrk', ...words, `http://${plan.target}:${HTTP_PORT}/${FILE_BYTES}`]);
  const rate = Number(/^Requests\/sec:\s*([\d.]+)$/m.exec(stdout)?.[1]);
  if (!(rate > 0) || /Socket errors|Non-2xx/.test(stdout))
    throw new Error(`wrk did not get what it asked for:\n${stdout}`);
  return rate;
}

/** Connections per second that this thread opens to itself and closes, a server's namespace at the other end. */
function openAndClose({ lab, plan }: Testbed): number {
  const address = { address: ANY_ADDRESS, port: NETPIPE_PORT };
  const listener = inNetworkNamespace(pathOf(lab, plan.answeredBy[0] ?? ''), () => listenTcp(address));
  const patience = { waitMs: LIGHT_TIMEOUT_MS, timeoutMs: LIGHT_TIMEOUT_MS };
  const startedMs = performance.now();
  inNetworkNamespace(pathOf(lab, 'client'), () => {
    for (let opened = 0; opened < LIGHT_CONNECTIONS; opened++) {
      const client = connectTcp({ address: plan.target, port: NETPIPE_PORT, timeoutMs: LIGHT_TIMEOUT_MS });
      closeSocket(acceptTcp(listener, patience));
      closeSocket(client);
    }
  });
  const seconds = (performance.now() - startedMs) / 1000;
  closeSocket(listener);
  return LIGHT_CONNECTIONS / seconds;
}

function report(what: string, rates: Readonly<Record<System, readonly number[]>>, isJudged: boolean): void {
  printHeading(what, 'per s');
  for (const system of SYSTEMS) printRow(LABELS[system], rates[system]);
  printRatio('lvskit / nftables', estimateRatio(rates.nat, rates.nftables), isJudged ? { atLeast: 1.2 } : undefined);
  const addedUs = (system: System) =>
    rates[system].map((rate, round) => 1e6 / rate - 1e6 / (rates.forward[round] ?? 0));
  printHeading('added to plain routing, a connection', 'µs');
  for (const system of ['nat', 'nftables'] as const) printRow(LABELS[system], addedUs(system), 1);
}

/** The packets of a connection that is opened, used for nothing and closed by the server, and opened once more. */
const LIFE: readonly (readonly [string, ClientPacket])[] = [
  ['SYN, opens the connection', ClientPacket.to(VIP, 'S')],
  ['SYN and ACK', ClientPacket.from(SERVER, 'S.')],
  ['ACK', ClientPacket.to(VIP, '.')],
  ['FIN of the server', ClientPacket.from(SERVER, 'F.')],
  ['FIN of the client', ClientPacket.to(VIP, 'F.')],
  ['ACK of the server', ClientPacket.from(SERVER, '.')],
  ['SYN, opens it anew', ClientPacket.to(VIP, 'S')],
];

/** Prints how long lvs_ingress takes for each of them, connection after connection. */
function reportLife(): void {
  const director = new BareDirector();
  try {
    director.configure(service([server(SERVER, 'nat')]));
    const timesNs = LIFE.map(() => [] as number[]);
    director.inside(() => {
      for (let client = 0; client < LIVES; client++) {
        for (const [step, [, packet]] of LIFE.entries()) timesNs[step]?.push(director.time(packet, client));
      }
    });
    printHeading(`lvs_ingress alone, ${LIVES.toLocaleString('en')} connections`, 'ns');
    for (const [step, [name]] of LIFE.entries()) printRow(name, timesNs[step] ?? []);
  } finally {
    director.remove();
  }
}

async function withTestbeds(work: (testbeds: Readonly<Record<System, Testbed>>) => Promise<void>): Promise<void> {
  const cluster = loadCluster({ confFile: join(root, 'examples/vs-nat.conf') });
  const standing: Testbed[] = [];
  try {
    for (const system of SYSTEMS) {
      const labName = `connections${process.pid}-${system}`;
      const cpus = { client: 0, realserver: onAll ? 1 : 0 };
      standing.push(await Testbed.start(withHttp(planSystem(cluster, system)), { labName, cpus }));
    }
    await work(
      Object.fromEntries(standing.map((testbed) => [testbed.plan.system, testbed])) as Record<System, Testbed>,
    );
  } finally {
    for (const testbed of standing) await testbed.stop();
  }
}

/** nginx in all of them while `work` runs. */
function withServers(testbeds: readonly Testbed[], work: () => Promise<void>): Promise<void> {
  const [first, ...others] = testbeds;
  if (first === undefined) return work();
  return withNginx(first.lab, [FILE_BYTES], () => withServers(others, work));
}

requireRoot('making network namespaces');
if (!onAll) pinProcess([0]);
await withTestbeds(async (testbeds) => {
  const each = (measure: (testbed: Testbed) => number | Promise<number>) => ({
    forward: () => measure(testbeds.forward),
    nat: () => measure(testbeds.nat),
    nftables: () => measure(testbeds.nftables),
  });
  await withServers(Object.values(testbeds), async () => {
    await measureInRounds(1, each(runWrk));
    await measureInRounds(1, each(openAndClose));
    console.log(`${rounds} rounds, ${onAll ? 'all CPUs' : 'one CPU'}, one realserver`);
    report('wrk, Connection: close, nginx', await measureInRounds(rounds, each(runWrk)), true);
    report('one thread that opens and closes', await measureInRounds(rounds, each(openAndClose)), false);
  });
});
reportLife();
