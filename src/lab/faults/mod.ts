// Every fault that `lvskit lab fault` can put into a lab, in the order of the list.

import { arpAnnounce, arpVip } from './arp.ts';
import {
  directorDetached,
  directorDown,
  serverMethod,
  serverMissing,
  serverWeight,
  serviceMissing,
} from './director.ts';
import type { Fault } from './fault.ts';
import { acceptLocal, ipForward, rpFilter, sendRedirects } from './kernel-settings.ts';
import { checksum, conntrack, firewall, mtuBlackHole, mtuMismatch, nicDown } from './packets.ts';
import { asymmetricRoute, clientRoute, defaultGateway, directClient } from './routes.ts';
import { deadService, decapsulation } from './services.ts';
import { directorVipMissing, vipDevice, vipMissing } from './vip.ts';

export type { Fault } from './fault.ts';
export { findFault, injectFault, undoFault } from './inject.ts';

export const FAULTS: readonly Fault[] = [
  arpVip,
  arpAnnounce,
  vipMissing,
  vipDevice,
  directorVipMissing,
  defaultGateway,
  asymmetricRoute,
  clientRoute,
  directClient,
  ipForward,
  rpFilter,
  acceptLocal,
  sendRedirects,
  nicDown,
  mtuMismatch,
  mtuBlackHole,
  checksum,
  firewall,
  conntrack,
  deadService,
  decapsulation,
  directorDetached,
  directorDown,
  serviceMissing,
  serverMissing,
  serverWeight,
  serverMethod,
];
