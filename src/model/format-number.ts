// Numbers as tables and sentences have them, wherever they are printed: never in scientific notation.

/** A number with three significant digits, thousands set apart: 7.31, 84.2, 38 100; 0 is 0. */
export function formatSignificant(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const rounded = Number(value.toPrecision(3));
  const digits = 2 - Math.floor(Math.log10(Math.abs(rounded)));
  return digits > 0 ? rounded.toFixed(Math.min(digits, 6)) : groupThousands(rounded);
}

/** 38100 → `38 100`, with a space that does not break. */
export function groupThousands(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, '\u00a0');
}
