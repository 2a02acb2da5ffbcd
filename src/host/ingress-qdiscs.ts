// The clsact qdisc that a device needs for a program on its ingress: which devices have one, and taking away those that
// have become idle.

import { runCommand } from '../system/mod.ts';

export function listClsactDevices(): readonly string[] {
  const qdiscs = JSON.parse(runCommand(['tc', '-json', 'qdisc', 'show']).stdout || '[]') as readonly {
    readonly kind: string;
    readonly dev: string;
  }[];
  return qdiscs.filter(({ kind }) => kind === 'clsact').map(({ dev }) => dev);
}

/** Takes the qdisc off every device that has no filter on it, but for `kept`. */
export function removeIdleClsact(kept: readonly string[]): void {
  for (const device of listClsactDevices()) {
    if (!kept.includes(device) && !hasFilter(device)) runCommand(['tc', 'qdisc', 'del', 'dev', device, 'clsact']);
  }
}

function hasFilter(device: string): boolean {
  return ['ingress', 'egress'].some(
    (side) => runCommand(['tc', 'filter', 'show', 'dev', device, side]).stdout.trim() !== '',
  );
}
