// An NFS session of this process in a network namespace: it keeps the thread until it is done, which is all that it
// needs to be there.

import { type NfsOptions, NfsSession } from '../../../src/measure/clients/nfs/session.ts';
import type { Ipv4 } from '../../../src/model/mod.ts';
import { inNetworkNamespace } from '../../../src/system/mod.ts';

const OPTIONS = {
  port: 2049,
  mountPort: 20_048,
  transport: 'udp',
  exportPath: '/files',
  readBytes: 8192,
  writeBytes: 8192,
  window: 6,
  // Longer than a busy machine makes anyone wait: 3 s were not.
  retransmitMs: 10_000,
  timeoutMs: 30_000,
} as const;

/** Mounts from inside the namespace, does `work` there, and closes the session. */
export function withNfsSession<T>(
  namespace: string,
  address: Ipv4,
  options: Partial<NfsOptions>,
  work: (session: NfsSession) => T,
): T {
  return inNetworkNamespace(`/run/netns/${namespace}`, () => {
    const session = new NfsSession({ ...OPTIONS, ...options, address });
    try {
      return work(session);
    } finally {
      session.close();
    }
  });
}
