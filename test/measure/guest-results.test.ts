// The figures of iperf3 and NPtcp out of what they report; of iperf3 3.12 the parts that are read.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIperf3, parseNptcp } from '../../src/measure/mod.ts';

const cpu = { host_total: 37, remote_total: 32 };

test("a TCP run's figures are what was received, and the sender's retransmissions", () => {
  const report = {
    start: { test_start: { protocol: 'TCP', num_streams: 2, reverse: 1 } },
    end: {
      sum_sent: { seconds: 1.1, bytes: 2000, bits_per_second: 14_545, retransmits: 7 },
      sum_received: { seconds: 1, bytes: 1900, bits_per_second: 15_200 },
      cpu_utilization_percent: cpu,
    },
  };
  assert.deepEqual(parseIperf3(JSON.stringify(report), 0), {
    program: 'iperf3',
    protocol: 'tcp',
    streams: 2,
    sender: 'server',
    seconds: 1,
    payloadBytes: 1900,
    mbitPerSecond: 0.0152,
    retransmits: 7,
    clientCpuShare: 0.37,
    serverCpuShare: 0.32,
  });
});

test('of a UDP run what was lost is not counted as received', () => {
  const report = {
    start: { test_start: { protocol: 'UDP', num_streams: 1, reverse: 0 } },
    end: {
      sum: { seconds: 2, bytes: 4000, bits_per_second: 16_000, packets: 40, lost_packets: 10, jitter_ms: 0.5 },
      cpu_utilization_percent: cpu,
    },
  };
  const result = parseIperf3(JSON.stringify(report), 0);
  assert.deepEqual([result.payloadBytes, result.mbitPerSecond], [3000, 0.012]);
  assert.deepEqual([result.packets, result.lostPackets, result.jitterMs, result.retransmits], [40, 10, 0.5, undefined]);
});

for (const [text, why] of [
  ['{"error": "unable to connect to server: Connection refused"}', /unable to connect to server: Connection refused/],
  ['{"start": {}, "end": {}}', /ended with status 1 and no report/],
  ['', /ended with status 1 and no report/],
] as const) {
  test(`${text || 'nothing'} is no result of iperf3`, () => {
    assert.throws(() => parseIperf3(text, 1), { code: 'PROGRAM_FAILED', message: why });
  });
}

test("NPtcp's file has a size, Mbps and a time on each line", () => {
  assert.deepEqual(parseNptcp('       1   0.746356   0.00001022\n      16  10.993022   0.00001110\n'), [
    { sizeBytes: 1, seconds: 0.00001022, mbps: 0.746356 },
    { sizeBytes: 16, seconds: 0.0000111, mbps: 10.993022 },
  ]);
});

for (const text of ['', 'NetPIPE: error\n', '1 0.7\n', '1 0.7 0.1\n2 nan 0.1\n']) {
  test(`${JSON.stringify(text)} is no file of NPtcp's`, () => {
    assert.throws(() => parseNptcp(text), { code: 'PROGRAM_FAILED' });
  });
}
