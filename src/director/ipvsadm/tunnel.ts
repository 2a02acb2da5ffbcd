// Tunnels of VS-TUN in the words of ipvsadm: the options that ask for one, and how listings and rules show it.

import type { ForwardingMethod } from '../../model/mod.ts';
import type { ServerEntry, Tunnel, TunnelChecksum } from '../data-plane.ts';
import {
  badTunnelType,
  optionRequired,
  optionsConflict,
  tunnelOptionIllegal,
  tunnelWithoutTunnelling,
} from './errors.ts';

/** What the options say, checked one by one. */
export interface RequestedTunnel {
  readonly type: string | undefined;
  readonly port: number | undefined;
  readonly checksums: readonly TunnelChecksum[];
}

const CHECKSUM_OPTIONS: Readonly<Record<TunnelChecksum, string>> = {
  none: '--tun-nocsum',
  full: '--tun-csum',
  remote: '--tun-remcsum',
};
const LISTED_CHECKSUMS: Readonly<Record<TunnelChecksum, string>> = { none: '-c', full: '+c', remote: 'r+c' };

/** Raises IPVSADM_BAD_TUNNEL_TYPE. */
export function checkTunnelType(written: string): string {
  if (!['ipip', 'gue', 'gre'].includes(written)) throw badTunnelType(written);
  return written;
}

/** Undefined for plain IPIP, and for servers of other methods. Raises IpvsadmError with status 2. */
export function resolveTunnel(requested: RequestedTunnel, method: ForwardingMethod): Tunnel | undefined {
  const { type = 'ipip', port, checksums } = requested;
  if (method !== 'tun') {
    if (requested.type !== undefined || port !== undefined || checksums.length > 0) throw tunnelWithoutTunnelling();
    return undefined;
  }
  const [checksum = 'none', second] = checksums;
  if (second !== undefined)
    throw optionsConflict(CHECKSUM_OPTIONS[checksum], CHECKSUM_OPTIONS[second], `--tun-type ${type}`);
  if (type === 'gue') {
    if (port === undefined) throw optionRequired('tunnel port', '--tun-port PORT', '--tun-type gue');
    return { type, port, checksum };
  }
  if (port !== undefined) throw tunnelOptionIllegal('--tun-port', type);
  if (type === 'gre' && checksum !== 'remote') return { type, checksum };
  if (checksums.length > 0) throw tunnelOptionIllegal(CHECKSUM_OPTIONS[checksum], type);
  return undefined;
}

/** `gue:6080:+c`, `gre:-c`, `ipip`; `n/a` of other methods. */
export function formatTunnelInfo({ method, tunnel }: ServerEntry): string {
  if (method !== 'tun') return 'n/a';
  switch (tunnel?.type) {
    case 'gue':
      return `gue:${tunnel.port}:${LISTED_CHECKSUMS[tunnel.checksum]}`;
    case 'gre':
      return `gre:${LISTED_CHECKSUMS[tunnel.checksum]}`;
    default:
      return 'ipip';
  }
}

/** The options that ask for the server's tunnel again; none of other methods. */
export function formatTunnelOptions({ method, tunnel }: ServerEntry): readonly string[] {
  if (method !== 'tun') return [];
  switch (tunnel?.type) {
    case 'gue':
      return ['--tun-type', 'gue', '--tun-port', String(tunnel.port), CHECKSUM_OPTIONS[tunnel.checksum]];
    case 'gre':
      return ['--tun-type', 'gre', CHECKSUM_OPTIONS[tunnel.checksum]];
    default:
      return ['--tun-type', 'ipip'];
  }
}
