// Generated from bpf/wire_abi.h by `npm run generate-abi`: do not edit. Keys, values and codes of the BPF maps.

import type { Layout } from './layout.ts';

export const lvsWire = {
  size: 56,
  fields: {
    bytes_per_second: { offset: 0, scalar: 'u64' },
    credit_ns: { offset: 8, scalar: 'u64' },
    queue_ns: { offset: 16, scalar: 'u64' },
    given_ns: { offset: 24, scalar: 'u64' },
    taken_ns: { offset: 32, scalar: 'u64' },
    empty_ns: { offset: 40, scalar: 'u64' },
    peer: { offset: 48, scalar: 'u32' },
  },
} as const satisfies Layout;
