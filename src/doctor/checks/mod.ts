// Every check, in the order in which findings are told: first what is nearest to the wire.

import type { Check } from '../finding.ts';
import { acceptLocal } from './accept-local.ts';
import { arpAnnounce } from './arp-announce.ts';
import { arpVip } from './arp-vip.ts';
import { checksum } from './checksum.ts';
import { conntrack } from './conntrack.ts';
import { deadService } from './dead-service.ts';
import { decapsulation } from './decapsulation.ts';
import { directorDetached, directorDown, directorUnknown } from './director-programs.ts';
import { directorVipMissing } from './director-vip-missing.ts';
import { firewall } from './firewall.ts';
import { ipForward } from './ip-forward.ts';
import { mtuBlackHole } from './mtu-black-hole.ts';
import { mtuMismatch } from './mtu-mismatch.ts';
import { nicDown } from './nic-down.ts';
import { noAnswer } from './no-answer.ts';
import { asymmetricRoute, defaultGateway } from './reply-route.ts';
import { clientRoute, directClient } from './request-route.ts';
import { rpFilter } from './rp-filter.ts';
import { sendRedirects } from './send-redirects.ts';
import { serverMethod, serverMissing, serverWeight, serviceMissing } from './service-table.ts';
import { vipDevice } from './vip-device.ts';
import { vipMissing } from './vip-missing.ts';
import { vipTaken } from './vip-taken.ts';

export const CHECKS: readonly Check[] = [
  nicDown,
  mtuMismatch,
  checksum,
  vipDevice,
  vipMissing,
  directorVipMissing,
  vipTaken,
  arpVip,
  arpAnnounce,
  defaultGateway,
  asymmetricRoute,
  directClient,
  clientRoute,
  ipForward,
  rpFilter,
  acceptLocal,
  sendRedirects,
  conntrack,
  decapsulation,
  directorUnknown,
  directorDown,
  directorDetached,
  serviceMissing,
  serverMissing,
  serverWeight,
  serverMethod,
  deadService,
  firewall,
  mtuBlackHole,
  noAnswer,
];
