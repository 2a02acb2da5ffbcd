// SipHash-1-3 of one 32-bit value, cut to 32 bits: the kernel's hsiphash() on 64-bit machines (lib/siphash.c, v6.1).
// The data plane has the same in bpf/siphash.h: both sides must name the same row for the same address.

function rotate(value: bigint, bits: bigint): bigint {
  return BigInt.asUintN(64, (value << bits) | (value >> (64n - bits)));
}

function round([a, b, c, d]: readonly [bigint, bigint, bigint, bigint]): [bigint, bigint, bigint, bigint] {
  const add = (x: bigint, y: bigint) => BigInt.asUintN(64, x + y);
  let [v0, v1, v2, v3] = [a, b, c, d];
  v0 = add(v0, v1);
  v1 = rotate(v1, 13n) ^ v0;
  v0 = rotate(v0, 32n);
  v2 = add(v2, v3);
  v3 = rotate(v3, 16n) ^ v2;
  v0 = add(v0, v3);
  v3 = rotate(v3, 21n) ^ v0;
  v2 = add(v2, v1);
  v1 = rotate(v1, 17n) ^ v2;
  v2 = rotate(v2, 32n);
  return [v0, v1, v2, v3];
}

/** @param key its two halves, read from the bytes as little-endian numbers */
export function siphash(value: number, [key0, key1]: readonly [bigint, bigint]): number {
  // The message's last word: its four bytes, and its length in the top one.
  const last = (4n << 56n) | BigInt(value);
  // "somepseudorandomlygeneratedbytes"
  const [v0, v1, v2, v3] = round([
    0x736f6d6570736575n ^ key0,
    0x646f72616e646f6dn ^ key1,
    0x6c7967656e657261n ^ key0,
    0x7465646279746573n ^ key1 ^ last,
  ]);
  const [w0, w1, w2, w3] = round(round(round([v0 ^ last, v1, v2 ^ 0xffn, v3])));
  return Number(BigInt.asUintN(32, w0 ^ w1 ^ w2 ^ w3));
}
