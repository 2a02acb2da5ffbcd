// Prometheus's text exposition format, version 0.0.4:
// https://github.com/prometheus/docs/blob/main/docs/instrumenting/exposition_formats.md

import type { Labels, Metric } from './metrics.ts';

export const PROMETHEUS_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Samples that are handed out together: enough that writing them costs little, few enough not to fill memory. */
const CHUNK_SAMPLES = 1000;

/** In pieces, for a hundred thousand servers make a text longer than a string may be. A metric without samples is left out. */
export function* formatPrometheus(metrics: readonly Metric[]): Generator<string> {
  /** A service's or server's labels are the same object in all its metrics. */
  const labelTexts = new WeakMap<Labels, string>();
  for (const { name, type, help, samples } of metrics) {
    let chunk = `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n`;
    let count = 0;
    for (const { labels, value } of samples()) {
      let labelText = labelTexts.get(labels);
      if (labelText === undefined) {
        labelText = formatLabels(labels);
        labelTexts.set(labels, labelText);
      }
      chunk += `${name}${labelText} ${value}\n`;
      if (++count % CHUNK_SAMPLES === 0) {
        yield chunk;
        chunk = '';
      }
    }
    if (count > 0 && chunk !== '') yield chunk;
  }
}

function formatLabels(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

function escapeLabel(value: string): string {
  return escapeHelp(value).replaceAll('"', '\\"');
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
