// A row of a table of figures.

/** Each cell at the right end of its column; what is too wide shifts what follows. */
export function alignRight(cells: readonly string[], widths: readonly number[]): string {
  return cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('');
}
