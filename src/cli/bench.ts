// `lvskit bench PROTOCOL HOST`: a measurement from here to a service.

import { Command } from 'commander';
import { createFtpCommand } from './bench-ftp.ts';
import { createHttpCommand } from './bench-http.ts';
import { createIperf3Command } from './bench-iperf3.ts';
import { createLpdCommand } from './bench-lpd.ts';
import { createNetpipeCommand } from './bench-netpipe.ts';
import { createNfsCommand } from './bench-nfs.ts';
import { createNptcpCommand } from './bench-nptcp.ts';
import { createRshCommand } from './bench-rsh.ts';
import { createTelnetCommand } from './bench-telnet.ts';

export function createCommand(): Command {
  return new Command('bench')
    .description('measure from here to a service')
    .addCommand(createNetpipeCommand())
    .addCommand(createHttpCommand())
    .addCommand(createFtpCommand())
    .addCommand(createTelnetCommand())
    .addCommand(createRshCommand())
    .addCommand(createNfsCommand())
    .addCommand(createLpdCommand())
    .addCommand(createIperf3Command())
    .addCommand(createNptcpCommand());
}
