// Runs of the ftp client, one after the other, as a process of its own that can be in any network. Takes the runs as JSON,
// and writes for each a line: its result, or why its first transfer failed.

import { runFtp } from '../../../src/measure/mod.ts';
import { LvskitError } from '../../../src/model/mod.ts';

export type FtpRun = Partial<Parameters<typeof runFtp>[0]>;

/** The result without its histogram, or the cause. */
export type FtpOutcome =
  | (Omit<Awaited<ReturnType<typeof runFtp>>, 'histogram'> & { readonly why?: undefined })
  | { readonly why: string };

async function perform(run: FtpRun): Promise<FtpOutcome> {
  const usual = {
    port: 21,
    seconds: 0.1,
    sizeBytes: 1,
    timeoutMs: 5000,
    filesPerSession: Infinity,
    uploadFolder: 'in',
  };
  const options = { ...usual, mode: 'pasv', direction: 'get', ...run } as Parameters<typeof runFtp>[0];
  try {
    const { histogram: _, ...result } = await runFtp(options);
    return result;
  } catch (error) {
    if (!(error instanceof LvskitError)) throw error;
    return { why: String(error.fields.why) };
  }
}

for (const run of JSON.parse(process.argv[2] ?? '[]') as FtpRun[]) console.log(JSON.stringify(await perform(run)));
