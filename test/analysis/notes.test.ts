import assert from 'node:assert/strict';
import { test } from 'node:test';
import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { analyse, type Note } from '../../src/analysis/mod.ts';
import type { BlockSample, Environment, Run } from '../../src/model/mod.ts';
import { type SyntheticOptions, synthesiseRun } from '../fixtures/run/synthetic-run.ts';

const SIZES = [1, 64, 4096, 65536, 1048576];

function notesOf(options: SyntheticOptions, change: (run: Run) => Run = (run) => run): readonly Note[] {
  const { run, samples } = synthesiseRun({ sizesBytes: SIZES, ...options });
  return analyse(change(run), samples).notes;
}

function textOf(notes: readonly Note[], topic: string): string {
  return notes
    .filter((note) => note.topic === topic)
    .map(({ text }) => text)
    .join(' ');
}

function withEnvironment(change: Partial<Environment>) {
  return (run: Run): Run => ({ ...run, environment: { ...run.environment, ...change } });
}

test('a resolved difference is stated with its interval', () => {
  const text = textOf(notesOf({ systems: ['forward', 'nat'] }), 'small-block');
  assert.match(text, /^VS-NAT is slower than forward with 64 B by \d\.\d % \(\d\.\d–\d+\.\d\)\.$/);
});

test('a difference that is not resolved is bounded instead', () => {
  const notes = notesOf({ systems: ['forward-oneway', 'dr', 'tun'], timeNs: (_, bytes) => 8000 + bytes / 4, seed: 3 });
  const text = textOf(notes, 'small-block');
  assert.match(
    text,
    /The difference between VS-TUN and VS-DR with 64 B is not resolved on this machine: the interval 0\.\d+–1\.\d+ includes 1\. If there is one, it is below \d\.\d %\./,
  );
});

test('a sound run has no warnings', () => {
  assert.deepEqual(
    notesOf({}).filter(({ kind }) => kind === 'warning'),
    [],
  );
});

test('an interrupted run, a cut last line and absent systems are warned of', () => {
  const { run, samples } = synthesiseRun({ systems: ['forward', 'nat'], sizesBytes: SIZES });
  const interrupted: Run = { ...run, finishedAt: undefined, systems: ['forward', 'nat', 'dr'] };
  const { notes } = analyse(interrupted, samples, { lastLineDropped: true });
  assert.match(textOf(notes, 'interrupted'), /interrupted/);
  assert.match(textOf(notes, 'last-line-dropped'), /cut short/);
  assert.match(textOf(notes, 'no-samples'), /No block was measured on VS-DR\./);
});

test('a path that is not proven is named with the reason', () => {
  const notes = notesOf({ systems: ['forward', 'nat'] }, (run) => ({
    ...run,
    proofs: run.proofs.map((proof) => ({
      ...proof,
      proven: proof.system !== 'nat',
      counters: [{ name: 'lvskit in', packets: proof.system === 'nat' ? 0 : 40, expected: 'some' }],
    })),
  }));
  assert.equal(
    textOf(notes, 'path-unproven'),
    "VS-NAT is not proven to have carried its packets: 'lvskit in' counted 0 packets where some were expected.",
  );
});

test('stray packets fewer than the connections are as good as none', () => {
  const notes = notesOf({ systems: ['forward'] }, (run) => ({
    ...run,
    proofs: run.proofs.map((proof) => ({
      ...proof,
      proven: false,
      hostnamesAsExpected: false,
      counters: [{ name: 'lvskit in', packets: 2, expected: 'none' }],
    })),
  }));
  assert.doesNotMatch(textOf(notes, 'path-unproven'), /lvskit in/);
});

test('a run without proofs says that nothing is proven', () => {
  const notes = notesOf({ systems: ['forward'] }, (run) => ({ ...run, proofs: [] }));
  assert.match(textOf(notes, 'path-unchecked'), /Nothing proves that forward/);
});

test('too few rounds are told with what their extremes can cover', () => {
  assert.match(textOf(notesOf({ rounds: 5 }), 'few-rounds'), /5 rounds only.* 93 % /);
  assert.equal(textOf(notesOf({ rounds: 6 }), 'few-rounds'), '');
});

test('differences that too few rounds cannot resolve are not listed one by one', () => {
  const small = notesOf({ rounds: 3 }).filter(({ topic }) => topic === 'small-block');
  assert.deepEqual(
    small.map(({ text }) => text),
    ['3 rounds are too few to resolve any difference with 64 B.'],
  );
});

