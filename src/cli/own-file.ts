// Options of the benches that send files: what they send out of memory by default, they read from a file of this machine.

import { Option } from 'commander';
import { preparationOf, type TransferOptions } from '../measure/mod.ts';

export interface OwnFileFlags {
  readonly file?: string;
  readonly coldFile?: string;
}

export function ownFileOptions(): readonly Option[] {
  return [
    new Option('--file <path>', 'send what is in this file, as much as the size says, instead of out of memory'),
    new Option('--cold-file <path>', 'the same, from the disk: out of the page cache before each').conflicts('file'),
  ];
}

export function ownFileOf({ file, coldFile }: OwnFileFlags): Pick<TransferOptions, 'prepare'> & { file?: string } {
  const path = file ?? coldFile;
  return { ...(path === undefined ? {} : { file: path }), prepare: preparationOf(coldFile) };
}
