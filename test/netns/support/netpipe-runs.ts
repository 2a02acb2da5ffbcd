// Whole netpipe runs from the client of a lab through its director to the first realserver: NPtcp's and ours, in all
// pairings.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../../../src/lab/mod.ts';
import { LVSKIT, untilListening } from '../netpipe-namespaces.ts';
import { runInside, startInside } from './inside.ts';
import { withScratch } from './scratch.ts';
import { vipOf } from './virtual-server.ts';

export type Netpipe = 'NPtcp' | 'lvskit';

const UPPER_BYTES = 65_536;
/** One of the example confs' services. */
const PORT = 5002;
/** NPtcp's schedule without perturbation: two sizes to an octave. */
export const SIZES: readonly number[] = [
  1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024, 1536, 2048, 3072, 4096, 6144, 8192,
  12_288, 16_384, 24_576, 32_768, 49_152, 65_536,
];

/** The sizes that the transmitter measured; an end that fails is the test's failure. */
export async function runNetpipe(lab: Lab, transmitter: Netpipe, receiver: Netpipe): Promise<readonly number[]> {
  const receiving = {
    NPtcp: ['NPtcp', '-u', String(UPPER_BYTES), '-p', '0', '-o', '/dev/null'],
    lvskit: [LVSKIT, 'serve', 'netpipe', '--once', '-p', '0'],
  };
  const serving = startInside(lab, 'realserver1', receiving[receiver]);
  await untilListening(`${lab.plan.name}-realserver1`, PORT);
  const sizes = await { NPtcp: transmitByNptcp, lvskit: transmitByLvskit }[transmitter](lab);
  const status = await serving.ended;
  if (status !== 0) throw new Error(`the receiver ended with status ${status}: ${serving.output()}`);
  return sizes;
}

async function transmitByNptcp(lab: Lab): Promise<readonly number[]> {
  let sizes: readonly number[] = [];
  await withScratch(async (folder) => {
    const file = join(folder, 'np.out');
    const words = ['-h', vipOf(lab), '-u', String(UPPER_BYTES), '-p', '0', '-n', '20', '-o', file];
    await runInside(lab, 'client', ['NPtcp', ...words]);
    sizes = linesOf(readFileSync(file, 'utf8')).map((line) => Number.parseInt(line, 10));
  });
  return sizes;
}

async function transmitByLvskit(lab: Lab): Promise<readonly number[]> {
  const words = ['bench', 'netpipe', vipOf(lab), '-u', String(UPPER_BYTES), '-p', '0', '--seconds', '0.002', '--json'];
  const stdout = await runInside(lab, 'client', [LVSKIT, ...words]);
  return linesOf(stdout).map((line) => (JSON.parse(line) as { sizeBytes: number }).sizeBytes);
}

function linesOf(text: string): readonly string[] {
  return text.trim().split('\n');
}
