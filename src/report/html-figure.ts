// A plot in report.html: its caption, its static drawing, and the options that redraw it interactively.

import type { ChartOption } from './chart-axes.ts';
import { element, embedJson, escapeMarkup } from './markup.ts';
import { themeSvg } from './series-style.ts';

/** `svg` is markup; `title` and `caption` are plain text. */
export function formatFigure(name: string, title: string, caption: string, svg: string, option: ChartOption): string {
  const parts = [
    element('figcaption', {}, `<strong>${escapeMarkup(title)}</strong> ${escapeMarkup(caption)}`),
    element('div', { class: 'static' }, themeSvg(svg)),
    '<div class="live"></div>',
    `<script type="application/json">${embedJson(option)}</script>`,
  ];
  return element('figure', { 'data-chart': name }, `\n${parts.join('\n')}\n`);
}
