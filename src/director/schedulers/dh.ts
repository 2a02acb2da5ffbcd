// Destination hashing (ip_vs_dh.c): 256 buckets, in which the servers take turns. Weights do not matter here.

/** IP_VS_DH_TAB_SIZE, which is also sh's (IP_VS_SH_TAB_SIZE). */
export const BUCKETS = 256;

export function buildDhTable(serverCount: number): number[] {
  return serverCount === 0 ? [] : Array.from({ length: BUCKETS }, (_, bucket) => bucket % serverCount);
}
