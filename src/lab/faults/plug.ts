// Pulls the cable of a machine's first NIC and puts a new one in: the NIC is as the lab's plan says, but another device, with
// nothing on it that was attached to the old one.

import { machineBatch, switchBatch } from '../batches.ts';
import type { FaultCommand, FaultPlace } from './fault.ts';
import { firstNic } from './places.ts';

export function plugAnew({ plan, machine }: FaultPlace): readonly FaultCommand[] {
  const { device } = firstNic(machine);
  const link = plan.links.find((each) => each.machine === machine.name && each.device === device);
  const own = plan.machines.find(({ name }) => name === machine.name);
  if (link === undefined || own === undefined) return [];
  const cable = switchBatch(plan).ip.filter((line) => line.includes(` ${link.port} `));
  const { sysctls, ip } = machineBatch(plan, own);
  // Addresses of the other NICs are there still, and cannot be added twice.
  const settings = ip.filter((line) => !line.startsWith('addr add ') || line.endsWith(` dev ${device}`));
  const batch = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
  return [
    { machine: 'switch', argv: ['ip', '-batch', '-'], input: batch([`link del ${link.port}`, ...cable]) },
    { machine: machine.name, argv: ['sysctl', '-e', '-q', '-p', '-'], input: batch(sysctls) },
    { machine: machine.name, argv: ['ip', '-batch', '-'], input: batch(settings) },
  ];
}
