// The proof of path, before anything is measured: that connections through a system reach the realservers that they
// must, in the order that they must, and that this system and nothing else carried their packets.

import { isCounterAsExpected, type PathProof } from '../model/mod.ts';
import type { Testbed } from './testbed.ts';

/** As in the paper, where one logged in by telnet several times and watched the hostnames alternate. */
const PROOF_CONNECTIONS = 20;

/** Whether the names go round strictly, whichever comes first. With one name: whether it is always that one. */
export function alternates(answers: readonly string[], names: readonly string[]): boolean {
  const first = names.indexOf(answers[0] ?? '');
  if (first < 0) return false;
  // The order of going round is the director's; with two names there is only one.
  const forwards = answers.every((answer, i) => answer === names[(first + i) % names.length]);
  const backwards = answers.every((answer, i) => answer === names.at((first - i) % names.length));
  return forwards || backwards;
}

export async function provePath(testbed: Testbed): Promise<PathProof> {
  const { plan, counters } = testbed;
  const names = plan.cluster.machines
    .filter((machine) => plan.answeredBy.includes(machine.name))
    .map((machine) => machine.hostname);
  const before = counters.map((counter) => counter.read());
  const hostnames = await testbed.askHostnames(PROOF_CONNECTIONS);
  const read = counters.map(({ name, expected, read }, index) => ({
    name,
    expected,
    packets: read() - (before[index] ?? 0),
  }));
  const hostnamesAsExpected = alternates(hostnames, names);
  return {
    system: plan.system,
    hostnames,
    hostnamesAsExpected,
    counters: read,
    proven: hostnamesAsExpected && read.every((counter) => isCounterAsExpected(counter, PROOF_CONNECTIONS)),
  };
}
