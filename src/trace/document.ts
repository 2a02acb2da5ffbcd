// A traced packet as one line of JSON, for programs.

import type { TracedPacket } from './packet.ts';
import { reasonOf } from './reason.ts';

/** Fields that do not apply are left out. */
export function formatPacketJson(packet: TracedPacket): string {
  const { timeUs, steps, mark, room, servers, serverCount, drop, ...rest } = packet;
  const seconds = new Date(Math.floor(timeUs / 1000)).toISOString().replace(/Z$/, '');
  return JSON.stringify({
    time: `${seconds}${String(Math.floor(timeUs % 1000)).padStart(3, '0')}Z`,
    ...rest,
    mark: mark || undefined,
    servers: serverCount > 0 ? servers : undefined,
    serverCount: serverCount || undefined,
    steps: [...steps],
    reason: drop ?? reasonOf(packet)?.code,
    room: room || undefined,
  });
}
