// report.html: one file that needs no other and asks for none. Sections are in html-*.ts; this is their frame.

import type { Analysis } from '../analysis/mod.ts';
import type { Run } from '../model/mod.ts';
import { formatLatencySection, formatTailSection } from './html-latency.ts';
import { formatPage, formatTime } from './html-page.ts';
import { formatCurvesSection, formatNotes, formatResultSection } from './html-result.ts';
import { formatCpuSection, formatEnvironmentSection, formatPathSection } from './html-setup.ts';
import { formatTransfersSection } from './html-transfers.ts';
import { element, escapeMarkup } from './markup.ts';

export interface HtmlReportOptions {
  /** The text of echarts.min.js, which makes the plots interactive; without it they are static. */
  readonly echartsScript?: string | undefined;
  /** Names of the files that stand beside the report. */
  readonly fileNames?: readonly string[];
}

export function formatHtmlReport(run: Run, analysis: Analysis, options: HtmlReportOptions = {}): string {
  const { echartsScript, fileNames = [] } = options;
  const title = `lvskit compare, ${formatTime(run.startedAt)}`;
  const body = [
    `<h1>${escapeMarkup(`${analysis.systems.length} ways from client to realserver`)}</h1>`,
    element('p', { class: 'meta' }, escapeMarkup(describeRun(run))),
    formatResultSection(analysis),
    formatCurvesSection(analysis),
    formatLatencySection(run, analysis),
    formatTransfersSection(run, analysis),
    formatTailSection(analysis),
    formatPathSection(run),
    formatCpuSection(analysis),
    '<h2>What these numbers can mean</h2>',
    formatNotes(analysis.notes, 'context'),
    formatEnvironmentSection(run, fileNames),
  ];
  return formatPage({
    title,
    body,
    footer: 'Drawn by lvskit from run.json and the samples; lvskit report draws it again.',
    echartsScript,
  });
}

function describeRun({ startedAt, environment, rounds, sizesBytes, mode }: Run): string {
  const { cpuModel, cpuCount, kernel, pinning } = environment;
  const cpus = `${cpuModel}, ${cpuCount} ${cpuCount === 1 ? 'CPU' : 'CPUs'}`;
  return [
    formatTime(startedAt),
    cpus,
    `Linux ${kernel}`,
    `${rounds} rounds of ${sizesBytes.length} block sizes`,
    `netpipe ${mode}`,
    pinning === 'one' ? 'all on one CPU' : 'on two CPUs',
  ].join(' · ');
}
