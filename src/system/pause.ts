// Waiting with the whole thread, for those who block in all that they do.

const NEVER_NOTIFIED = new Int32Array(new SharedArrayBuffer(4));

/** Gives the CPU away for so long; no event is heard meanwhile. */
export function pauseThread(ms: number): void {
  Atomics.wait(NEVER_NOTIFIED, 0, 0, ms);
}
