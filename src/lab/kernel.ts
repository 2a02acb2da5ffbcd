// What this machine's kernel offers to a lab. Asked in a throw-away namespace; loads modules if it has them.

import { DISTRIBUTION_KERNEL, type HostPlanOptions } from '../director/mod.ts';
import { requireRoot, runCommand } from '../system/mod.ts';

/** Making a device of a type loads its module; `-force` goes on when there is none. */
const PROBE = `link add probe type dummy
link add probe-ipip type ipip remote 127.0.0.2
link show
`;

/** Throws NOT_ROOT, COMMAND_NOT_FOUND. */
export function detectKernel(): HostPlanOptions {
  requireRoot('building a lab');
  const argv = ['unshare', '--net', 'ip', '-json', '-force', '-batch', '-'];
  const { stdout } = runCommand(argv, { input: PROBE, allowFailure: true });
  const devices = new Set([...stdout.matchAll(/"ifname":"([^"]+)"/g)].map((match) => match[1]));
  return {
    // A namespace made later has a tunl0 of its own exactly if this one has.
    decapsulator: devices.has('tunl0') ? DISTRIBUTION_KERNEL.decapsulator : 'lvskit',
    dummyDevices: devices.has('probe'),
  };
}
