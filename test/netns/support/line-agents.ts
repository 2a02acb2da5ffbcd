// The line service on all realservers of a lab and its client, each run by an agent.

import { type Agent, startAgent } from '../../../src/agent/mod.ts';
import type { Lab } from '../../../src/lab/mod.ts';
import { type Ipv4, parseIpv4 } from '../../../src/model/mod.ts';
import { LVSKIT } from '../netpipe-namespaces.ts';
import { enter } from './inside.ts';
import { realserversOf, vipOf } from './virtual-server.ts';

/** The paper's telnet, in the conf files. */
export const LINE_PORT = 23;
const ANY = parseIpv4('0.0.0.0') as Ipv4;

/** Hostnames that answer `count` connections to the VIP, one after the other. */
export type Ask = (count: number) => Promise<readonly string[]>;

export async function withLineService(lab: Lab, work: (ask: Ask) => Promise<void>): Promise<void> {
  const realservers = realserversOf(lab.plan.cluster);
  const agents = await Promise.all(['client', ...realservers.map(({ name }) => name)].map((name) => start(lab, name)));
  try {
    const [client, ...servers] = agents as [Agent, ...Agent[]];
    await Promise.all(
      servers.map((agent, index) =>
        agent.call('line.serve', { address: ANY, port: LINE_PORT, text: realservers[index]?.hostname ?? '' }),
      ),
    );
    await work((count) => client.call('line.ask', { address: vipOf(lab), port: LINE_PORT, count }));
  } finally {
    await Promise.all(agents.map((agent) => agent.close()));
  }
}

function start(lab: Lab, machine: string): Promise<Agent> {
  return startAgent({ host: machine, prefix: enter(lab, machine), launcher: [LVSKIT] });
}
