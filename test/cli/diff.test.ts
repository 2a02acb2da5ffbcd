import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createCommand } from '../../src/cli/diff.ts';
import { synthesiseRun } from '../fixtures/run/synthetic-run.ts';
import { synthesiseScale } from '../fixtures/run/synthetic-scale.ts';

const root = mkdtempSync(join(tmpdir(), 'lvskit-diff-'));
after(() => rmSync(root, { recursive: true }));

const ndjson = (lines: readonly object[]) => lines.map((line) => `${JSON.stringify(line)}\n`).join('');

function folderOf(name: string, files: Readonly<Record<string, string>>): string {
  const folder = join(root, name);
  mkdirSync(folder);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return folder;
}

function comparison(name: string, seed: number, cut = 0): string {
  const { run, samples } = synthesiseRun({
    systems: ['forward', 'nat'],
    sizesBytes: [64, 4096, 1048576],
    rounds: 8,
    seed,
  });
  const text = ndjson(samples);
  return folderOf(name, {
    'run.json': JSON.stringify(run),
    'samples.ndjson': text.slice(0, text.length - cut),
  });
}

const a = comparison('a', 1);
const b = comparison('b', 2, 40);
const { run, windows } = synthesiseScale({ rounds: 6 });
const scale = folderOf('scale', { 'scale.json': JSON.stringify(run), 'windows.ndjson': ndjson(windows) });

/** Runs the command and gives what it wrote to stdout. */
async function diff(...words: string[]): Promise<string> {
  const write = process.stdout.write;
  let output = '';
  try {
    process.stdout.write = (text) => {
      output += text;
      return true;
    };
    await createCommand()
      .exitOverride()
      .configureOutput({ writeErr: () => {} })
      .parseAsync(words, { from: 'user' });
    return output;
  } finally {
    process.stdout.write = write;
  }
}

test('two comparisons are laid beside each other, and a line that was cut short is told', async () => {
  const output = await diff(a, b);
  assert.match(output, /^ {2}VS-NAT {3}64 B time/m);
  assert.match(output, /run B end in a line that was cut short/);
});

test('--json has the folders, the settings and every change', async () => {
  const document = JSON.parse(await diff(a, b, '--json', '--margin', '2'));
  assert.deepEqual([document.folders, document.kind, document.margin], [{ a, b }, 'compare', 0.02]);
  const change = document.ratios.find((one: { name: string }) => one.name === '64 B time');
  assert.deepEqual([change.system, change.over, change.rounds], ['nat', 'forward', { a: 8, b: 8 }]);
  assert.ok(change.interval.low <= change.ratio && change.ratio <= change.interval.high);
});

test('two scale runs are laid beside each other', async () => {
  assert.match(await diff(scale, scale), /^ {2}VS-DR {4}2×4 rate .* 1\.000 \[/m);
});

test('runs of two kinds, a folder that is not there and files that are damaged are refused by name', async () => {
  await assert.rejects(diff(a, scale), { code: 'DIFF_KINDS_DIFFER', exitStatus: 2 });
  await assert.rejects(diff(a, join(root, 'none')), {
    code: 'REPORT_FOLDER_UNREADABLE',
    message: /none\/run\.json: ENOENT/,
  });
  const windowless = folderOf('windowless', { 'scale.json': JSON.stringify(run) });
  await assert.rejects(diff(scale, windowless), { code: 'REPORT_FOLDER_UNREADABLE', message: /windows\.ndjson/ });
  const damaged = folderOf('damaged', { 'run.json': '{}', 'samples.ndjson': '' });
  await assert.rejects(diff(damaged, a), { code: 'RESULTS_FORMAT_VERSION', message: /damaged\/run\.json/ });
  const other = synthesiseRun({ systems: ['nat'], sizesBytes: [64], rounds: 1 });
  const bad = folderOf('bad', { 'run.json': JSON.stringify(other.run), 'samples.ndjson': 'no\n' });
  await assert.rejects(diff(a, bad), { code: 'RESULTS_BAD_SAMPLE', message: /bad\/samples\.ndjson:1/ });
});

test('a reproduction is no comparison, and one without experiments has nothing in common with another', async () => {
  const { kernel, cpuModel, cpuCount, memoryBytes, node, lvskit } = run.environment;
  const environment = { kernel, cpuModel, cpuCount, memoryBytes, node, lvskit };
  const reproduction = {
    format: 1,
    kind: 'reproduce',
    startedAt: run.startedAt,
    command: [],
    depth: 'quick',
    environment,
  };
  const empty = folderOf('empty', { 'reproduce.json': JSON.stringify(reproduction) });
  await assert.rejects(diff(empty, a), { code: 'DIFF_KINDS_DIFFER' });
  await assert.rejects(diff(empty, join(root, 'none')), { code: 'REPORT_FOLDER_UNREADABLE' });
  await assert.rejects(diff(empty, empty), { code: 'DIFF_NOTHING_SHARED' });
});

test('a margin is a percentage above 0', async () => {
  for (const margin of ['0', '-3', '101', 'x', '']) {
    await assert.rejects(diff(a, b, '--margin', margin), { code: 'commander.invalidArgument' }, margin);
  }
});
