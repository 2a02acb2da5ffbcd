// lvskit's own programs on this host: the director's data plane with its services, and the decapsulator.

import {
  attachDecapsulation,
  detachDecapsulation,
  listAttachments,
  openDataPlane,
  readDecapsulated,
  removeDataPlane,
  settleWatcher,
  withDataPlane,
} from '../dataplane/mod.ts';
import { isSameService, type ServiceEntry } from '../director/mod.ts';
import { listClsactDevices, removeIdleClsact } from './ingress-qdiscs.ts';
import { isSameEntry, putService, takeService } from './services.ts';
import type { Setter } from './setter.ts';
import type { TaskOf } from './task.ts';

export interface ProgramBefore {
  readonly loaded: boolean;
  /** Devices that had a clsact qdisc. */
  readonly clsact: readonly string[];
}

export const dataPlane: Setter<TaskOf<'data-plane'>, ProgramBefore> = {
  look() {
    const loaded = withDataPlane(() => true) ?? false;
    if (loaded && listAttachments().every(({ attached }) => attached)) return undefined;
    return { loaded, clsact: listClsactDevices() };
  },

  make() {
    openDataPlane().close();
    // NICs that come later, and filters of others, are minded as after `lvskit director up`.
    settleWatcher(true);
  },

  undo(_, { loaded, clsact }) {
    if (loaded) return undefined;
    const others = withDataPlane((plane) => plane.readStatus().length) ?? 0;
    if (others > 0) return `the data plane stays: it has ${others} other service${others === 1 ? '' : 's'} by now`;
    removeDataPlane();
    removeIdleClsact(clsact);
    return undefined;
  },
};

export interface ServiceBefore {
  /** What was in the table; null: nothing. */
  readonly entry: ServiceEntry | null;
}

export const services: Setter<TaskOf<'virtual-service'>, ServiceBefore> = {
  look({ entry }) {
    const table = withDataPlane((plane) => plane.readStatus().map((status) => status.entry)) ?? [];
    const present = table.find((service) => isSameService(service, entry));
    return present !== undefined && isSameEntry(present, entry) ? undefined : { entry: present ?? null };
  },

  make({ entry }) {
    withDataPlane((plane) => plane.update((table) => putService(table, entry)));
  },

  undo({ entry }, before) {
    let left: string | undefined;
    withDataPlane((plane) =>
      plane.update((table) => {
        const taken = takeService(table, entry, before.entry ?? undefined);
        left = taken.left;
        return taken.table;
      }),
    );
    return left;
  },
};

export const decapsulation: Setter<TaskOf<'decapsulate'>, ProgramBefore> = {
  look({ device, address }) {
    const attached = listAttachments().filter((nic) => nic.attached);
    if (readDecapsulated(address) !== undefined && attached.some((nic) => nic.device === device)) return undefined;
    return { loaded: attached.length > 0, clsact: listClsactDevices() };
  },

  make({ device, address }) {
    attachDecapsulation(device, address);
  },

  undo({ device, address }, { loaded, clsact }) {
    // To forget one virtual address of several is nothing that the decapsulator can do.
    if (loaded) return `the decapsulator, which was there before, goes on taking packets for ${address}`;
    detachDecapsulation(device);
    removeIdleClsact(clsact);
    return undefined;
  },
};
