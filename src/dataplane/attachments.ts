// The NICs of this network namespace and which of the director's programs are on each: at the ingress always, at the
// egress while the director is a server itself, in front of both (XDP) where that was asked for.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { macAddress } from '../system/mod.ts';
import { lvsFeatures, lvsXdpMode } from './abi.ts';
import {
  attachToEgress,
  attachToIngress,
  detachFromEgress,
  detachFromFront,
  detachFromIngress,
  isAttached,
  isAttachedToEgress,
  isWellAttached,
} from './attach.ts';
import { readConfig } from './config.ts';
import { listDevices, listNics } from './devices.ts';
import { LOCAL_ANSWERS_PROGRAM, settleLocalAnswers } from './local-answers.ts';
import { closeMaps, type Maps, openMaps } from './maps.ts';
import { attachMarkPort } from './mark-port.ts';
import { MARK_DEVICES } from './mark-rules.ts';
import { DIRECTOR_PROGRAM, findStateDirectory, type StateDirectory } from './state-directory.ts';
import { removeTracers } from './trace-attachments.ts';
import { attachXdp, detachXdp, isXdpAttached, listPorts, loadXdp, noteMacs, XDP_PROGRAM } from './xdp.ts';

/** tc: the ingress alone. xdp: a short way in the NIC's driver before it; xdp-generic: the same on any device. */
export const ATTACH_MODES = ['tc', 'xdp', 'xdp-generic'] as const;
export type AttachMode = (typeof ATTACH_MODES)[number];

const XDP_MODES: Readonly<Record<AttachMode, number>> = {
  tc: lvsXdpMode.LVS_XDP_NONE,
  xdp: lvsXdpMode.LVS_XDP_NATIVE,
  'xdp-generic': lvsXdpMode.LVS_XDP_GENERIC,
};

export interface Attachment {
  readonly device: string;
  readonly attached: boolean;
  readonly xdp: boolean;
  /** Whether packets leave by it without the stack, too. */
  readonly xdpOut: boolean;
}

export function listAttachments(): Attachment[] {
  const directory = findStateDirectory();
  const nics = listNics();
  const ports = directory === undefined ? [] : listPorts(directory.path, nics);
  return nics.map((device) => {
    const xdp = isXdpAttached(device);
    return { device, attached: isAttached(device), xdp, xdpOut: xdp && ports.includes(device) };
  });
}

function withMaps<T>(directory: StateDirectory, work: (maps: Maps) => T): T {
  const maps = openMaps(directory.path);
  try {
    return work(maps);
  } finally {
    closeMaps(maps);
  }
}

/**
 * Puts the programs that are pinned on every NIC, in place of those of an older version; with a mode, as it says from
 * now on. Throws BPF_ATTACH_FAILED, XDP_ATTACH_FAILED, BPF_LOAD_FAILED.
 */
export function attachAll(directory: StateDirectory, mode?: AttachMode, vethsTakeFrames = false): void {
  const nics = listNics();
  for (const nic of nics) attachToIngress(join(directory.path, DIRECTOR_PROGRAM), nic);
  withMaps(directory, (maps) => {
    const config = readConfig(maps);
    settleLocalAnswers(directory, (config.features & lvsFeatures.LVS_HAS_LOCAL_NAT) !== 0);
    const xdpMode = mode === undefined ? config.xdp_mode : XDP_MODES[mode];
    settleXdp(directory, nics, xdpMode, vethsTakeFrames);
    if (xdpMode !== config.xdp_mode) maps.config.set({ value: 0 }, { ...config, xdp_mode: xdpMode });
  });
}

function settleXdp(directory: StateDirectory, nics: readonly string[], mode: number, vethsTakeFrames: boolean): void {
  if (mode === lvsXdpMode.LVS_XDP_NONE) {
    if (existsSync(join(directory.path, XDP_PROGRAM))) for (const nic of nics) detachXdp(nic);
    return;
  }
  loadXdp(directory.path);
  const name = mode === lvsXdpMode.LVS_XDP_NATIVE ? 'native' : 'generic';
  for (const nic of nics) detachXdp(nic, name === 'native' ? 'generic' : 'native');
  attachXdp(directory.path, nics, { mode: name, vethsTakeFrames });
}

/** The same for NICs that have come since, and where filters of others have; MAC addresses may have changed, too. */
export function attachNew(directory: StateDirectory): void {
  const nics = listNics();
  if (nics.some((nic) => !isWellAttached(nic))) attachAll(directory);
  else if (existsSync(join(directory.path, XDP_PROGRAM))) noteMacs(directory.path, nics);
}

/** Devices that the director is on, whichever of its versions, also such as are not NICs any more for a while. */
export function listAttachedDevices(): readonly string[] {
  return listDevices().filter(isAttached);
}

/**
 * Puts the programs that are pinned, of whatever version, in the place of those that are attached, and nowhere else.
 *
 * @param xdpMode how XDP is on the NICs that have it: enum lvs_xdp_mode
 * Throws BPF_ATTACH_FAILED, XDP_ATTACH_FAILED.
 */
export function reattach(directory: StateDirectory, xdpMode: number): void {
  const at = (program: string) => join(directory.path, program);
  for (const device of listAttachedDevices()) {
    if (macAddress(device) === undefined) {
      // Where older versions were to no purpose.
      detachFromIngress(device);
      detachFromEgress(device);
      continue;
    }
    attachToIngress(at(DIRECTOR_PROGRAM), device);
    detachFromFront(device);
    const answers = device !== MARK_DEVICES.into && isAttachedToEgress(device);
    if (answers) attachToEgress(at(LOCAL_ANSWERS_PROGRAM), device);
  }
  attachMarkPort(directory);
  if (xdpMode === lvsXdpMode.LVS_XDP_NONE || !existsSync(at(XDP_PROGRAM))) return;
  const mode = xdpMode === lvsXdpMode.LVS_XDP_NATIVE ? 'native' : 'generic';
  attachXdp(directory.path, listNics().filter(isXdpAttached), { mode, vethsTakeFrames: false });
}

/** Takes everything of the director off every device. */
export function detachAll(): void {
  const devices = listDevices();
  const isOurs = devices.some(isAttached);
  for (const device of devices) {
    removeTracers(device);
    if (isOurs) detachXdp(device);
    detachFromIngress(device);
    detachFromFront(device);
    detachFromEgress(device);
  }
}
