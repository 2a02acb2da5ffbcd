// The paper's setup: with one kind of NIC telnet hung and netpipe never came to its end. A harness must not hang with it: it ends
// soon, and what is broken gets a name.

import { exactly, type Observations, type Quantity, report, state } from '../../analysis/mod.ts';
import { diagnose, reachBy } from '../../doctor/mod.ts';
import { enterNamespace, FAULTS, findFault, findMachine, injectFault } from '../../lab/mod.ts';
import { LvskitError } from '../../model/mod.ts';
import { ownLauncher } from '../../system/mod.ts';
import { planSystem } from '../systems.ts';
import type { Testbed } from '../testbed.ts';
import type { Bench } from './bench.ts';
import type { Experiment } from './experiment.ts';

/** What a NIC does that hangs: it spoils packets, drops the long ones, drops all. */
const BROKEN = ['checksum', 'mtu-mismatch', 'nic-down'] as const;
const SERVER = 'realserver1';
/** Until the harness and the doctor have said what there is to say. */
const LONGEST_SECONDS = 30;
/** Above and below the MTU of the NIC that drops the long ones. */
const SIZES = [64, 65_536];
const EXCHANGES = 20;
const PROBE_TIMEOUT_MS = 2000;

/** The error that a run of netpipe ends with; undefined when it comes to its end. */
async function errorOfNetpipe(testbed: Testbed): Promise<LvskitError | undefined> {
  try {
    await testbed.connectNetpipe();
    for (const sizeBytes of SIZES) {
      await testbed.netpipe.visit({ sizeBytes, mode: 'twoway', exchanges: EXCHANGES });
    }
    return undefined;
  } catch (error) {
    if (error instanceof LvskitError) return error;
    throw error;
  }
}

/** Names of what the doctor finds, and where: `checksum on realserver1`. */
async function namesOfFaults({ lab }: Testbed): Promise<readonly string[]> {
  const { cluster, machines } = lab.plan;
  const { findings } = await diagnose({
    cluster,
    plans: machines.map(({ hostPlan }) => hostPlan),
    reaches: cluster.machines.map(({ name }) =>
      reachBy(enterNamespace(findMachine(lab.plan, name).namespace), name, ownLauncher()),
    ),
    probes: { timeoutMs: PROBE_TIMEOUT_MS },
  });
  return findings.map(({ name, machine }) => `${name} on ${machine}`);
}

async function observe(bench: Bench, fault: string): Promise<void> {
  const testbed = await bench.stand(planSystem(bench.cluster('vs-dr'), 'dr'), { offload: false });
  await injectFault(testbed.lab.plan, findFault(fault, FAULTS), SERVER);
  const beganMs = performance.now();
  const error = await errorOfNetpipe(testbed);
  const endedMs = performance.now();
  const names = await namesOfFaults(testbed);
  bench.record({
    cell: fault,
    measure: 'broken',
    sizeBytes: 0,
    round: 0,
    values: {
      ended: Number(error !== undefined),
      netpipeSeconds: (endedMs - beganMs) / 1000,
      seconds: (performance.now() - beganMs) / 1000,
      named: Number(names.includes(`${fault} on ${SERVER}`)),
      others: names.filter((name) => name !== `${fault} on ${SERVER}`).length,
    },
    words: [error?.code ?? 'no error', ...names],
  });
}

function valueOf(seen: Observations, cell: string, value: string): Quantity {
  return exactly(seen.values({ cell, measure: 'broken', value })[0] ?? Number.NaN);
}

export const badNic: Experiment = {
  id: 'bad-nic',
  section: 'setup',
  title: 'A NIC that does not work',
  method:
    'An LVS by VS-DR stands three times, each with another fault of the realserver’s NIC: wrong checksums, no long packets, no packets. ' +
    'Netpipe runs through it until it gives up, and the doctor is asked.',
  claims: [
    {
      id: 'C71',
      section: 'setup',
      says: 'With a bad NIC connections hang and netpipe never ends.',
      paper: 'telnet hangs, netpipe does not complete',
      criterion: `with each fault netpipe does not complete; within ${LONGEST_SECONDS} s it has given up with an error, and the doctor names the fault and its machine`,
      remark:
        'What is tested is the harness: it must end, and say what is wrong. A NIC that loses a part of all packets is no such fault: TCP makes ' +
        'up for it.',
      judge: (seen) =>
        BROKEN.flatMap((fault) => [
          state(`gives up, ${fault}`, valueOf(seen, fault, 'ended'), { min: 1 }),
          state(`fault is named, ${fault}`, valueOf(seen, fault, 'named'), { min: 1 }),
          state(`until then, ${fault}`, valueOf(seen, fault, 'seconds'), { max: LONGEST_SECONDS }, 's'),
          report(`of that netpipe, ${fault}`, valueOf(seen, fault, 'netpipeSeconds'), 's'),
          report(`other findings, ${fault}`, valueOf(seen, fault, 'others')),
        ]),
    },
  ],
  measure: async (bench) => {
    await Promise.all(BROKEN.map((fault) => observe(bench, fault)));
  },
};
