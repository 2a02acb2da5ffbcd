// report.html of a reproduction: every claim with its verdict first, then a section for each experiment.

import type { JudgedClaim, JudgedExperiment, JudgedReproduction } from '../analysis/mod.ts';
import { experimentAnchor, formatExperiment } from './html-experiment.ts';
import { formatPage, formatTime } from './html-page.ts';
import { describeMachine, formatFacts } from './html-setup.ts';
import { formatVerdicts } from './html-verdicts.ts';
import { element, escapeMarkup } from './markup.ts';
import { quoteWords } from './shell-quote.ts';

export interface ReproductionPageOptions {
  /** The text of echarts.min.js; without it the plots are static. */
  readonly echartsScript?: string | undefined;
}

export function formatReproductionPage(
  { reproduction, experiments }: JudgedReproduction,
  options: ReproductionPageOptions = {},
): string {
  const claims = experiments.flatMap((experiment) => experiment.claims).toSorted(byId);
  const { startedAt, command, depth, environment } = reproduction;
  const meta = [
    formatTime(startedAt),
    `${environment.cpuCount} × ${environment.cpuModel}`,
    `Linux ${environment.kernel}`,
    depth === 'quick' ? 'quick: few rounds, wide intervals' : 'full',
  ].join(' · ');
  return formatPage({
    title: `lvskit reproduce, ${formatTime(startedAt)}`,
    body: [
      `<h1>${escapeMarkup(`The paper of 2000 on this machine: ${claims.length} claims`)}</h1>`,
      element('p', { class: 'meta' }, escapeMarkup(meta)),
      formatVerdicts(claims),
      formatContents(experiments),
      ...experiments.map(formatExperiment),
      '<h2>Environment</h2>',
      formatFacts(describeMachine(environment)),
      element('p', {}, `Made by <code>${escapeMarkup(quoteWords(command))}</code>`),
    ],
    footer: 'Judged and drawn by lvskit from the observations in the folders beside; lvskit report does it again.',
    echartsScript: options.echartsScript,
  });
}

function formatContents(experiments: readonly JudgedExperiment[]): string {
  const items = experiments.map(({ id, section, title, claims }) => {
    const link = element('a', { href: `#${experimentAnchor(id)}` }, escapeMarkup(`${section} · ${title}`));
    return element(
      'li',
      {},
      `${link} <span class="muted">${escapeMarkup(claims.map((claim) => claim.id).join(' '))}</span>`,
    );
  });
  return `<h2>Experiments</h2>\n${element('ul', {}, items.join('\n'))}`;
}

/** C9 before C10. */
function byId(one: JudgedClaim, other: JudgedClaim): number {
  return one.id.localeCompare(other.id, 'en', { numeric: true });
}
