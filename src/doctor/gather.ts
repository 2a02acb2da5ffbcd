// Asks a machine for its facts, with programs that every Linux host has.

import type { Cluster, Machine } from '../model/mod.ts';
import { askAll, type Unreached } from './ask.ts';
import type { DirectorFacts, MachineFacts } from './facts.ts';
import { parseDecisions, parseLinks, parseNeighbours, parseRoutes } from './parse-ip.ts';
import { parseChecksumErrors, parseFilterRules, parseListeners, parseSysctls } from './parse-kernel.ts';
import type { Reach } from './reach.ts';

const GLOBAL_SYSCTLS = ['net.ipv4.ip_forward'];
const DEVICE_SYSCTLS = ['rp_filter', 'arp_ignore', 'arp_announce', 'send_redirects', 'accept_local'];

export async function gatherFacts(machine: Machine, cluster: Cluster, reach: Reach): Promise<MachineFacts | Unreached> {
  const [answers, decapsulating, director] = await Promise.all([
    askAll(reach, {
      links: 'ip -json addr',
      decisions: `ip -json -force -batch - 2>/dev/null <<'EOF'\n${routeQuestions(cluster)}EOF`,
      routes: 'ip -json route',
      neighbours: 'ip -json neigh',
      sysctls: `sysctl -e ${sysctlKeys(machine).join(' ')} 2>/dev/null`,
      listeners: 'ss -Hltn',
      rules: 'nft -j list ruleset 2>/dev/null',
      counters: 'cat /proc/net/snmp',
    }),
    machine.role === 'realserver' && cluster.method === 'tun' ? gatherDecapsulating(cluster, reach) : undefined,
    machine.role === 'director' ? gatherDirector(reach) : undefined,
  ]);
  if ('why' in answers) return answers;
  if (answers.links.status !== 0) return { why: `'ip -json addr' ended with status ${answers.links.status}` };
  const { links, decisions, routes, neighbours, sysctls, listeners, rules, counters } = answers;
  return {
    links: parseLinks(links.stdout),
    decisions: parseDecisions(decisions.stdout),
    routes: parseRoutes(routes.stdout),
    neighbours: parseNeighbours(neighbours.stdout),
    sysctls: parseSysctls(sysctls.stdout),
    listeners: listeners.status === 0 ? parseListeners(listeners.stdout) : undefined,
    // Without nft there are no rules of its, and other tables are not ours to read.
    filterRules: rules.status === 0 ? parseFilterRules(rules.stdout) : [],
    checksumErrors: parseChecksumErrors(counters.stdout),
    decapsulating,
    director,
  };
}

/** Lines of `ip -batch`, for every address that packets of the cluster have. */
function routeQuestions({ vip, machines }: Cluster): string {
  const addresses = [vip.address, ...machines.flatMap(({ nics }) => nics.map(({ address }) => address))];
  return addresses.map((address) => `route get ${address}\n`).join('');
}

function sysctlKeys({ nics }: Machine): readonly string[] {
  const devices = ['all', ...nics.map(({ device }) => device.replaceAll('.', '/')), 'tunl0'];
  return [
    ...GLOBAL_SYSCTLS,
    ...devices.flatMap((device) => DEVICE_SYSCTLS.map((name) => `net.ipv4.conf.${device}.${name}`)),
  ];
}

/** Undefined where lvskit cannot be asked. */
async function gatherDecapsulating({ vip }: Cluster, reach: Reach): Promise<readonly string[] | undefined> {
  const { status, stdout } = await reach.run([...reach.lvskit, 'decap', 'status', '--vip', vip.address, '--json']);
  return status === 0 ? (JSON.parse(stdout) as { readonly devices: readonly string[] }).devices : undefined;
}

async function gatherDirector(reach: Reach): Promise<DirectorFacts> {
  const { status, stdout, stderr } = await reach.run([...reach.lvskit, 'metrics', '--format', 'json']);
  if (status !== 0) {
    if (stderr.includes('there is no director')) return { state: 'down' };
    return { state: 'unknown', said: stderr.trim().split('\n')[0] || `it ended with status ${status}` };
  }
  const { nics, services } = JSON.parse(stdout) as Omit<Extract<DirectorFacts, { state: 'up' }>, 'state'>;
  return { state: 'up', nics, services };
}
