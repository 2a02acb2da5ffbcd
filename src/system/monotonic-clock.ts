// CLOCK_MONOTONIC, which all processes of one boot share, and which is what bpf_ktime_get_ns() reads.

/** ns */
export function monotonicNs(): number {
  return Number(process.hrtime.bigint());
}

/** Resolves when the clock is there, at once if it is past. */
export async function untilNs(deadlineNs: number): Promise<void> {
  const ms = (deadlineNs - monotonicNs()) / 1e6;
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
