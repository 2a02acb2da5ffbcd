// Active probes: what facts alone cannot tell. A few connections that carry nothing, ARP requests for the VIP, under VS-TUN
// one packet of full size. Everything ends within the time that is given.

import type { Cluster, Ipv4, Machine, Nic, VirtualService } from '../model/mod.ts';
import type { ConnectOutcome, MachineFacts, ProbeFacts } from './facts.ts';
import { parseArping, parseChecksumErrors } from './parse-kernel.ts';
import type { Reach } from './reach.ts';

export interface ProbeOptions {
  /** How long an answer may take. */
  readonly timeoutMs: number;
}

/** So that round robin comes to each server, and to the first ones twice. */
const CONNECTIONS_PER_SERVER = 2;
const MOST_CONNECTIONS = 16;

/** What a script may take besides waiting, on a busy machine. */
const SCRIPT_MS = 5000;

/** For each ADDRESS PORT COUNT a line `ADDRESS PORT STATUS` per connection, 124 for no answer. All at the same time. */
const CONNECT_SCRIPT = `
timeout=$1; shift
while [ $# -gt 0 ]; do
  for i in $(seq "$3"); do
    (timeout "$timeout" bash -c "exec 3<>/dev/tcp/$1/$2" 2>/dev/null; echo "$1 $2 $?") &
  done
  shift 3
done
wait
`;

/**
 * Sends one segment of the size that TCP has chosen and says whether it was acknowledged: its size, and what is left in
 * the queue. A segment that was lost by chance has been sent again by then.
 */
const FULL_SIZE_SCRIPT = `
address=$1 port=$2 timeout=$3
exec 3<>"/dev/tcp/$address/$port" || exit 1
look() { ss -tinHO dst "$address" dport = ":$port" sport = ":$own"; }
own=$(ss -tnHOp dst "$address" dport = ":$port" | grep "pid=$$," | grep -o '[0-9.]*:[0-9]* ' | head -1 | cut -d: -f2 | tr -d ' ')
mss=$(look | grep -o ' mss:[0-9]*' | cut -d: -f2)
[ -n "$mss" ] || exit 1
head -c "$mss" /dev/zero >&3
for i in 1 2 3 4 5 6 7 8; do
  sleep "$timeout"
  left=$(look | awk '{ print $3 }')
  [ "\${left:-0}" = 0 ] && break
done
echo "$mss \${left:-0}"
`;

/** Throws what the commands throw when they are missing. `reaches` has the machines that can be looked at. */
export async function probe(
  cluster: Cluster,
  reaches: ReadonlyMap<string, Reach>,
  facts: ReadonlyMap<string, MachineFacts>,
  options: ProbeOptions,
): Promise<ProbeFacts> {
  const [throughVip, toServers, vipAnswers, fullSize] = await Promise.all([
    connectThroughVip(cluster, reaches, options),
    connectToServers(cluster, reaches, options),
    askForVip(cluster, reaches, options),
    sendFullSize(cluster, reaches, options),
  ]);
  const after = await readChecksumErrors(reaches);
  const badChecksums = new Map(
    [...after].map(([machine, count]) => [machine, count - (facts.get(machine)?.checksumErrors ?? count)]),
  );
  return { throughVip, toServers, vipAnswers, fullSize, badChecksums };
}

async function readChecksumErrors(reaches: ReadonlyMap<string, Reach>): Promise<ReadonlyMap<string, number>> {
  const read = async ({ machine, run }: Reach) => {
    return [machine, parseChecksumErrors((await run(['cat', '/proc/net/snmp'])).stdout)] as const;
  };
  return new Map(await Promise.all([...reaches.values()].map(read)));
}

function connectThroughVip(cluster: Cluster, reaches: ReadonlyMap<string, Reach>, options: ProbeOptions) {
  const targets = tcpServices(cluster).map(({ address, port, servers }) => {
    return { address, port, count: Math.min(servers.length * CONNECTIONS_PER_SERVER, MOST_CONNECTIONS) };
  });
  return connect(reachOf(cluster, reaches, 'client'), targets, options);
}

function connectToServers(cluster: Cluster, reaches: ReadonlyMap<string, Reach>, options: ProbeOptions) {
  const targets = serversOf(cluster).map(({ machine, address, port }) => {
    return { machine: machine.name, address, port, count: 1 };
  });
  return connect(reachOf(cluster, reaches, 'director'), targets, options);
}

