// What makes the plots of report.html interactive: ECharts' bundle, and a few lines that redraw each plot from the
// same options that its static drawing was made of. Without script the page stays as it is.

import { formattersSource, resolveFormatters } from './chart-formatters.ts';
import { THEME } from './series-style.ts';

/** The text of two script elements. `echartsScript` is the text of echarts.min.js. */
export function formatPageScripts(echartsScript: string): string {
  // A script element ends at the first of these, wherever it stands.
  const bundle = echartsScript.replaceAll('</script', '<\\/script');
  return `<script>${bundle}</script>\n<script>${UPGRADE}</script>`;
}

const UPGRADE = `
(() => {
  const formatters = ${formattersSource()};
  const resolveFormatters = ${resolveFormatters.toString().replace(/\bFORMATTERS\b/, 'formatters')};
  const theme = ${JSON.stringify(THEME)};
  const charts = [];
  const readOption = (figure) => {
    const style = getComputedStyle(document.documentElement);
    let text = figure.querySelector('script').textContent;
    for (const [color, property] of Object.entries(theme)) {
      text = text.replaceAll(color, style.getPropertyValue(property).trim());
    }
    const option = resolveFormatters(JSON.parse(text), formatters);
    option.tooltip = {
      ...option.tooltip,
      backgroundColor: style.getPropertyValue('--panel').trim(),
      borderColor: style.getPropertyValue('--faint').trim(),
      textStyle: { color: style.getPropertyValue('--ink').trim(), fontSize: 12 },
      confine: true,
    };
    if (figure.clientWidth < 560) {
      option.grid = { ...option.grid, left: 56, right: 12, bottom: 124 };
      option.legend = { ...option.legend, itemGap: 10 };
    }
    return option;
  };
  const drawAll = () => {
    for (const { figure, chart } of charts) {
      chart.resize();
      chart.setOption(readOption(figure), true);
    }
  };
  for (const figure of document.querySelectorAll('figure[data-chart]')) {
    figure.classList.add('upgraded');
    charts.push({ figure, chart: echarts.init(figure.querySelector('.live'), null, { renderer: 'svg' }) });
  }
  drawAll();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawAll);
  addEventListener('resize', drawAll);
})();
`;
