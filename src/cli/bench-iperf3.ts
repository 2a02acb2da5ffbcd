// `lvskit bench iperf3`: iperf3 as one knows it, from a lab's client through its director.

import type { Command } from 'commander';
import { parseIperf3 } from '../measure/mod.ts';
import { createGuestCommand } from './bench-guest.ts';

/** iperf3 itself waits as long as the kernel tries, two minutes. */
const CONNECT_TIMEOUT_MS = 5000;

export function createIperf3Command(): Command {
  return createGuestCommand({
    name: 'iperf3',
    description: 'run iperf3: throughput as it measures it, of TCP or UDP',
    hostDescription: 'where `iperf3 -s` runs',
    port: 5201,
    server: (address, port) => ['iperf3', '-s', '-1', '-B', address, '-p', String(port)],
    client: (host, port, words, resultFile) => [
      ...['iperf3', '-c', host, '-p', String(port), '--connect-timeout', String(CONNECT_TIMEOUT_MS)],
      ...(resultFile === undefined ? [] : ['-J']),
      ...words,
    ],
    parse: ({ stdout, status }) => [parseIperf3(stdout, status)],
  });
}
