// FTP of a conf file under VS-DR and VS-TUN: the director does not see the server's half of a session, so that only
// persistence brings a client's data connections to the server of its control connection. Pure.

import type { VirtualService } from '../model/mod.ts';
import type { Persistence } from './data-plane.ts';
import { WHOLE_ADDRESS } from './ipvsadm/netmask.ts';

const FTP_PORT = 21;
/** Longer than servers let a session wait for its next command: 300 s (RFC 1123, section 4.1.3.2). */
const TIMEOUT_S = 360;

/** Of a service as the conf file describes it; undefined where it needs none. */
export function persistenceOf({ protocol, port, servers }: VirtualService): Persistence | undefined {
  const isHalfSeen = servers.some(({ method }) => method !== 'nat');
  if (protocol !== 'tcp' || port !== FTP_PORT || !isHalfSeen) return undefined;
  return { timeoutS: TIMEOUT_S, netmask: WHOLE_ADDRESS.inet };
}
