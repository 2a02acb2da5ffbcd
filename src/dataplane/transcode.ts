// From one layout of a structure to another: which bytes go where so that each field keeps its value under its name.
// Pure. A field that the older layout lacks is zero; one that the newer lacks is lost.

import type { Layout, Scalar, ScalarField, StructField } from './layout.ts';

/** Bytes that stay together. */
export interface Move {
  readonly from: number;
  readonly to: number;
  readonly length: number;
}

const SCALAR_BYTES: Readonly<Record<Scalar, number>> = { u8: 1, u16: 2, u32: 4, u64: 8, be16: 2, be32: 4 };

/** A field has the same name in both layouts and not the same kind of content. */
export class UnlikeFieldError extends Error {}

/** Throws {@link UnlikeFieldError}. */
export function planMoves(from: Layout, to: Layout): readonly Move[] {
  return joinMoves(
    Object.entries(to.fields).flatMap(([name, target]) => {
      const source = from.fields[name];
      return source === undefined ? [] : movesOf(name, source, target);
    }),
  );
}

function movesOf(name: string, source: ScalarField | StructField, target: ScalarField | StructField): Move[] {
  if ('struct' in source && 'struct' in target) {
    const inner = planMoves(source.struct, target.struct);
    return inner.map(({ from, to, length }) => ({ from: source.offset + from, to: target.offset + to, length }));
  }
  if ('struct' in source || 'struct' in target) throw new UnlikeFieldError(name);
  if (isWireOrder(source) !== isWireOrder(target)) throw new UnlikeFieldError(name);
  const [fromBytes, toBytes] = [SCALAR_BYTES[source.scalar], SCALAR_BYTES[target.scalar]];
  // A number that has become shorter may not fit; one in wire order would stand at the wrong end.
  if (toBytes < fromBytes || (toBytes > fromBytes && isWireOrder(source))) throw new UnlikeFieldError(name);
  const count = Math.min(source.count ?? 1, target.count ?? 1);
  return Array.from({ length: count }, (_, i) => ({
    from: source.offset + i * fromBytes,
    to: target.offset + i * toBytes,
    length: fromBytes,
  }));
}

function isWireOrder({ scalar }: ScalarField): boolean {
  return scalar.startsWith('be');
}

function joinMoves(moves: readonly Move[]): readonly Move[] {
  const joined: Move[] = [];
  for (const move of moves.toSorted((a, b) => a.to - b.to)) {
    const last = joined.at(-1);
    const follows = last !== undefined && last.from + last.length === move.from && last.to + last.length === move.to;
    if (follows) joined[joined.length - 1] = { ...last, length: last.length + move.length };
    else joined.push(move);
  }
  return joined;
}

/** Writes a structure at `at` of `target`, whose bytes are zero. */
export function applyMoves(moves: readonly Move[], source: Uint8Array, target: Uint8Array, at = 0): void {
  for (const { from, to, length } of moves) target.set(source.subarray(from, from + length), at + to);
}
