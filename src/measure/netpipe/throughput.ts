// What netpipe makes of the time of a block: throughput in its own unit, and the paper's five columns.

/** Netpipe's megabit is 2²⁰ bits. */
const BITS_PER_MEGABIT = 2 ** 20;

export function throughputMbps(sizeBytes: number, seconds: number): number {
  return (sizeBytes * 8) / seconds / BITS_PER_MEGABIT;
}

/**
 * A line of a netpipe file as in the paper: seconds, Mbps (2²⁰), bits, bytes, variance. gnuplot draws throughput with
 * `using 4:2`, the signature with `using 1:2`.
 */
export function formatPaperColumns(point: {
  sizeBytes: number;
  seconds: number;
  varianceSecondsSquared: number;
}): string {
  const { sizeBytes, seconds, varianceSecondsSquared } = point;
  const mbps = throughputMbps(sizeBytes, seconds);
  return [seconds.toFixed(9), mbps.toFixed(6), sizeBytes * 8, sizeBytes, varianceSecondsSquared.toExponential(3)].join(
    ' ',
  );
}
