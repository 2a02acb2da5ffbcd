// What the director costs traffic that is not for a virtual service: netpipe through a host that forwards it, over one
// connection, with the director on the host's NICs and without. "Without" is a NIC as it was before, that is without the
// qdisc that holds the director's program either. An empty program in the director's place shows what the kernel takes for
// running any. Both ends and the host share one CPU, so nothing runs beside.
// Usage, as root: npm run bench:bystander [-- ROUNDS]

import { join } from 'node:path';
import { loadCluster } from '../src/conf/mod.ts';
import { attachToIngress, detachFromIngress } from '../src/dataplane/attach.ts';
import { listNics } from '../src/dataplane/devices.ts';
import { libbpf } from '../src/dataplane/libbpf.ts';
import { openDataPlane, removeStateOf } from '../src/dataplane/mod.ts';
import { DIRECTOR_PROGRAM, findStateDirectory } from '../src/dataplane/state-directory.ts';
import { removeTcx } from '../src/dataplane/tcx.ts';
import { serviceTableOf } from '../src/director/mod.ts';
import { findMachine, namespacePath } from '../src/lab/mod.ts';
import { planSystem } from '../src/suite/systems.ts';
import { Testbed } from '../src/suite/testbed.ts';
import { inNetworkNamespace, interfaceIndex, requireRoot, runCommand } from '../src/system/mod.ts';
import { loadEmptyProgram } from './support/empty-program.ts';
import { estimateRatio, measureInRounds, printHeading, printRatio, printRow } from './support/rounds.ts';

const SIZE_BYTES = 64;
const VISIT_SECONDS = 0.02;
const WARM_UP_VISITS = 20;

const rounds = Number(process.argv[2] ?? 300);
const root = join(import.meta.dirname, '..');
// Agents are started as this process was: with lvskit's own main script.
process.argv[1] = join(root, 'src/cli/main.ts');

requireRoot('making network namespaces');
const cluster = loadCluster({ confFile: join(root, 'examples/vs-nat.conf') });
const testbed = await Testbed.start(planSystem(cluster, 'forward'), {
  labName: `bystander-${process.pid}`,
  cpus: { client: 0, realserver: 0 },
});
const host = namespacePath(findMachine(testbed.lab.plan, 'director').namespace);
try {
  await testbed.connectNetpipe();
  const { director, empty, nics } = inNetworkNamespace(host, () => {
    openDataPlane().update(() => serviceTableOf(cluster));
    const folder = findStateDirectory()?.path ?? '';
    const empty = join(folder, 'empty');
    libbpf().objPin(loadEmptyProgram(), empty);
    return { director: join(folder, DIRECTOR_PROGRAM), empty, nics: listNics() };
  });
  const attach = (program: string) =>
    inNetworkNamespace(host, () => {
      for (const nic of nics) attachToIngress(program, nic);
    });
  const detach = () =>
    inNetworkNamespace(host, () => {
      for (const nic of nics) {
        detachFromIngress(nic);
        removeTcx(['empty'], interfaceIndex(nic) ?? 0, 'ingress');
        // Which is there only on kernels without tcx.
        runCommand(['tc', 'qdisc', 'delete', 'dev', nic, 'clsact'], { allowFailure: true });
      }
    });
  const visit = async () => {
    const visited = { sizeBytes: SIZE_BYTES, mode: 'twoway', targetSeconds: VISIT_SECONDS } as const;
    // Undisturbed: docs/decisions/0019-undisturbed-times.md.
    return (await testbed.netpipe.visit(visited)).oneWayNs.p5;
  };
  for (let visits = 0; visits < WARM_UP_VISITS; visits++) await visit();
  detach();
  const visitWith = (program: string) => async () => {
    attach(program);
    const ns = await visit();
    detach();
    return ns;
  };
  const ns = await measureInRounds(rounds, {
    without: visit,
    attached: visitWith(director),
    again: visit,
    empty: visitWith(empty),
  });

  const services = cluster.services.length;
  console.log(`${rounds} rounds of visits of ${VISIT_SECONDS * 1000} ms, one CPU, ${services} services on other ports`);
  printHeading(`${SIZE_BYTES} B one way, by plain forwarding`, 'ns');
  printRow('without the director', ns.without);
  printRow('with the director', ns.attached);
  printRow('with an empty program', ns.empty);
  printRow('without, once more', ns.again);
  printHeading('ratios, medians over rounds', '');
  printRatio('with / without', estimateRatio(ns.attached, ns.without), { atMost: 1.02 });
  printRatio('with an empty program / without', estimateRatio(ns.empty, ns.without));
  printRatio('without, once more / without', estimateRatio(ns.again, ns.without));
} finally {
  removeStateOf(host);
  await testbed.stop();
}
