// `lvskit bench nptcp`: NetPIPE's own NPtcp, from a lab's client through its director. `lvskit bench netpipe` measures
// the same with more to it: every time, their distribution, one schedule for many.

import { existsSync, readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { parseNptcp } from '../measure/mod.ts';
import { createGuestCommand } from './bench-guest.ts';

export function createNptcpCommand(): Command {
  return createGuestCommand({
    name: 'nptcp',
    description: 'run NPtcp: time and throughput of each block size, as NetPIPE measures them',
    hostDescription: 'where NPtcp runs, with the same options',
    port: 5002,
    // Both ends must have the same options, and only one is to write the results.
    server: (_, port, words) => ['NPtcp', '-P', String(port), ...words, '-o', '/dev/null'],
    client: (host, port, words, resultFile) => [
      ...['NPtcp', '-h', host, '-P', String(port), ...words],
      ...(resultFile === undefined ? [] : ['-o', resultFile]),
    ],
    parse: (_, resultFile) => parseNptcp(existsSync(resultFile) ? readFileSync(resultFile, 'utf8') : ''),
  });
}