/** Every realserver with a port that a service sends to, once. */
export function serversOf(cluster: Cluster) {
  const servers = tcpServices(cluster)
    .flatMap((service) => service.servers)
    .flatMap(({ address, port }) => {
      const nicOf = (machine: Machine) => machine.nics.find((nic) => nic.address === address);
      const machine = cluster.machines.find((each) => nicOf(each) !== undefined);
      const nic = machine && nicOf(machine);
      return machine === undefined || nic === undefined ? [] : [{ machine, address: nic.address, port }];
    });
  return [...new Map(servers.map((server) => [`${server.address}:${server.port}`, server])).values()];
}

/** What has become of the connections to each target; nothing, where there is nobody to make them. */
async function connect<Target extends { readonly address: Ipv4; readonly port: number; readonly count: number }>(
  from: Reach | undefined,
  targets: readonly Target[],
  { timeoutMs }: ProbeOptions,
): Promise<readonly (Target & ConnectOutcome)[]> {
  if (from === undefined || targets.length === 0) return [];
  const words = [timeoutMs / 1000, ...targets.flatMap(({ address, port, count }) => [address, port, count])].map(
    String,
  );
  const { stdout } = await from.run(['bash', '-c', CONNECT_SCRIPT, 'bash', ...words]);
  const lines = stdout.split('\n').map((line) => line.split(' '));
  return targets.map((target) => {
    const statuses = lines
      .filter(([address, port]) => address === target.address && port === String(target.port))
      .map(([, , status]) => Number(status));
    const connected = statuses.filter((status) => status === 0).length;
    const unanswered = statuses.filter((status) => status === 124).length;
    return { ...target, connected, unanswered, refused: statuses.length - connected - unanswered };
  });
}

/** From the client and the director on each of their NICs, as far as they have arping. */
async function askForVip(cluster: Cluster, reaches: ReadonlyMap<string, Reach>, { timeoutMs }: ProbeOptions) {
  const askers = cluster.machines.filter(({ role }) => role !== 'realserver');
  const answers = await Promise.all(
    askers.flatMap(({ name, nics }) => nics.map((nic) => ask(reaches.get(name), nic, cluster.vip.address, timeoutMs))),
  );
  return answers.flat();
}

async function ask(from: Reach | undefined, { device, address }: Nic, vip: Ipv4, timeoutMs: number) {
  if (from === undefined) return [];
  // SIGINT lets it tell what it has heard.
  const seconds = String(timeoutMs / 1000);
  const argv = ['timeout', '-s', 'INT', seconds, 'arping', '-b', '-c', '100', '-s', address, '-I', device, vip];
  const { stdout } = await from.run(argv);
  return parseArping(stdout).map((mac) => ({ asker: from.machine, device, mac }));
}

/** Under VS-TUN alone: its header is what makes packets too large. */
async function sendFullSize(cluster: Cluster, reaches: ReadonlyMap<string, Reach>, { timeoutMs }: ProbeOptions) {
  const client = reachOf(cluster, reaches, 'client');
  const [service] = tcpServices(cluster);
  if (cluster.method !== 'tun' || client === undefined || service === undefined) return undefined;
  const words = [service.address, service.port, timeoutMs / 4000].map(String);
  // For a connection that does not come about; what comes after it ends by itself.
  const argv = [
    'timeout',
    String((3 * timeoutMs + SCRIPT_MS) / 1000),
    'bash',
    '-c',
    FULL_SIZE_SCRIPT,
    'bash',
    ...words,
  ];
  const [bytes, left] = (await client.run(argv)).stdout.trim().split(' ').map(Number);
  if (!bytes || left === undefined) return undefined;
  return { port: service.port, bytes, arrived: left === 0 };
}

function tcpServices({ services }: Cluster): readonly VirtualService[] {
  return services.filter(({ protocol }) => protocol === 'tcp');
}

function reachOf({ machines }: Cluster, reaches: ReadonlyMap<string, Reach>, role: Machine['role']): Reach | undefined {
  return machines.flatMap((machine) => (machine.role === role ? (reaches.get(machine.name) ?? []) : []))[0];
}
