// The functions that chart options name by markers: `@size`, `@number`. They run here when a plot is drawn and, by
// their source text, in the page; so each stands alone and uses nothing from outside itself.

const FORMATTERS = {
  size: (bytes: number): string =>
    bytes >= 1048576 ? `${bytes / 1048576}M` : bytes >= 1024 ? `${bytes / 1024}k` : String(bytes),
  number: (value: number): string => String(value).replace(/\B(?=(\d{3})+$)/g, '\u00a0'),
  ratio: (value: number): string => value.toFixed(2),
  tip: (mark: { data: { tip: string } }): string => mark.data.tip,
  residualMin: (extent: { min: number }): number => Math.min(-15, Math.floor(extent.min / 5) * 5),
  residualMax: (extent: { max: number }): number => Math.max(15, Math.ceil(extent.max / 5) * 5),
} as const;

/** A copy of `value` whose markers, at any depth, have become their functions. Alone as its formatters are. */
export function resolveFormatters<T>(value: T, formatters: Readonly<Record<string, unknown>> = FORMATTERS): T {
  const resolve = (part: unknown): unknown => {
    if (typeof part === 'string' && part.startsWith('@')) return formatters[part.slice(1)] ?? part;
    if (Array.isArray(part)) return part.map(resolve);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, resolve(inner)]));
  };
  return resolve(value) as T;
}

/** A JavaScript object of the formatters, for the page's script. */
export function formattersSource(): string {
  const entries = Object.entries(FORMATTERS).map(([name, formatter]) => `${name}:${formatter.toString()}`);
  return `{${entries.join(',')}}`;
}
