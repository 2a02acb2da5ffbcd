import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatGplotFiles, formatOutFile } from '../../src/report/mod.ts';
import { analysis, samples } from './example.ts';
import { assertGolden } from './golden.ts';

const nat = analysis.systems.find(({ system }) => system === 'nat');
assert.ok(nat !== undefined);

test('the .out file is as it was', () => {
  assertGolden('nat.out', formatOutFile(nat));
});

test('the gnuplot scripts are as they were', () => {
  for (const { name, content } of formatGplotFiles(analysis)) assertGolden(name, content);
});

test("five columns: seconds, Mbps of 2²⁰ bit/s, bits, bytes, variance; the paper's own line agrees", () => {
  // 0.000481 s for one byte, of the paper's page, with its Mbps.
  assert.ok(Math.abs(8 / 0.000481 / 2 ** 20 / 0.015857 - 1) < 0.001);
  const lines = formatOutFile(nat).trimEnd().split('\n');
  assert.equal(lines.length, nat.points.length);
  for (const [index, line] of lines.entries()) {
    const [seconds, mbps, bits, bytes, variance, ...rest] = line.split('\t').map(Number) as [
      number,
      number,
      number,
      number,
      number,
    ];
    assert.deepEqual(rest, []);
    assert.equal(bytes, nat.points[index]?.sizeBytes);
    assert.equal(bits, bytes * 8);
    assert.ok(Math.abs(mbps / (bits / seconds / 2 ** 20) - 1) < 1e-3, line);
    const times = samples
      .filter(({ system, sizeBytes }) => system === 'nat' && sizeBytes === bytes)
      .map(({ oneWayNs }) => oneWayNs.p5 / 1e9);
    const mean = times.reduce((sum, time) => sum + time) / times.length;
    const expected = times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / times.length;
    assert.ok(Math.abs(variance / expected - 1) < 1e-4, line);
  }
});

const absent = spawnSync('gnuplot', ['--version']).error !== undefined;

test('gnuplot draws every system of both plots', {
  skip: absent && 'gnuplot is not installed (apt-get install gnuplot-nox)',
}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'lvskit-gnuplot-'));
  try {
    for (const system of analysis.systems) writeFileSync(join(folder, `${system.system}.out`), formatOutFile(system));
    for (const { name, content } of formatGplotFiles(analysis)) {
      writeFileSync(join(folder, name), content);
      const { status, stderr } = spawnSync(
        'gnuplot',
        ['-e', "set terminal svg size 900,600; set output 'plot.svg'", name],
        { cwd: folder, encoding: 'utf8' },
      );
      assert.equal(stderr, '', name);
      assert.equal(status, 0, name);
      const svg = readFileSync(join(folder, 'plot.svg'), 'utf8');
      for (const label of ['direct', 'forward', 'forward-oneway', 'VS-NAT', 'VS-DR', 'VS-TUN', 'nftables']) {
        assert.ok(svg.includes(`>${label}<`), `${name} has no ${label}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