test('throughput is told apart where it is resolved, and only there', () => {
  const equalAtTheTop = (system: string, bytes: number) =>
    (system === 'nat' && bytes < 1048576 ? 9000 : 8000) + bytes / 4;
  const text = textOf(
    notesOf({ systems: ['direct', 'forward', 'nat'], timeNs: equalAtTheTop, seed: 2 }),
    'largest-block',
  );
  assert.match(text, /No difference in throughput from forward with 1 MB is resolved for direct and VS-NAT\./);
  assert.match(
    textOf(notesOf({}), 'largest-block'),
    /Of the throughput of forward with 1 MB, direct carries 1\d\d\.\d %/,
  );
});

test('a system without its baseline has no ratio, and the headline says why', () => {
  const { run, samples } = synthesiseRun({ systems: ['nat'], sizesBytes: SIZES });
  const { notes, headline, systems } = analyse(run, samples);
  assert.equal(systems[0]?.comparison, undefined);
  assert.match(textOf(notes, 'no-baseline'), /VS-NAT has no ratio: forward was not measured/);
  assert.match(headline, /forward was not run, so no cost is known/);
});

test('rounds that disagree are called noise', () => {
  assert.match(textOf(notesOf({ systems: ['direct'], roundNoise: 2 }), 'noisy'), /disagree at 64 B on direct/);
});

test('a block that the tunnel makes two packets of is explained by its header, and only such a one', () => {
  const cut = (system: string, bytes: number) => 8000 + bytes / 4 + (system === 'tun' && bytes === 1448 ? 1200 : 0);
  const systems = ['forward', 'forward-oneway', 'tun'] as const;
  const text = (sizesBytes: readonly number[], timeNs: (system: string, bytes: number) => number) =>
    textOf(notesOf({ systems, sizesBytes, timeNs }), 'tunnel-mtu');
  assert.match(
    text([...SIZES, 1448], cut),
    /^With 1448 B VS-TUN is slower than forward-oneway by 1\d\.\d %.*takes two\.$/,
  );
  assert.equal(text(SIZES, cut), '', 'no such block');
  assert.equal(
    text([...SIZES, 1448], (_, bytes) => cut('forward', bytes)),
    '',
    'not slower',
  );
});

test('an exchange of 200 ms or more is a stall', () => {
  const { run, samples } = synthesiseRun({ systems: ['forward', 'nat'], sizesBytes: SIZES });
  const [first, ...rest] = samples;
  assert.ok(first !== undefined);
  const stalled: BlockSample = { ...first, oneWayNs: { ...first.oneWayNs, max: 204e6 } };
  const text = textOf(analyse(run, [stalled, ...rest]).notes, 'stall');
  assert.match(text, /on forward, for 204 ms at worst \(forward with 1 B\)/);
});

test('data that are not on one line are flagged with where they leave it', () => {
  const kneed = (_: unknown, bytes: number) => (8000 + bytes / 4) * (bytes === 65536 ? 2 : 1);
  const text = textOf(notesOf({ systems: ['nat'], timeNs: kneed }), 'poor-fit');
  assert.match(
    text,
    /^One line L \+ n\/r∞ does not describe VS-NAT \(\d %, \d+ % at 64 kB\): .* at most 10 % and 30 %\./,
  );
});

test('sizes that tell nothing of r∞ are told apart from too few sizes', () => {
  assert.match(textOf(notesOf({ systems: ['nat'], sizesBytes: [1, 64] }), 'no-fit'), /takes three block sizes/);
  assert.match(textOf(notesOf({ systems: ['nat'], sizesBytes: [1, 8, 64] }), 'no-fit'), /one side of the pole/);
});

test('the pole is explained by the MTU only where it can be', () => {
  const on = textOf(notesOf({ systems: ['forward'] }), 'pole');
  assert.match(on, /is not set by the MTU of 1500: with offloads on/);
  const off = textOf(notesOf({ systems: ['forward'] }, withEnvironment({ offloads: false })), 'pole');
  assert.match(off, /times the MTU of 1500, though offloads are off/);
  const atMtu = {
    systems: ['forward'],
    timeNs: (_: unknown, bytes: number) => 300_000 + bytes * 200,
    visitNoise: 0,
    roundNoise: 0,
  } as const;
  assert.match(textOf(notesOf(atMtu, withEnvironment({ offloads: false })), 'pole'), /1500 B, is near the MTU of 1500/);
});

