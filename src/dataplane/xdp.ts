// The director's short way (bpf/xdp.bpf.c) on NICs: a second program, in front of the one at the ingress, that shares
// its tables. Taking it away at any time only makes packets go the long way.

import { closeSync, existsSync, rmSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { interfaceIndex, macAddress, runCommand } from '../system/mod.ts';
import { BpfMap, U32, U64 } from './bpf-map.ts';
import { xdpAttachFailed } from './errors.ts';
import { lastErrno, libbpf } from './libbpf.ts';
import { loadProgram } from './program.ts';

/** native: in the driver; generic: by the kernel on any device, which gains nothing but shows that it works. */
const XDP_MODES = ['native', 'generic'] as const;
export type XdpMode = (typeof XDP_MODES)[number];

/** <linux/if_link.h> */
const MODE_FLAGS: Readonly<Record<XdpMode, number>> = { generic: 2, native: 4 };

/** Pinned beside the maps where the short way is wanted. */
export const XDP_PROGRAM = 'lvs_xdp';
const OBJECT = 'xdp';
const PORTS = 'lvs_xdp_ports';
const MACS = 'lvs_xdp_macs';

const { EOPNOTSUPP, ENODEV } = constants.errno;

/** Loads the program beside the director's. Throws BPF_OBJECT_MISSING, BPF_LOAD_FAILED. */
export function loadXdp(directory: string): void {
  // The kernel adds a flag to maps of ports, after which libbpf 1.1 takes them for others: each load has new ones.
  for (const name of [PORTS, MACS, XDP_PROGRAM]) rmSync(join(directory, name), { force: true });
  loadProgram({ object: OBJECT, program: XDP_PROGRAM }, directory);
}

export interface XdpOptions {
  readonly mode: XdpMode;
  /** The far ends of this namespace's veth pairs are known to take frames from XDP (GRO is on there). */
  readonly vethsTakeFrames: boolean;
}

/** Puts the pinned program on the devices, again where it is already. Throws XDP_ATTACH_FAILED, with none attached anew. */
export function attachXdp(directory: string, devices: readonly string[], { mode, vethsTakeFrames }: XdpOptions): void {
  const fd = libbpf().objGet(join(directory, XDP_PROGRAM));
  if (fd < 0) throw xdpAttachFailed('any device', mode, lastErrno());
  const attached: string[] = [];
  try {
    for (const device of devices) {
      const ifindex = interfaceIndex(device);
      if (ifindex === undefined) throw xdpAttachFailed(device, mode, ENODEV);
      const wasThere = isXdpAttached(device);
      if (libbpf().xdpAttach(ifindex, fd, MODE_FLAGS[mode], null) !== 0) {
        throw xdpAttachFailed(device, mode, lastErrno());
      }
      if (!wasThere) attached.push(device);
    }
    noteMacs(directory, devices);
    const veths = mode === 'generic' || vethsTakeFrames ? [] : listVeths();
    openPorts(
      directory,
      devices.filter((device) => !veths.includes(device)),
    );
  } catch (error) {
    for (const device of attached) detachXdp(device);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/**
 * A veth drops a frame from XDP, without a word, when its far end has neither a program nor GRO; and the far end is in
 * another namespace, where nobody here can look.
 */
function listVeths(): string[] {
  const { stdout } = runCommand(['ip', '-json', 'link', 'show', 'type', 'veth']);
  return (JSON.parse(stdout || '[]') as { ifname?: string }[]).flatMap(({ ifname }) => ifname ?? []);
}

interface Link {
  readonly ifname: string;
  readonly ifindex: number;
  readonly master?: string;
  /** The device that this one lies upon. */
  readonly link?: string;
  readonly linkinfo?: { readonly info_kind?: string };
}

/**
 * Tells the program what is addressed to these devices. A bond's frames come in by its members, in its name. Nothing is
 * taken where VLANs lie upon a device: generic XDP sees no tag that the NIC has taken off, and sends it on.
 */
export function noteMacs(directory: string, devices: readonly string[]): void {
  // An older version's program does not ask.
  if (!existsSync(join(directory, MACS))) return;
  const links = JSON.parse(runCommand(['ip', '-json', '-details', 'link', 'show']).stdout || '[]') as Link[];
  const trunks = links.flatMap(({ link, linkinfo }) => (linkinfo?.info_kind === 'vlan' && link ? [link] : []));
  const macs = new BpfMap(join(directory, MACS), U32, U64);
  try {
    for (const { ifname, ifindex, master } of links) {
      const device = devices.find((each) => each === ifname) ?? devices.find((each) => each === master);
      const mac = device === undefined || trunks.includes(device) ? undefined : macAddress(device);
      if (mac === undefined) macs.delete({ value: ifindex });
      else macs.set({ value: ifindex }, { value: Buffer.from(mac).readUIntLE(0, mac.length) });
    }
  } finally {
    macs.close();
  }
}

/** Those of the devices by which frames go out without the stack. */
export function listPorts(directory: string, devices: readonly string[]): readonly string[] {
  if (!existsSync(join(directory, XDP_PROGRAM))) return [];
  const ports = new BpfMap(join(directory, PORTS), U32, U32);
  try {
    return devices.filter((device) => ports.get({ value: interfaceIndex(device) ?? 0 }) !== undefined);
  } finally {
    ports.close();
  }
}

/** Frames may go out by these devices without the stack; one whose driver can't take them stays on the long way. */
function openPorts(directory: string, devices: readonly string[]): void {
  const ports = new BpfMap(join(directory, PORTS), U32, U32);
  try {
    for (const device of devices) {
      const ifindex = interfaceIndex(device);
      if (ifindex === undefined) continue;
      ports.setWhere({ value: ifindex }, { value: ifindex }, (errno) => errno === EOPNOTSUPP);
    }
  } finally {
    ports.close();
  }
}

/** Whether an XDP program is on the device, ours or another. */
export function isXdpAttached(device: string): boolean {
  const ifindex = interfaceIndex(device);
  if (ifindex === undefined) return false;
  const id = [0];
  return libbpf().xdpQueryId(ifindex, 0, id) === 0 && id[0] !== 0;
}

/** Takes XDP programs of this mode, or of either, off the device; one that has none is left alone. */
export function detachXdp(device: string, mode?: XdpMode): void {
  const ifindex = interfaceIndex(device);
  if (ifindex === undefined) return;
  for (const each of mode === undefined ? XDP_MODES : [mode]) libbpf().xdpDetach(ifindex, MODE_FLAGS[each], null);
}
