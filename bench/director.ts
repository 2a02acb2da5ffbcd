// How fast the director is against the kernel's plain forwarding of the same path: one comparison of small and large
// blocks on one shared CPU, all systems interleaved. Prints each ratio with its interval beside the bar it is to meet.
// Usage, as root: npm run bench:director [-- ROUNDS]

import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { analyse, parseSamples, type Ratio } from '../src/analysis/mod.ts';
import { loadCluster } from '../src/conf/mod.ts';
import { SYSTEM_NAMES, type SystemName } from '../src/model/mod.ts';
import { compare } from '../src/suite/mod.ts';

const SMALL_BYTES = 64;
const LARGE_BYTES = 2 ** 20;
const ROUNDS = Number(process.argv[2] ?? 150);

/** Time of a small block against forwarding of the same path, at most; and throughput of a large one, at least. */
const TIME_BAR = 0.95;
const THROUGHPUT_BAR = 0.97;
const JUDGED: readonly SystemName[] = ['nat', 'dr', 'tun'];

const root = join(import.meta.dirname, '..');
// Agents are started as this process was: with lvskit's own main script.
process.argv[1] = join(root, 'src/cli/main.ts');

const folder = join(mkdtempSync(join(tmpdir(), 'lvskit-bench-')), 'run');
const interrupt = new AbortController();
process.once('SIGINT', () => interrupt.abort());
try {
  const run = await compare(loadCluster({ confFile: join(root, 'examples/vs-dr.conf') }), {
    systems: SYSTEM_NAMES,
    mode: 'twoway',
    sizesBytes: [SMALL_BYTES, LARGE_BYTES],
    rounds: ROUNDS,
    visitSeconds: 0.02,
    pinning: 'one',
    folder,
    command: ['bench/director.ts'],
    version: 'checkout',
    signal: interrupt.signal,
    onProgress: () => {},
  });
  const { samples } = parseSamples(readFileSync(join(folder, 'samples.ndjson'), 'utf8'));
  const { systems } = analyse(run, samples);
  console.log(`${ROUNDS} rounds, one CPU; ratios are medians over rounds with 95 % intervals`);
  for (const { system, comparison } of systems) {
    if (comparison === undefined) continue;
    const judged = JUDGED.includes(system);
    const against = `${system} / ${comparison.baseline}`;
    print(`${SMALL_BYTES} B time, ${against}`, comparison.smallBlockTime, judged ? `≤ ${TIME_BAR}` : '');
    print(`1 MB throughput, ${against}`, comparison.largestBlockThroughput, judged ? `≥ ${THROUGHPUT_BAR}` : '');
  }
} finally {
  rmSync(join(folder, '..'), { recursive: true });
}

function print(what: string, ratio: Ratio | undefined, bar: string): void {
  if (ratio === undefined) return;
  const { value, low, high } = ratio;
  console.log(`${what.padEnd(44)} ${value.toFixed(3)} [${low.toFixed(3)}–${high.toFixed(3)}]  ${bar}`.trimEnd());
}
