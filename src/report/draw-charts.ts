// Chart options → static SVG, drawn by ECharts without a browser.

import { createRequire } from 'node:module';
import type { ChartOption } from './chart-axes.ts';
import { resolveFormatters } from './chart-formatters.ts';
import { type Drawable, ratioOption, residualOption, signatureOption, throughputOption } from './chart-options.ts';

// The bundle rather than the package's entry: one file loads in a tenth of the time that its several hundred take.
const echarts: typeof import('echarts') = createRequire(import.meta.url)('echarts/dist/echarts.min.js');

const CHART_WIDTH = 820;
const CHART_HEIGHT = 460;

/** Throughput against block size. `name` sets it apart from others in a page. */
export function drawThroughput(analysis: Drawable, name = 'throughput'): string {
  return drawChart(name, throughputOption(analysis));
}

/** Throughput against time per block. */
export function drawSignature(analysis: Drawable): string {
  return drawChart('signature', signatureOption(analysis));
}

/** Time over the baseline's time against block size. */
export function drawRatios(analysis: Drawable): string {
  return drawChart('ratios', ratioOption(analysis));
}

/** Residuals of Hockney's lines against block size. */
export function drawResiduals(analysis: Drawable): string {
  return drawChart('residuals', residualOption(analysis));
}

/** `name` sets the drawing's ids apart from those of others in a page. Ends with a newline. */
export function drawChart(name: string, option: ChartOption): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: CHART_WIDTH, height: CHART_HEIGHT });
  try {
    chart.setOption(resolveFormatters(option));
    return `${renumberIds(name, chart.renderToSVGString())}\n`;
  } finally {
    chart.dispose();
  }
}

/** ECharts numbers ids through the life of the process; a report must not depend on what was drawn before. */
function renumberIds(name: string, svg: string): string {
  const renamed = new Map<string, string>();
  return svg.replace(/zr\d+-[a-z]+-?\d+/g, (id) => {
    const own = renamed.get(id) ?? `${name}-${renamed.size}`;
    renamed.set(id, own);
    return own;
  });
}
