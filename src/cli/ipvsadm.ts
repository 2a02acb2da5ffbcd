// `lvskit ipvsadm`, also under the name `ipvsadm`: hands all words to the director's own grammar and ends with the
// exit status of the real ipvsadm, 255 included.

import { text } from 'node:stream/consumers';
import { Command } from 'commander';
import { createSystemNames, type DataPlane, IPVSADM_HELP, type IpvsadmSession, runIpvsadm } from '../director/mod.ts';
import type { LvskitError } from '../model/mod.ts';
import { readVersion } from './version.ts';

export function createCommand(): Command {
  const command = new Command('ipvsadm')
    .argument('[words...]')
    .allowUnknownOption()
    .passThroughOptions()
    .helpOption(false)
    .action(async (words: readonly string[]) => {
      process.exitCode = await runIpvsadm(words, createSession());
    });
  command.helpInformation = () => IPVSADM_HELP;
  return command;
}

function createSession(): IpvsadmSession {
  let dataPlane: DataPlane | undefined;
  return {
    names: createSystemNames(),
    version: readVersion(),
    async openDataPlane() {
      // Loaded here so that --help needs neither libbpf nor a kernel that allows BPF.
      const { openDataPlane } = await import('../dataplane/mod.ts');
      dataPlane ??= openDataPlane();
      return dataPlane;
    },
    write: (output) => void process.stdout.write(output),
    readInput: () => text(process.stdin),
    reportError: (error, line) => void process.stderr.write(formatReport(error, line)),
  };
}

function formatReport({ message, remedy }: LvskitError, line: number | undefined): string {
  const place = line === undefined ? '' : `line ${line}: `;
  return `ipvsadm: ${place}${message}\n${remedy === undefined ? '' : `${remedy}\n`}`;
}
