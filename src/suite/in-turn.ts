// The order of what is measured side by side.

/** Each round another one goes first, so that none is always the one behind a certain other. */
export function inTurn<T>(all: readonly T[], round: number): readonly T[] {
  const shift = round % all.length;
  return [...all.slice(shift), ...all.slice(0, shift)];
}
