// `lvskit bench http HOST`: requests to a web server, for each size a row of times and rates, or JSON with the histogram.

import { Command, InvalidArgumentError, Option } from 'commander';
import {
  type HttpRunOptions,
  type HttpRunResult,
  mergeHttpResults,
  paperFileName,
  runHttp,
  warmUp,
} from '../measure/mod.ts';
import { endAtOnceOnSignals, ownLauncher, pinProcess, runCommandAsync } from '../system/mod.ts';
import { parseAddress } from './address-argument.ts';
import { hostOrLab, labOption } from './bench-lab.ts';
import { parseCount, parseSeconds } from './netpipe-options.ts';
import { parseFileSizes } from './size-argument.ts';
import {
  formatTransferHeading,
  formatTransferRemarks,
  formatTransferRow,
  type TransferRow,
} from './transfer-format.ts';

interface BenchHttpOptions {
  readonly lab?: string;
  readonly port: number;
  readonly sizes: readonly number[];
  readonly path?: string;
  readonly hostName?: string;
  readonly seconds: number;
  readonly connections: number;
  readonly requests: number;
  readonly rate?: number;
  readonly timeout: number;
  readonly source?: string;
  readonly cpu?: number;
  readonly processes: number;
  readonly json?: true;
}

/** A row of the table, and a line of --json. */
interface HttpRow extends HttpRunResult, TransferRow {
  readonly path: string;
}

/** A request that is sent later than this was not sent at the rate that was asked for. */
const LAG_MS = 5;

const DEFAULT_SIZES = [1, 1024, 65_536, 1_048_576];

export function createHttpCommand(): Command {
  return new Command('http')
    .description('measure requests to a web server: how long each takes, and how many there are in a second')
    .argument('[host]', 'where `lvskit serve http` runs, or another server that has the files /file.0 to /file.26')
    .addOption(labOption())
    .option('-P, --port <port>', 'TCP port', parseCount, 80)
    .addOption(
      new Option('--sizes <list>', 'of the files: powers of 2 up to 64M; /file.N has 2^N bytes')
        .argParser(parseFileSizes)
        .default(DEFAULT_SIZES, '1,1k,64k,1M'),
    )
    .addOption(new Option('--path <path>', 'fetch this instead of files').conflicts('sizes').argParser(parsePath))
    .option('--host-name <name>', 'what to call the server in the requests')
    .option('-t, --seconds <seconds>', 'time for each size', parseSeconds, 2)
    .option('-c, --connections <n>', 'connections at once', parseCount, 1)
    .option(
      '-k, --requests <n>',
      'requests on a connection before it is closed; 1: a new one for each (default: as many as there are)',
      parseCount,
      Number.POSITIVE_INFINITY,
    )
    .option('--rate <n>', 'requests a second, whenever replies come; times count from when each was due', parseSeconds)
    .option('--timeout <seconds>', 'give a request up when nothing moves for this long', parseSeconds, 5)
    .option('--source <address>', 'address to connect from')
    .addOption(new Option('--cpu <n>', 'run on this CPU only').argParser(Number).conflicts('processes'))
    .option('--processes <n>', 'share the connections among so many processes, on CPUs of their own', parseCount, 1)
    .option('--json', 'write one JSON object a size, with the histogram')
    .action(benchHttp);
}

async function benchHttp(given: string | undefined, options: BenchHttpOptions, command: Command): Promise<void> {
  const host = hostOrLab(given, options.lab, options.port, command);
  const address = await parseAddress(host);
  const source = options.source === undefined ? undefined : await parseAddress(options.source);
  endAtOnceOnSignals();
  if (options.cpu !== undefined) pinProcess([options.cpu]);
  const files =
    options.path === undefined
      ? options.sizes.map((sizeBytes) => ({ path: `/${paperFileName(Math.log2(sizeBytes))}`, sizeBytes }))
      : [{ path: options.path, sizeBytes: undefined }];
  const remarks: string[] = [];
  for (const [index, { path, sizeBytes }] of files.entries()) {
    const run: HttpRunOptions = {
      address,
      port: options.port,
      path,
      host: options.hostName,
      source,
      seconds: options.seconds,
      connections: options.connections,
      requestsPerConnection: options.requests,
      ratePerSecond: options.rate,
      timeoutMs: options.timeout * 1000,
      expectedBytes: sizeBytes,
    };
    warmUp(run);
    const result = options.processes > 1 ? await runInProcesses(host, run, options.processes) : runHttp(run);
    const row: HttpRow = { path, sizeBytes, ...result };
    if (options.json) {
      console.log(JSON.stringify(row));
      continue;
    }
    if (index === 0) console.log(formatTransferHeading('hits'));
    console.log(formatTransferRow(row));
    remarks.push(...[...formatTransferRemarks(row), ...remarksOfHttp(row)].map((remark) => `${path}: ${remark}`));
  }
  if (remarks.length > 0) console.log(`\n${remarks.join('\n')}`);
}

function remarksOfHttp({ malformed, worstLagMs }: HttpRow): readonly string[] {
  return [
    ...(malformed === undefined ? [] : [`the first malformed reply: ${JSON.stringify(malformed)}`]),
    ...(worstLagMs > LAG_MS
      ? [`requests were sent up to ${worstLagMs.toFixed(0)} ms late: no connection was free; add --connections`]
      : []),
  ];
}

/** The sum of several processes of ourselves, each with its share of connections and rate. */
async function runInProcesses(host: string, run: HttpRunOptions, processes: number): Promise<HttpRunResult> {
  const results = Array.from({ length: processes }, async (_, index) => {
    const share = { ...run, connections: shareOf(run.connections, processes, index) };
    if (share.connections === 0) return undefined;
    const words = [...ownLauncher(), 'bench', 'http', host, ...argumentsFor(share, processes)];
    return JSON.parse((await runCommandAsync(words)).stdout) as HttpRow;
  });
  return mergeHttpResults((await Promise.all(results)).filter((row) => row !== undefined));
}

function shareOf(total: number, parts: number, index: number): number {
  return Math.floor(total / parts) + (index < total % parts ? 1 : 0);
}

function argumentsFor(run: HttpRunOptions, processes: number): readonly string[] {
  const optional: readonly (readonly [string, string | number | undefined])[] = [
    ['--host-name', run.host],
    ['--source', run.source],
    ['--requests', Number.isFinite(run.requestsPerConnection) ? run.requestsPerConnection : undefined],
    ['--rate', run.ratePerSecond === undefined ? undefined : run.ratePerSecond / processes],
  ];
  return [
    ...['--port', run.port, '--seconds', run.seconds, '--connections', run.connections].map(String),
    ...['--timeout', run.timeoutMs / 1000].map(String),
    ...(run.expectedBytes === undefined ? ['--path', run.path] : ['--sizes', String(run.expectedBytes)]),
    ...optional.flatMap(([name, value]) => (value === undefined ? [] : [name, String(value)])),
    '--json',
  ];
}

function parsePath(text: string): string {
  if (!/^\/[!-~]*$/.test(text)) throw new InvalidArgumentError('A path begins with / and has no blanks.');
  return text;
}
