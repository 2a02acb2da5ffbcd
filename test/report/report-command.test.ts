import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createCommand } from '../../src/cli/report.ts';
import { synthesiseRun } from '../fixtures/run/synthetic-run.ts';

const { run, samples } = synthesiseRun({ systems: ['forward', 'nat'], sizesBytes: [64, 4096, 1048576], rounds: 6 });
const ndjson = samples.map((sample) => `${JSON.stringify(sample)}\n`).join('');

/** Runs the command on a folder with these files and gives what it wrote to stdout. */
async function report(files: Readonly<Record<string, string>>, inspect: (folder: string) => void, ...flags: string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'lvskit-report-'));
  const write = process.stdout.write;
  let output = '';
  try {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
    process.stdout.write = (text) => {
      output += text;
      return true;
    };
    await createCommand().parseAsync([folder, ...flags], { from: 'user' });
    return output;
  } finally {
    process.stdout.write = write;
    inspect(folder);
    rmSync(folder, { recursive: true });
  }
}

test('it writes the report beside the samples and prints the table', async () => {
  const output = await report({ 'run.json': JSON.stringify(run), 'samples.ndjson': ndjson }, (folder) => {
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('.')),
      [],
      'temporary files are gone',
    );
    assert.match(readFileSync(join(folder, 'report.html'), 'utf8'), /echarts/);
    assert.equal(readFileSync(join(folder, 'nat.out'), 'utf8').split('\n').length, 4);
  });
  assert.match(output, /^VS-NAT +\d/m);
});

test('--json prints the analysis', async () => {
  const output = await report({ 'run.json': JSON.stringify(run), 'samples.ndjson': ndjson }, () => {}, '--json');
  assert.equal(JSON.parse(output).systems[1].comparison.baseline, 'forward');
});

test('a run that was killed is reported as far as it went', async () => {
  const { finishedAt, ...open } = run;
  assert.ok(finishedAt !== undefined);
  const output = await report({ 'run.json': JSON.stringify(open), 'samples.ndjson': ndjson.slice(0, -40) }, () => {});
  assert.match(output, /interrupted/);
  assert.match(output, /cut short/);
});

test('a folder that is not there, or not of a run, is named', async () => {
  await assert.rejects(createCommand().parseAsync(['/nonexistent/run'], { from: 'user' }), {
    code: 'REPORT_FOLDER_UNREADABLE',
    message: /^cannot read \/nonexistent\/run\/run\.json: ENOENT/,
    exitStatus: 2,
  });
  await assert.rejects(
    report({ 'run.json': JSON.stringify(run) }, () => {}),
    { code: 'REPORT_FOLDER_UNREADABLE' },
  );
});

test('a report that cannot be written leaves what was there, and no temporary file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'lvskit-report-'));
  try {
    writeFileSync(join(folder, 'run.json'), JSON.stringify(run));
    writeFileSync(join(folder, 'samples.ndjson'), ndjson);
    writeFileSync(join(folder, 'summary.txt'), 'the old one');
    // The last file to be written finds a folder in the way of its temporary name.
    mkdirSync(join(folder, `.report.html.${process.pid}.tmp`));
    await assert.rejects(createCommand().parseAsync([folder], { from: 'user' }), {
      code: 'REPORT_NOT_WRITTEN',
      exitStatus: 1,
    });
    assert.equal(readFileSync(join(folder, 'summary.txt'), 'utf8'), 'the old one');
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.endsWith('.tmp')),
      [],
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
});
