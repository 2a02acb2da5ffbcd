// iperf3 from the client of a lab through its director to the first realserver.

import type { Lab } from '../../../src/lab/mod.ts';
import { untilListening } from '../netpipe-namespaces.ts';
import { runInside, startInside } from './inside.ts';
import { realserversOf, serviceAddressOf, vipOf } from './virtual-server.ts';

const PORT = 5201;

/** Its control connection is TCP also when it measures UDP. */
export const IPERF_SERVICES = [{ port: PORT }, { port: PORT, protocol: 'udp' }] as const;

/** Of iperf3's JSON, the parts that tests look at. */
export interface IperfEnd {
  readonly sum_sent: { readonly bytes: number; readonly retransmits: number };
  readonly sum_received: { readonly bytes: number };
  /** UDP. */
  readonly sum: { readonly packets: number; readonly lost_packets: number };
}

/** The result that the client reports; `words` are further ones for it. Failure of either end is the test's. */
export async function runIperf(lab: Lab, words: readonly string[]): Promise<IperfEnd> {
  const [realserver] = realserversOf(lab.plan.cluster);
  if (realserver === undefined) throw new Error('the cluster has no realserver');
  const address = serviceAddressOf(lab, realserver);
  const serving = startInside(lab, realserver.name, ['iperf3', '-s', '-1', '-B', address, '-p', String(PORT)]);
  await untilListening(`${lab.plan.name}-${realserver.name}`, PORT);
  const stdout = await runInside(lab, 'client', ['iperf3', '-c', vipOf(lab), '-p', String(PORT), '-J', ...words]);
  const status = await serving.ended;
  if (status !== 0) throw new Error(`the server ended with status ${status}: ${serving.output()}`);
  return (JSON.parse(stdout) as { end: IperfEnd }).end;
}
