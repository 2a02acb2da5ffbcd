// The service table and the settings of a lab's director, read and changed from outside: what ipvsadm lists, also while
// something goes on.

import { type BpfDataPlane, findDataPlane } from '../dataplane/mod.ts';
import { isMarkKey, type ServiceEntry, type ServiceKey, type Settings } from '../director/mod.ts';
import { findMachine, type Lab, namespacePath } from '../lab/mod.ts';
import { LvskitError } from '../model/mod.ts';
import { inNetworkNamespace } from '../system/mod.ts';

/** A line of `ipvsadm -Ln` under its service. */
export interface ListedServer {
  /** `udp 192.168.1.110:2049`, or `mark 1` */
  readonly service: string;
  readonly server: string;
  /** ActiveConn, InActConn, and those that keep clients (persistence). */
  readonly active: number;
  readonly inactive: number;
  readonly persistent: number;
}

/** Throws DIRECTOR_NOT_THERE where another one forwards. */
function listServers(lab: Lab): readonly ListedServer[] {
  return onDirector(lab, (plane) =>
    plane.readStatus().flatMap(({ entry, servers }) =>
      servers.map(({ entry: server, activeConnections, inactiveConnections, persistentConnections }) => ({
        service: nameOf(entry),
        server: `${server.address}:${server.port}`,
        active: activeConnections,
        inactive: inactiveConnections,
        persistent: persistentConnections,
      })),
    ),
  );
}

/** What `work` gives, and the listings from its beginning to its end, one every `everyMs` and one when it has ended. */
export async function listServersDuring<T>(
  lab: Lab,
  everyMs: number,
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly listings: readonly (readonly ListedServer[])[] }> {
  const listings: (readonly ListedServer[])[] = [];
  const timer = setInterval(() => listings.push(listServers(lab)), everyMs);
  try {
    const result = await work();
    return { result, listings: [...listings, listServers(lab)] };
  } finally {
    clearInterval(timer);
  }
}

/** Changes services as `ipvsadm -E` does: their servers and connections stay. Throws DIRECTOR_NOT_THERE. */
export function editServices(lab: Lab, edit: (service: ServiceEntry) => ServiceEntry): void {
  onDirector(lab, (plane) => plane.update((table) => table.map(edit)));
}

/** As `lvskit director set` does; the others stay. Throws DIRECTOR_NOT_THERE. */
export function changeSettings(lab: Lab, settings: Partial<Settings>): void {
  onDirector(lab, (plane) => plane.changeSettings(settings));
}

/** Packets that the director has dropped, for whatever reason. Throws DIRECTOR_NOT_THERE. */
export function countDrops(lab: Lab): number {
  return onDirector(lab, (plane) => [...plane.readDrops().values()].reduce((sum, count) => sum + count, 0));
}

function onDirector<T>(lab: Lab, work: (plane: BpfDataPlane) => T): T {
  return inNetworkNamespace(namespacePath(findMachine(lab.plan, 'director').namespace), () => {
    const plane = findDataPlane();
    if (plane === undefined) throw directorNotThere(lab.plan.name);
    try {
      return work(plane);
    } finally {
      plane.close();
    }
  });
}

function nameOf(key: ServiceKey): string {
  return isMarkKey(key) ? `mark ${key.mark}` : `${key.protocol} ${key.address}:${key.port}`;
}

function directorNotThere(lab: string): LvskitError {
  return new LvskitError('DIRECTOR_NOT_THERE', `lab ${lab}: its director is not lvskit's, or has no services`, {
    fields: { lab },
    remedy: 'measure a system that goes by lvskit: nat, dr or tun',
  });
}
