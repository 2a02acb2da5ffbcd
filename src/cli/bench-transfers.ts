// What all `lvskit bench PROTOCOL` share that transfer the paper's files, one after the other: options, clients at once as
// processes of their own, a row for each size, remarks below. http has its own, whose connections are in one process.

import { Command, Option } from 'commander';
import { mergeTransferResults, type TransferOptions, type TransferResult } from '../measure/mod.ts';
import type { TransportProtocol } from '../model/mod.ts';
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

/** `Flags` are the options of the protocol's own, as commander gives them. */
export interface TransferCommand<Flags extends object> {
  readonly name: string;
  readonly description: string;
  /** Of HOST, for --help. */
  readonly hostDescription: string;
  readonly port: number;
  /** What of the lab's conf is looked for with --lab; tcp unless given. */
  readonly transport?: (flags: Flags) => TransportProtocol;
  /** What transfers are called, at most 6 letters: files, jobs. */
  readonly transfers: string;
  /** Of its own. */
  readonly options?: readonly Option[];
  /** One size, tried once before it is measured. Throws TRANSFER_FAILED. */
  run(options: TransferOptions, flags: Flags): Promise<TransferResult>;
  /** Lines of its own about a result. */
  remarks?(result: TransferResult, flags: Flags): readonly string[];
}

interface SharedFlags {
  readonly lab?: string;
  readonly port: number;
  readonly sizes: readonly number[];
  readonly seconds: number;
  readonly count?: number;
  readonly connections: number;
  readonly timeout: number;
  readonly source?: string;
  readonly cpu?: number;
  readonly json?: true;
}

const DEFAULT_SIZES = [1, 1024, 65_536, 1_048_576];

export function createTransferCommand<Flags extends object>(protocol: TransferCommand<Flags>): Command {
  const command = new Command(protocol.name)
    .description(protocol.description)
    .argument('[host]', protocol.hostDescription)
    .addOption(labOption())
    .option('-P, --port <port>', 'port of the service', parseCount, protocol.port)
    .addOption(
      new Option('--sizes <list>', 'of what is transferred: powers of 2 up to 64M')
        .argParser(parseFileSizes)
        .default(DEFAULT_SIZES, '1,1k,64k,1M'),
    )
    .option('-t, --seconds <seconds>', 'time for each size', parseSeconds, 2)
    .option('-n, --count <n>', 'end after so many, if the time is not over before', parseCount)
    .option('-c, --connections <n>', 'clients at once, each a process of its own', parseCount, 1)
    .option('--timeout <seconds>', 'give a transfer up when nothing moves for this long', parseSeconds, 5)
    .option('--source <address>', 'address to connect from')
    .addOption(new Option('--cpu <n>', 'run on this CPU only').argParser(Number))
    .option('--json', 'write one JSON object a size, with the histogram');
  for (const option of protocol.options ?? []) command.addOption(option);
  return command.action((host: string | undefined, flags: SharedFlags & Flags) =>
    bench(protocol, host, flags, command),
  );
}

async function bench<Flags extends object>(
  protocol: TransferCommand<Flags>,
  given: string | undefined,
  flags: SharedFlags & Flags,
  command: Command,
): Promise<void> {
  const host = hostOrLab(given, flags.lab, flags.port, command, protocol.transport?.(flags));
  const address = await parseAddress(host);
  const source = flags.source === undefined ? undefined : await parseAddress(flags.source);
  endAtOnceOnSignals();
  if (flags.cpu !== undefined) pinProcess([flags.cpu]);
  const remarks: string[] = [];
  for (const [index, sizeBytes] of flags.sizes.entries()) {
    const { port, seconds } = flags;
    const options = { address, port, source, seconds, sizeBytes, timeoutMs: flags.timeout * 1000, most: flags.count };
    const result =
      flags.connections > 1 ? await runInProcesses(flags.connections, sizeBytes) : await protocol.run(options, flags);
    const row: TransferRow = { sizeBytes, ...result };
    if (flags.json) {
      console.log(JSON.stringify(row));
      continue;
    }
    if (index === 0) console.log(formatTransferHeading(protocol.transfers));
    console.log(formatTransferRow(row));
    const lines = [...formatTransferRemarks(row), ...(protocol.remarks?.(result, flags) ?? [])];
    remarks.push(...lines.map((line) => `${sizeBytes} bytes: ${line}`));
  }
  if (remarks.length > 0) console.log(`\n${remarks.join('\n')}`);
}

/** The sum of processes that run this command with one client each: of two options of a name the last one counts. */
async function runInProcesses(processes: number, sizeBytes: number): Promise<TransferResult> {
  const words = [...process.argv.slice(2), '--sizes', String(sizeBytes), '--connections', '1', '--json'];
  const results = Array.from({ length: processes }, async () => {
    const { stdout } = await runCommandAsync([...ownLauncher(), ...words]);
    return JSON.parse(stdout) as TransferRow;
  });
  return mergeTransferResults(await Promise.all(results));
}
