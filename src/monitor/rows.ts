// The lines of the table of services, each followed by its servers.

import type { ServiceEntry } from '../director/mod.ts';
import { METHOD_NAMES, nameOfEndpoint, nameOfService } from './names.ts';
import { quantityOf, type SortOrder, sortServers, sortServices } from './order.ts';
import type { Activity, View } from './view.ts';

export interface Row {
  readonly level: 'service' | 'server';
  readonly name: string;
  /** Of a service its scheduler, of a server its forwarding method. */
  readonly how: string;
  readonly activity: Activity;
  /** Of a service in all services, of a server in its service; undefined where there is nothing to share. */
  readonly share: number | undefined;
}

export interface RowOptions {
  readonly order: SortOrder;
  /** Leave the servers out. */
  readonly folded: boolean;
}

export function rowsOf({ services }: View, { order, folded }: RowOptions): readonly Row[] {
  const total = sumOf(services, order);
  return sortServices(services, order).flatMap(({ entry, activity, servers }) => {
    const service: Row = {
      level: 'service',
      name: nameOfService(entry),
      how: schedulingOf(entry),
      activity,
      share: shareOf(quantityOf(order, activity), total),
    };
    if (folded) return [service];
    const serviceTotal = sumOf(servers, order);
    const rows = sortServers(servers, order).map(
      (server): Row => ({
        level: 'server',
        name: nameOfEndpoint(server.entry),
        how: METHOD_NAMES[server.entry.method],
        activity: server.activity,
        share: shareOf(quantityOf(order, server.activity), serviceTotal),
      }),
    );
    return [service, ...rows];
  });
}

function schedulingOf({ scheduler, onePacket }: ServiceEntry): string {
  return onePacket ? `${scheduler} ops` : scheduler;
}

function sumOf(items: readonly { readonly activity: Activity }[], order: SortOrder): number {
  return items.reduce((total, { activity }) => total + quantityOf(order, activity), 0);
}

function shareOf(quantity: number, total: number): number | undefined {
  return total > 0 ? quantity / total : undefined;
}
