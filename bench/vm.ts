// What a director adds to the time of a netpipe exchange, counted in instructions: no director, plain forwarding,
// nftables' DNAT, the kernel's IPVS and ours on one path in one VM, in which an instruction takes a nanosecond. So the
// numbers repeat within 1 %. Prints them, and our share of what IPVS adds beside the bar.
// Usage, as root: node bench/vm.ts [--lvskit PATH] [--systems LIST] [--sizes LIST] [--repeats N] [--json FILE]

import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Writable } from 'node:stream';
import { parseArgs } from 'node:util';
import { runInVm } from '../test/vm/machine/machine.ts';

/** At most this share of what IPVS adds to the direct path, for a block of 64 bytes. */
const BARS: Readonly<Record<string, number>> = { nat: 0.6, dr: 0.75, tun: 0.65 };
const BAR_SIZE_BYTES = 64;

/** Forwarding and nftables have one way; direct replies are those of DR and TUN. */
const SYSTEMS = ['direct', 'forward', 'nftables', 'ipvs', 'lvskit'];
const TIMEOUT_SECONDS = 900;

const root = join(import.meta.dirname, '..');
const { values } = parseArgs({
  options: {
    lvskit: { type: 'string', default: join(root, 'bin/lvskit') },
    systems: { type: 'string', default: SYSTEMS.join() },
    sizes: { type: 'string', default: '64,1024,16384' },
    repeats: { type: 'string', default: '2' },
    json: { type: 'string' },
  },
});
const systems = values.systems.split(',');
const unknown = systems.find((system) => !SYSTEMS.includes(system));
if (unknown !== undefined) throw new TypeError(`--systems: '${unknown}' is not one of ${SYSTEMS}`);
const sizesBytes = values.sizes.split(',').map(Number);

interface Measured {
  readonly system: string;
  readonly method: string;
  readonly sizeBytes: number;
  readonly instructions: number;
}

/** The least of the repeats: what else the guest does now and then only adds. */
function leastOf(repeats: readonly Measured[]): readonly Measured[] {
  const groups = Map.groupBy(repeats, ({ system, method, sizeBytes }) => `${system} ${method} ${sizeBytes}`);
  return [...groups.values()].flatMap((group) => group.toSorted((a, b) => a.instructions - b.instructions).slice(0, 1));
}

async function measure(): Promise<readonly Measured[]> {
  let printed = '';
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      printed += chunk;
      process.stderr.write('.');
      done();
    },
  });
  const status = await runInVm({
    argv: [
      join(root, 'bench/vm/guest'),
      resolve(values.lvskit),
      values.repeats,
      sizesBytes.join(' '),
      systems.join(' '),
    ],
    stdout,
    stderr: process.stderr,
    countInstructions: true,
    timeoutSeconds: TIMEOUT_SECONDS,
  });
  process.stderr.write('\n');
  const lines = printed.split('\n').filter((line) => line !== '');
  if (status !== 0) throw new Error(`bench/vm/guest failed with status ${status} after ${lines.length} measurements`);
  return lines.map((line) => {
    const [system = '', method = '', bytes, instructions] = line.split(' ');
    return { system, method, sizeBytes: Number(bytes), instructions: Number(instructions) };
  });
}

const measured = leastOf(await measure());
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(measured, undefined, 2)}\n`);

function find(system: string, method: string, sizeBytes: number): number | undefined {
  return measured.find((one) => one.system === system && one.method === method && one.sizeBytes === sizeBytes)
    ?.instructions;
}

function addedBy(system: string, method: string, sizeBytes: number): number | undefined {
  const [whole, direct] = [find(system, method, sizeBytes), find('direct', '-', sizeBytes)];
  return whole === undefined || direct === undefined ? undefined : whole - direct;
}

const heading = sizesBytes.map((bytes) => `${`${bytes} B`.padStart(10)}${'added'.padStart(8)}`).join('');
console.log(`Instructions one way, and those added to the direct path\n${''.padEnd(14)}${heading}`);
for (const [name, [one]] of Map.groupBy(measured, ({ system, method }) => `${system} ${method}`)) {
  if (one === undefined) continue;
  const cells = sizesBytes.map((bytes) => {
    const added = addedBy(one.system, one.method, bytes);
    return `${find(one.system, one.method, bytes)}`.padStart(10) + `${added ?? ''}`.padStart(8);
  });
  console.log(`${name.replace(' -', '').padEnd(14)}${cells.join('')}`);
}
console.log(
  `\nAdded by lvskit / added by IPVS\n${''.padEnd(14)}${sizesBytes.map((b) => `${b} B`.padStart(10)).join('')}`,
);
for (const [method, bar] of Object.entries(BARS)) {
  const ratios = sizesBytes.map((bytes) => {
    const [ours, theirs] = [addedBy('lvskit', method, bytes), addedBy('ipvs', method, bytes)];
    return ours === undefined || theirs === undefined ? undefined : ours / theirs;
  });
  const judged = ratios[sizesBytes.indexOf(BAR_SIZE_BYTES)];
  const verdict = judged === undefined ? '' : `  ${BAR_SIZE_BYTES} B ≤ ${bar}: ${judged <= bar ? 'met' : 'MISSED'}`;
  console.log(
    `${method.padEnd(14)}${ratios.map((ratio) => (ratio?.toFixed(3) ?? '–').padStart(10)).join('')}${verdict}`,
  );
}
