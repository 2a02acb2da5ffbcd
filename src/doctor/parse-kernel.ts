// What sysctl, ss, nft, arping and /proc/net/snmp say → facts. Pure.

import type { FilterRule, Listener } from './facts.ts';

/** Of `sysctl -e`: `key = value` lines. */
export function parseSysctls(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split('\n').flatMap((line) => {
      const [key, value] = line.split(' = ');
      return key === undefined || value === undefined ? [] : [[key, value.trim()]];
    }),
  );
}

/** Of `ss -Hltn`. */
export function parseListeners(text: string): readonly Listener[] {
  return text.split('\n').flatMap((line) => {
    const local = line.trim().split(/\s+/)[3] ?? '';
    const at = local.lastIndexOf(':');
    // A device may stand behind the address: 192.168.1.11%eth0:80.
    return at < 0 ? [] : [{ address: local.slice(0, at).replace(/%.*/, ''), port: Number(local.slice(at + 1)) }];
  });
}

/** TCP packets with a wrong checksum, of /proc/net/snmp. */
export function parseChecksumErrors(text: string): number {
  const [names, values] = text
    .split('\n')
    .filter((line) => line.startsWith('Tcp:'))
    .map((line) => line.split(' '));
  return Number(values?.[names?.indexOf('InCsumErrors') ?? -1] ?? 0);
}

/** MAC addresses, in small letters, of what answered arping. */
export function parseArping(text: string): readonly string[] {
  return [
    ...new Set(
      [...text.matchAll(/reply from \S+ \[([0-9A-Fa-f:]{17})\]/g)].map((match) => (match[1] ?? '').toLowerCase()),
    ),
  ];
}

interface NftMatch {
  readonly left: {
    readonly ct?: { readonly key: string };
    readonly payload?: { readonly protocol: string; readonly field: string };
  };
  readonly right: unknown;
}

interface NftRule {
  readonly family: string;
  readonly table: string;
  readonly chain: string;
  readonly handle: number;
  readonly expr: readonly { readonly match?: NftMatch; readonly drop?: null; readonly accept?: null }[];
}

interface NftRow {
  readonly chain?: { readonly family: string; readonly table: string; readonly name: string; readonly hook?: string };
  readonly rule?: NftRule;
}

/** The rules of `nft -j list ruleset` that drop or accept. */
export function parseFilterRules(text: string): readonly FilterRule[] {
  const { nftables } = JSON.parse(text) as { readonly nftables: readonly NftRow[] };
  const hookOf = ({ family, table, chain }: NftRule) =>
    nftables.find(({ chain: row }) => row?.family === family && row.table === table && row.name === chain)?.chain?.hook;
  return nftables.flatMap(({ rule }) => {
    const verdict = (['drop', 'accept'] as const).find((word) => rule?.expr.some((part) => word in part));
    if (rule === undefined || verdict === undefined) return [];
    const { family, table, chain, handle } = rule;
    const conditions = rule.expr.flatMap(({ match }) => (match === undefined ? [] : [conditionOf(match)]));
    return [{ verdict, family, table, chain, handle, hook: hookOf(rule), conditions }];
  });
}

function conditionOf({ left: { ct, payload }, right }: NftMatch): FilterRule['conditions'][number] {
  const field =
    ct !== undefined ? `ct ${ct.key}` : payload !== undefined ? `${payload.protocol} ${payload.field}` : '?';
  return { field, values: valuesOf(right) };
}

/** A value, a list, or a set of them. */
function valuesOf(right: unknown): readonly string[] {
  if (Array.isArray(right)) return right.flatMap(valuesOf);
  if (typeof right === 'object' && right !== null && 'set' in right) return valuesOf(right.set);
  return [String(right)];
}
