import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseRun, parseSamples } from '../../src/analysis/mod.ts';
import { synthesiseRun } from '../fixtures/run/synthetic-run.ts';

const { run, samples } = synthesiseRun({ systems: ['forward', 'nat'], sizesBytes: [64, 4096], rounds: 2 });
const lines = samples.map((sample) => JSON.stringify(sample));

function without(key: string): string {
  return JSON.stringify({ ...run, [key]: undefined });
}

test('what suite writes is read back as it was', () => {
  assert.equal(JSON.stringify(parseRun(JSON.stringify(run))), JSON.stringify(run));
  assert.deepEqual(parseSamples(`${lines.join('\n')}\n`), { samples, lastLineDropped: false });
});

test('a run that was not finished, of no commit and no rate, is whole', () => {
  const { finishedAt, ...open } = run;
  assert.ok(finishedAt !== undefined);
  assert.equal(parseRun(JSON.stringify(open)).finishedAt, undefined);
});

test('another format is refused before anything else of it is judged', () => {
  assert.throws(() => parseRun('{"format": 2}', 'old/run.json'), {
    code: 'RESULTS_FORMAT_VERSION',
    message: 'old/run.json: its format is 2, and this lvskit reads format 1',
    exitStatus: 2,
  });
  assert.throws(() => parseRun('{}'), { message: /its format is not stated/ });
});

test('a run.json that is not one is refused with the place of the fault', () => {
  assert.throws(() => parseRun('{"format"'), { code: 'RESULTS_BAD_RUN', message: 'run.json: not JSON' });
  assert.throws(() => parseRun('null'), { code: 'RESULTS_BAD_RUN' });
  assert.throws(() => parseRun(without('environment')), {
    code: 'RESULTS_BAD_RUN',
    message: /^run.json: environment: /,
  });
  const misaddressed = JSON.stringify(run).replace('192.168.1.110', '192.168.1.999');
  assert.throws(() => parseRun(misaddressed), { message: /cluster\.vip\.address: .*IPv4/ });
});

test('a last line that was cut short is dropped, wherever it was cut', () => {
  const [first, second] = lines as [string, string];
  fc.assert(
    fc.property(fc.integer({ min: 1, max: second.length - 1 }), (length) => {
      const parsed = parseSamples(`${first}\n${second.slice(0, length)}`);
      assert.deepEqual(parsed, { samples: [samples[0]], lastLineDropped: true });
    }),
  );
});

test('a last line that lacks only its newline counts', () => {
  assert.deepEqual(parseSamples(lines.join('\n')), { samples, lastLineDropped: false });
});

test('a damaged line that is not the last is an error with its number', () => {
  const damaged = [lines[0], '{"system":"nat"', lines[1], ''].join('\n');
  assert.throws(() => parseSamples(damaged, 'run/samples.ndjson'), {
    code: 'RESULTS_BAD_SAMPLE',
    message: 'run/samples.ndjson:2: not JSON',
  });
  const wrong = [lines[0]?.replace('"round":0', '"round":-1'), ''].join('\n');
  assert.throws(() => parseSamples(wrong), { code: 'RESULTS_BAD_SAMPLE', message: /^samples.ndjson:1: round: / });
});

test('no samples are no error here', () => {
  assert.deepEqual(parseSamples(''), { samples: [], lastLineDropped: false });
});
