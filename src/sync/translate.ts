// Between the data plane's connections and the entries of messages: IPVS's flags. Pure.

import type { SharedConnection } from '../dataplane/mod.ts';
import { familyOf } from '../model/mod.ts';
import { FLAG, type SyncEntry } from './entry.ts';

const FORWARDING: Readonly<Record<SharedConnection['method'], number>> = {
  nat: FLAG.MASQ,
  local: FLAG.LOCALNODE | FLAG.NOOUTPUT,
  tun: FLAG.TUNNEL | FLAG.NOOUTPUT,
  dr: FLAG.DROUTE | FLAG.NOOUTPUT,
};

const METHOD_OF: ReadonlyMap<number, SharedConnection['method']> = new Map([
  [FLAG.MASQ, 'nat'],
  [FLAG.LOCALNODE, 'local'],
  [FLAG.TUNNEL, 'tun'],
  [FLAG.DROUTE, 'dr'],
]);

/** Undefined for a connection between address families, which messages have no room for. */
export function entryOf(connection: SharedConnection): SyncEntry | undefined {
  const { method, isTemplate, isInactive, protocol, state, mark, timeoutS, client, virtual, server } = connection;
  if (familyOf(server.address) !== familyOf(client.address)) return undefined;
  // IPVS's templates are marked as inactive, too.
  const kind = isTemplate ? FLAG.TEMPLATE | FLAG.INACTIVE : isInactive ? FLAG.INACTIVE : 0;
  const flags = FORWARDING[method] | kind;
  return { protocol, flags, state, mark, timeoutS, client, virtual, server, hasEngineData: false };
}

/**
 * Undefined for what this data plane has no place for: connections that bypass the servers, that lack the client's
 * port, or templates of persistence engines.
 */
export function connectionOf(entry: SyncEntry): SharedConnection | undefined {
  const { flags, protocol, state, mark, timeoutS, client, virtual, server } = entry;
  const method = METHOD_OF.get(flags & FLAG.FORWARD_MASK);
  const isTemplate = (flags & FLAG.TEMPLATE) !== 0;
  if (method === undefined) return undefined;
  if (isTemplate ? entry.hasEngineData : (flags & FLAG.NO_CPORT) !== 0) return undefined;
  const isInactive = !isTemplate && (flags & FLAG.INACTIVE) !== 0;
  return { protocol, isTemplate, isInactive, method, state, mark, timeoutS, client, virtual, server };
}
