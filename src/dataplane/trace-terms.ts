// A filter's terms as the tracer checks them (bpf/trace_filter.h).

import { familyOf } from '../model/mod.ts';
import type { FilterTerm } from '../trace/mod.ts';
import { encodeAddress, FAMILIES, PROTOCOLS } from './codes.ts';
import type { ValuesOf } from './layout.ts';
import { type lvsTraceTerm, lvsTraceTermKind } from './trace-abi.ts';

/** <linux/in.h> */
const IPPROTO_ICMP = 1;

const TERM_KINDS = {
  protocol: lvsTraceTermKind.LVS_TRACE_PROTOCOL,
  host: lvsTraceTermKind.LVS_TRACE_HOST,
  src: lvsTraceTermKind.LVS_TRACE_SOURCE,
  dst: lvsTraceTermKind.LVS_TRACE_DESTINATION,
  port: lvsTraceTermKind.LVS_TRACE_PORT,
  client: lvsTraceTermKind.LVS_TRACE_CLIENT,
  server: lvsTraceTermKind.LVS_TRACE_SERVER,
  vip: lvsTraceTermKind.LVS_TRACE_VIP,
  dropped: lvsTraceTermKind.LVS_TRACE_DROPPED,
} as const;

export function encodeTerm(term: FilterTerm): ValuesOf<typeof lvsTraceTerm> {
  const nothing = { addr: [0, 0, 0, 0], kind: TERM_KINDS[term.kind], family: 0, port: 0, protocol: 0 };
  switch (term.kind) {
    case 'dropped':
      return nothing;
    case 'protocol':
      return { ...nothing, protocol: term.protocol === 'icmp' ? IPPROTO_ICMP : PROTOCOLS[term.protocol] };
    case 'port':
      return { ...nothing, port: term.port };
    default: {
      const place = { addr: encodeAddress(term.address), family: FAMILIES[familyOf(term.address)] };
      return { ...nothing, ...place, port: term.kind === 'vip' ? term.port : 0 };
    }
  }
}
