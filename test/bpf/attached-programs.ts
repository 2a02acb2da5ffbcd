// Which BPF programs are on a device of the namespace that the thread is in: on its tcx list and as tc filters.

import { listTcx } from '../../src/dataplane/tcx.ts';
import { interfaceIndex, runCommand } from '../../src/system/mod.ts';

/** Names, in the order in which they see a packet. */
export function programsOn(device: string, point: 'ingress' | 'egress'): readonly string[] {
  const ifindex = interfaceIndex(device);
  const onList = (ifindex === undefined ? undefined : listTcx(ifindex, point)) ?? [];
  const { stdout } = runCommand(['tc', 'filter', 'show', 'dev', device, point], { allowFailure: true });
  return [...onList.map(({ name }) => name), ...[...stdout.matchAll(/handle \S+ (\w+)/g)].map(([, name = '']) => name)];
}
