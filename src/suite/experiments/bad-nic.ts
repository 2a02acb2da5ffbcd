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

/** A NIC that spoils packets, and one that is dead; from the beginning, or while netpipe is at work. */
const FAULTS_OF_NICS = ['checksum', 'nic-down'];
const BEFORE = 'before netpipe';
const DURING = 'during netpipe';
const BROKEN = FAULTS_OF_NICS.flatMap((fault) =>
  [BEFORE, DURING].map((when) => ({ fault, when, cell: `${fault} ${when}` })),
);
const SERVER = 'realserver1';
/** Until the harness and the doctor have said what there is to say. */
const LONGEST_SECONDS = 30;
const BYTES = 65_536;
const EXCHANGES = 20;
const PROBE_TIMEOUT_MS = 2000;
const MEASURE = 'broken';

/** The error that netpipe ends with, connecting or in a visit; undefined when it comes to its end. */
async function errorOfNetpipe(testbed: Testbed, isOpen: boolean): Promise<LvskitError | undefined> {
  try {
    if (!isOpen) await testbed.connectNetpipe();
    await visit(testbed);
    return undefined;
  } catch (error) {
    if (error instanceof LvskitError) return error;
    throw error;
  }
}

async function visit({ netpipe }: Testbed): Promise<void> {
  await netpipe.visit({ sizeBytes: BYTES, mode: 'twoway', exchanges: EXCHANGES });
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

interface Broken {
  readonly cell: string;
  readonly fault: string;
  readonly testbed: Testbed;
  readonly error: LvskitError | undefined;
  readonly netpipeSeconds: number;
}

async function breakNetpipe(bench: Bench, { fault, when, cell }: (typeof BROKEN)[number]): Promise<Broken> {
  const testbed = await bench.stand(planSystem(bench.cluster('vs-dr'), 'dr'), { offload: false });
  if (when === DURING) {
    await testbed.connectNetpipe();
    await visit(testbed);
  }
  await injectFault(testbed.lab.plan, findFault(fault, FAULTS), SERVER);
  const beganMs = performance.now();
  const error = await errorOfNetpipe(testbed, when === DURING);
  return { cell, fault, testbed, error, netpipeSeconds: (performance.now() - beganMs) / 1000 };
}

async function observe(bench: Bench, { cell, fault, testbed, error, netpipeSeconds }: Broken): Promise<void> {
  const beganMs = performance.now();
  const names = await namesOfFaults(testbed);
  const expected = `${fault} on ${SERVER}`;
  bench.record({
    cell,
    measure: MEASURE,
    sizeBytes: 0,
    round: 0,
    values: {
      gaveUp: Number(error !== undefined),
      netpipeSeconds,
      seconds: netpipeSeconds + (performance.now() - beganMs) / 1000,
      named: Number(names.includes(expected)),
      others: names.filter((name) => name !== expected).length,
    },
    words: [error?.code ?? 'no error', ...names],
  });
}

function observed(seen: Observations, cell: string, value: string): Quantity {
  return exactly(seen.values({ cell, measure: MEASURE, value })[0] ?? Number.NaN);
}

export const badNic: Experiment = {
  id: 'bad-nic',
  section: 'setup',
  title: 'A NIC that does not work',
  method:
    'In an LVS by VS-DR the realserver’s NIC breaks: it gets packets with wrong checksums, or none; before netpipe connects, or while it ' +
    'is at work. Netpipe runs until it gives up, and then the doctor is asked.',
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
        BROKEN.flatMap(({ cell }) => [
          state(`netpipe gives up, ${cell}`, observed(seen, cell, 'gaveUp'), { min: 1 }),
          state(`the fault is named, ${cell}`, observed(seen, cell, 'named'), { min: 1 }),
          state(`until then, ${cell}`, observed(seen, cell, 'seconds'), { max: LONGEST_SECONDS }, 's'),
          report(`of that netpipe, ${cell}`, observed(seen, cell, 'netpipeSeconds'), 's'),
          report(`other findings, ${cell}`, observed(seen, cell, 'others')),
        ]),
    },
  ],
  measure: async (bench) => {
    const broken = await Promise.all(BROKEN.map((each) => breakNetpipe(bench, each)));
    // Netpipe only waits, and can do so everywhere at once; a doctor is at work.
    for (const each of broken) await observe(bench, each);
  },
};
