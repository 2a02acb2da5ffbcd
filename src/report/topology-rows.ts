// What the box of a machine says: its NICs, and how it holds the VIP.

import type { Cluster, Machine } from '../model/mod.ts';

export interface Row {
  readonly kind: 'nic' | 'vip' | 'detail';
  readonly text: string;
  /** Set apart to the left of the text: a device's name. */
  readonly lead: string;
}

export const ROW_HEIGHT = 20;

/** `last` is the end of a row of alike machines that share the box. */
export function describeRows(cluster: Cluster, machine: Machine, last: Machine | undefined): Row[] {
  return [...describeRole(cluster, machine), ...describeNics(machine, last), ...describeVip(cluster, machine)];
}

function describeRole({ method, services, forwardingEnabled }: Cluster, machine: Machine): Row[] {
  if (machine.role !== 'director') return [];
  if (!forwardingEnabled) return [{ kind: 'detail', lead: '', text: 'forwarding is off' }];
  const schedulers = [...new Set(services.map(({ scheduler }) => scheduler))].join(', ');
  return [
    { kind: 'detail', lead: '', text: `VS-${method.toUpperCase()}${schedulers === '' ? '' : `, ${schedulers}`}` },
  ];
}

function describeNics(machine: Machine, last: Machine | undefined): Row[] {
  return machine.nics.map((nic, index) => {
    const end = last?.nics[index]?.address.split('.').at(-1);
    return { kind: 'nic', lead: nic.device, text: end === undefined ? nic.address : `${nic.address} … .${end}` };
  });
}

function describeVip({ vip: { address } }: Cluster, { vip }: Machine): Row[] {
  if (vip === undefined) return [];
  switch (vip.kind) {
    case 'arping':
      return [vipRow(address), { kind: 'detail', lead: '', text: `on ${vip.label ?? vip.device}, answers ARP` }];
    case 'silent':
      return [vipRow(address), { kind: 'detail', lead: '', text: `on ${vip.label ?? vip.device}, silent` }];
    case 'transparent-proxy':
      return [vipRow(address), { kind: 'detail', lead: '', text: 'on no device: transparent proxy' }];
  }
}

function vipRow(address: string): Row {
  return { kind: 'vip', lead: 'VIP', text: address };
}
