// Sysctls of this network namespace, with those that the kernel changes by itself when one is written.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { listDevices } from './device-names.ts';
import type { Setter } from './setter.ts';
import type { TaskOf } from './task.ts';

export interface SysctlBefore {
  /** Null: there was no such key. */
  readonly value: string | null;
  /** Other keys that change with this one, and their values. */
  readonly besides: Readonly<Record<string, string>>;
}

const ROOT = '/proc/sys';

export const sysctls: Setter<TaskOf<'sysctl'>, SysctlBefore> = {
  look({ key, value }) {
    const present = readSysctl(key);
    if (present === value) return undefined;
    const besides = sideEffects(key, value, listDevices()).flatMap(([other]) => {
      const text = readSysctl(other);
      return text === undefined ? [] : [[other, text]];
    });
    return { value: present ?? null, besides: Object.fromEntries(besides) };
  },

  make({ key, value }) {
    writeSysctl(key, value);
  },

  undo({ key, value }, before) {
    const present = readSysctl(key);
    if (present === undefined || before.value === null || present === before.value) return undefined;
    if (present !== value) return `${key} is ${present} by now`;
    const wanted = sideEffects(key, value, listDevices()).flatMap(([other, caused]) => {
      const old = before.besides[other];
      const now = readSysctl(other);
      if (old === undefined || now === undefined) return [];
      return [[other, now === caused ? old : now]] as const;
    });
    writeSysctl(key, before.value);
    for (const [other, text] of wanted) if (readSysctl(other) !== text) writeSysctl(other, text);
    return undefined;
  },
};

/**
 * Keys that the kernel changes when `key` is set to another `value`, and what to (net/ipv4/devinet.c, v6.1):
 * inet_forward_change() for ip_forward; devinet_copy_dflt_conf() for a default, which goes to the devices whose own
 * value nobody has set. Exported for tests.
 */
export function sideEffects(key: string, value: string, devices: readonly string[]): readonly [string, string][] {
  const conf = (device: string, name: string) => `net.ipv4.conf.${device.replaceAll('.', '/')}.${name}`;
  if (key === 'net.ipv4.ip_forward') {
    return [
      [conf('all', 'accept_redirects'), value === '0' ? '1' : '0'],
      ...['default', ...devices].map((device): [string, string] => [conf(device, 'forwarding'), value]),
    ];
  }
  const name = /^net\.ipv4\.conf\.default\.(\w+)$/.exec(key)?.[1];
  return name === undefined ? [] : devices.map((device) => [conf(device, name), value]);
}

/** A slash in a key is a dot in a file's name: `net.ipv4.conf.eth0/5.rp_filter`. */
function fileOf(key: string): string {
  return join(ROOT, ...key.split('.').map((part) => part.replaceAll('/', '.')));
}

function readSysctl(key: string): string | undefined {
  try {
    return readFileSync(fileOf(key), 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function writeSysctl(key: string, value: string): void {
  // O_WRONLY alone: /proc makes no files, and ENOENT names the key that is missing.
  writeFileSync(fileOf(key), `${value}\n`, { flag: 'r+' });
}
