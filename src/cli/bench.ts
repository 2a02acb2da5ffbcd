// `lvskit bench PROTOCOL HOST`: a measurement from here to a service.

import { Command } from 'commander';
import { createHttpCommand } from './bench-http.ts';
import { createNetpipeCommand } from './bench-netpipe.ts';

export function createCommand(): Command {
  return new Command('bench')
    .description('measure from here to a service')
    .addCommand(createNetpipeCommand())
    .addCommand(createHttpCommand());
}
