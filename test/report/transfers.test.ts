// Services in a report: their section, table, plots and files; and none of that without services.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyse } from '../../src/analysis/mod.ts';
import type { BlockSample, Run, TransferSample } from '../../src/model/mod.ts';
import { formatTransfersSection } from '../../src/report/html-transfers.ts';
import { createReport } from '../../src/report/mod.ts';
import { synthesiseRun } from '../fixtures/run/synthetic-run.ts';
import { run, samples } from './example.ts';

function transferOf({ system, round, sizeBytes, exchanges, oneWayNs, histogram, cpu }: BlockSample): TransferSample {
  const failed = system === 'nftables';
  return {
    transfer: 'http',
    system,
    round,
    sizeBytes,
    transfers: failed ? 0 : exchanges,
    timeNs: oneWayNs,
    histogram,
    failures: failed ? { 'reply cut <short>': 2 } : {},
    counts: system === 'dr' ? { retransmissions: 1 } : {},
    payloadBytes: exchanges * sizeBytes,
    wireBytes: exchanges * sizeBytes,
    cpu,
  };
}

const { files } = createReport(run, samples, { transfers: samples.map(transferOf) });
const contentOf = (name: string) => files.find((file) => file.name === name)?.content ?? '';

test('the page has times, fits, failures and a plot of each service', () => {
  const html = contentOf('report.html');
  const section = html.slice(html.indexOf('<h2>Services</h2>'));
  assert.match(section, /data-chart="http"/);
  assert.match(section, /<th scope="row">http<\/th>.*?9\.\d.*?1\.0\d \(1\.0\d – 1\.\d\d\)/s);
  const rounds = run.rounds * run.sizesBytes.length;
  assert.ok(section.includes(`http, nftables: ${2 * rounds} failed: reply cut &lt;short&gt;`));
  assert.ok(section.includes(`http, VS-DR: ${rounds} retransmissions`));
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
  assert.equal(new Set(ids).size, ids.length, 'ids of the drawings do not meet');
});

test('the page says which of a service’s times its figures are: the quickest, on links with a rate and on two CPUs medians', () => {
  const small = synthesiseRun({ systems: ['forward'], sizesBytes: [64], rounds: 1 });
  const analysed = analyse(small.run, small.samples, { transfers: small.samples.map(transferOf) });
  const textOf = (environment: Partial<Run['environment']>) => {
    const measured = { ...run, environment: { ...run.environment, ...environment } };
    return /<p>(.*?)<\/p>/s.exec(formatTransfersSection(measured, analysed))?.[1];
  };
  assert.match(
    textOf({}) ?? '',
    /quickest twentieth of its transfers took, and a system's that of the quickest tenth of/,
  );
  for (const environment of [{ rate: '100mbit' }, { pinning: 'two' }] as const) {
    assert.match(textOf(environment) ?? '', /the median of its transfers, and a system's that of the rounds/);
  }
});

test("gnuplot gets a script and a system's columns for each service", () => {
  assert.match(contentOf('http.gplot'), /'http-nat\.out' using 4:2 title 'VS-NAT'/);
  assert.equal(contentOf('http-nat.out'), contentOf('nat.out'));
  assert.equal(contentOf('http-nftables.out'), '');
  assert.match(contentOf('http.svg'), /^<svg/);
});

test('the terminal has a row for each service, in 80 columns', () => {
  const lines = contentOf('summary.txt').split('\n');
  const at = lines.findIndex((line) => line.startsWith('Services: time of'));
  assert.match(lines[at + 1] ?? '', /direct +forward +fwd-1way +VS-NAT +VS-DR +VS-TUN/);
  assert.match(lines[at + 3] ?? '', /^http( +\d\.\d+){6}$/);
  for (const line of lines) assert.ok(line.length <= 80, line);
});

test('a run without services has none of it', () => {
  const { files: plain } = createReport(run, samples);
  assert.ok(!plain.some(({ name, content }) => name.includes('http') || content.includes('Services')));
});
