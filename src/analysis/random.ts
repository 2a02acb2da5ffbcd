// Deterministic random numbers for resampling: the same files always give the same intervals. Not for secrets.
// xoshiro128** 1.1 by Blackman and Vigna (https://prng.di.unimi.it/xoshiro128starstar.c), seeded by splitmix32.

/** A whole number in 0 … bound − 1; `bound` is in 1 … 2³². */
export type RandomIndex = (bound: number) => number;

export type XoshiroState = readonly [number, number, number, number];

/** Successive 32-bit unsigned outputs from this state, which is not all zero. */
export function createXoshiro128(state: XoshiroState): () => number {
  let [a, b, c, d] = state;
  return () => {
    const output = Math.imul(rotateLeft(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotateLeft(d, 11);
    return output;
  };
}

/** Indices from a seed, uniform to within 2⁻³² · bound, which for rounds of a run is nothing. */
export function createRandomIndex(seed: number): RandomIndex {
  const word = createSplitmix32(seed);
  const next = createXoshiro128([word(), word(), word(), word()]);
  return (bound) => Math.floor((next() / 2 ** 32) * bound);
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function createSplitmix32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
}
