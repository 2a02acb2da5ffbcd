// The IPv4 addresses of this host's devices, as iproute2 lists them.

import type { Ipv4 } from '../model/mod.ts';
import { runCommand } from '../system/mod.ts';

export interface HostAddress {
  readonly device: string;
  readonly address: Ipv4;
  readonly prefixLength: number;
  /** Goes when the primary address of its network on the same device goes. */
  readonly isSecondary: boolean;
  /** Whether the device is up. */
  readonly isUp: boolean;
}

/** Of `ip -json address`, what is read here. */
interface ListedDevice {
  readonly ifname?: string;
  readonly flags?: readonly string[];
  readonly addr_info?: readonly { readonly local?: Ipv4; readonly prefixlen?: number; readonly secondary?: boolean }[];
}

export function readHostAddresses(): readonly HostAddress[] {
  return parseHostAddresses(runCommand(['ip', '-json', '-4', 'address', 'show']).stdout);
}

/** Exported for tests. */
export function parseHostAddresses(json: string): readonly HostAddress[] {
  const devices = JSON.parse(json) as readonly ListedDevice[];
  return devices.flatMap(({ ifname, flags = [], addr_info = [] }) =>
    addr_info.flatMap(({ local, prefixlen, secondary = false }) =>
      ifname === undefined || local === undefined || prefixlen === undefined
        ? []
        : [
            {
              device: ifname,
              address: local,
              prefixLength: prefixlen,
              isSecondary: secondary,
              isUp: flags.includes('UP'),
            },
          ],
    ),
  );
}
