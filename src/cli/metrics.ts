// `lvskit metrics`: the director in numbers for other programs, printed once, or served to Prometheus.

import { once } from 'node:events';
import { Command, Option } from 'commander';
import { directorAbsent } from '../director/mod.ts';
import { LvskitError } from '../model/mod.ts';
import {
  formatJson,
  formatListenPlace,
  formatPrometheus,
  type ListenPlace,
  metricsOf,
  PROMETHEUS_CONTENT_TYPE,
  parseListenPlace,
  type Reading,
  steadyReading,
  viewReading,
} from '../monitor/mod.ts';
import { type Page, startMetricsServer } from './metrics-server.ts';
import { readDirector } from './read-director.ts';
import { untilInterrupted } from './signals.ts';
import { readVersion } from './version.ts';

interface MetricsOptions {
  readonly format: 'prometheus' | 'json';
  readonly listen?: string;
}

export function createCommand(): Command {
  return new Command('metrics')
    .description('Print the state of the director for other programs, or serve it to Prometheus.')
    .addOption(new Option('--format <format>', 'what to print').choices(['prometheus', 'json']).default('prometheus'))
    .addOption(
      new Option(
        '--listen <place>',
        'serve /metrics and /metrics.json at ADDRESS:PORT or unix:PATH until interrupted',
      ).conflicts('format'),
    )
    .action(async ({ format, listen }: MetricsOptions) => {
      if (listen === undefined) printMetrics(format);
      else await serveMetrics(parseListenPlace(listen));
    });
}

function printMetrics(format: MetricsOptions['format']): void {
  const reading = readDirector();
  if (reading === undefined) throw directorAbsent();
  if (format === 'json') {
    process.stdout.write(`${formatJson(viewReading(undefined, reading))}\n`);
    return;
  }
  for (const chunk of formatPrometheus(metricsOf(reading, readVersion()))) process.stdout.write(chunk);
}

async function serveMetrics(place: ListenPlace): Promise<void> {
  const version = readVersion();
  let previous: Reading | undefined;
  const read = () => {
    const reading = readDirector();
    previous = reading && steadyReading(previous, reading);
    return previous;
  };
  const pages: Readonly<Record<string, () => Page>> = {
    '/metrics': () => ({ contentType: PROMETHEUS_CONTENT_TYPE, body: formatPrometheus(metricsOf(read(), version)) }),
    '/metrics.json': () => {
      const reading = read();
      const json = formatJson(reading && viewReading(undefined, reading));
      return { contentType: 'application/json', body: [`${json}\n`] };
    },
  };
  const hasDirector = read() !== undefined;
  await untilInterrupted(async (signal) => {
    const server = await startMetricsServer(place, pages, (error) => {
      console.error(`lvskit: ${error instanceof LvskitError ? error.message : String(error)}`);
    });
    console.log(`Serving /metrics and /metrics.json at ${formatListenPlace(server.place)}`);
    if (!hasDirector) console.log('There is no director in this network namespace yet: lvskit_up is 0.');
    if (!signal.aborted) await once(signal, 'abort');
    await server.close();
  });
}
