// Devices that the kernel makes (dummy0, tunl0) and whether a device is up.

import { runCommand } from '../system/mod.ts';
import { deviceExists } from './device-names.ts';
import { readHostAddresses } from './host-addresses.ts';
import { ipIp } from './ipip-module.ts';
import type { Setter } from './setter.ts';
import type { TaskOf } from './task.ts';

/** There was no such device. */
export type DeviceBefore = Readonly<Record<never, never>>;

export const devices: Setter<TaskOf<'device'>, DeviceBefore> = {
  look: ({ device }) => (deviceExists(device) ? undefined : {}),

  make(task) {
    if (task.type === 'ipip') ipIp.load();
    else addDevice(task);
  },

  undo({ device, type }) {
    if (!deviceExists(device)) return undefined;
    if (hasAddress(device)) return `${device} has another address by now`;
    if (type === 'ipip') return ipIp.unload();
    runCommand(['ip', 'link', 'del', device]);
    return undefined;
  },
};

/** Where the module was not loaded, loading it may have made the device (its option numdummies is 1 by default). */
function addDevice({ device, type }: TaskOf<'device'>): void {
  const { status } = runCommand(['ip', 'link', 'add', device, 'type', type], { allowFailure: true });
  if (status !== 0 && !deviceExists(device)) runCommand(['ip', 'link', 'add', device, 'type', type]);
}

/** The device was down. */
export type LinkBefore = Readonly<Record<never, never>>;

export const linksUp: Setter<TaskOf<'link-up'>, LinkBefore> = {
  look: ({ device }) => (isUp(device) ? undefined : {}),

  make({ device }) {
    runCommand(['ip', 'link', 'set', device, 'up']);
  },

  undo({ device }) {
    if (!isUp(device)) return undefined;
    if (hasAddress(device)) return `${device} has another address by now, and stays up`;
    runCommand(['ip', 'link', 'set', device, 'down']);
    return undefined;
  },
};

function isUp(device: string): boolean {
  if (!deviceExists(device)) return false;
  const { stdout } = runCommand(['ip', '-json', 'link', 'show', 'dev', device]);
  const [link] = JSON.parse(stdout) as readonly { readonly flags: readonly string[] }[];
  return link?.flags.includes('UP') ?? false;
}

function hasAddress(device: string): boolean {
  return readHostAddresses().some((present) => present.device === device);
}