test('the set-up is explained: one CPU or two, veth or a rate, streaming', () => {
  assert.match(textOf(notesOf({}), 'pinning'), /one CPU.*free of wake-up noise/);
  assert.match(textOf(notesOf({}, withEnvironment({ pinning: 'two' })), 'pinning'), /waking the other CPU/);
  assert.match(textOf(notesOf({}), 'wire'), /limited by the CPU: a veth link has no rate/);
  assert.match(textOf(notesOf({}, withEnvironment({ rate: '100mbit' })), 'wire'), /held to 100mbit/);
  assert.match(textOf(notesOf({ mode: 'stream' }), 'mode'), /not a delay/);
  assert.match(textOf(notesOf({ mode: 'bidirectional' }), 'mode'), /one direction/);
});

test('blocks that take longer than smaller and larger ones are named with their sizes', () => {
  const sizesBytes = Array.from({ length: 11 }, (_, exponent) => 2 ** (2 * exponent + 1));
  const jagged = (_: unknown, bytes: number) => (8000 + bytes / 4) * (bytes === 131_072 ? 1.8 : 1);
  const notes = notesOf({ systems: ['forward', 'nat'], sizesBytes, timeNs: jagged });
  assert.match(
    textOf(notes, 'jaggies'),
    /^forward takes longer with 128 kB \(1\.\d\d times\) than .* VS-NAT takes longer/,
  );
  assert.equal(textOf(notes, 'collapse'), '');
  assert.equal(textOf(notesOf({ systems: ['dr'], sizesBytes }), 'jaggies'), '');
  assert.equal(textOf(notesOf({ systems: ['dr'], sizesBytes, timeNs: jagged, rounds: 5 }), 'jaggies'), '');
});

test('throughput that is lost again with large blocks is named with where that begins', () => {
  const lost = (_: unknown, bytes: number) => (8000 + bytes / 4) * (bytes > 131_072 ? 4 : 1);
  const sizesBytes = Array.from({ length: 22 }, (_, exponent) => 2 ** exponent);
  const text = textOf(notesOf({ systems: ['nat'], sizesBytes, timeNs: lost }), 'collapse');
  assert.match(text, /^From 256 kB on, VS-NAT does not reach its throughput again: at the end it has 3\d % of it\./);
});

test('a round in which all was slow is a warning', () => {
  const { run, samples } = synthesiseRun({ systems: ['forward', 'nat'], sizesBytes: SIZES });
  const slowed = samples.map((sample) =>
    sample.round === 7 ? { ...sample, oneWayNs: { ...sample.oneWayNs, p50: 2 * sample.oneWayNs.p50 } } : sample,
  );
  const text = textOf(analyse(run, slowed).notes, 'interference');
  assert.match(text, /^Round 7 \([12]\.\d\d times as long\) was slow on every system/);
});

test('exchanges of two kinds are told, and when all systems have them that it is the machine', () => {
  const twofold = (factor: number) => {
    const histogram = build({ numberOfSignificantValueDigits: 3, lowestDiscernibleValue: 1, highestTrackableValue: 2 });
    histogram.autoResize = true;
    for (let i = 0; i < 100; i++) {
      histogram.recordValue(8000 + 10 * i);
      histogram.recordValue(Math.round((8000 + 10 * i) * factor));
    }
    return encodeIntoCompressedBase64(histogram);
  };
  const { run, samples } = synthesiseRun({ systems: ['forward', 'nat'], sizesBytes: SIZES });
  const textWith = (change: (sample: BlockSample) => BlockSample) =>
    textOf(analyse(run, samples.map(change)).notes, 'two-kinds');
  const all = textWith((sample) => ({ ...sample, histogram: twofold(1.8) }));
  assert.match(
    all,
    /^Exchanges with 64 B are of two kinds on forward \(about 8\.\d\d and 15\.\d µs, 50 % of them the longer\) and VS-NAT/,
  );
  assert.match(all, /it is the machine\.$/);
  const one = textWith((sample) => (sample.system === 'nat' ? { ...sample, histogram: twofold(1.8) } : sample));
  assert.match(one, /on VS-NAT \(.*\): a median says little there\.$/);
  assert.equal(
    textWith((sample) => ({ ...sample, histogram: twofold(1) })),
    '',
  );
});
