// The loop of the watcher: waits for the kernel to tell of devices and addresses, and has the director attached to the
// NICs that have come. Forwarding does not depend on it, so it gets over every fault and tries again.

import { openWatched } from '../dataplane/mod.ts';
import { listenForLinks } from '../system/mod.ts';
import { directorAbsent } from './errors.ts';

/** How often it looks without being told: whether it is still needed, and at what has failed before. */
const LOOK_MS = 2000;

/**
 * Runs until the signal, the end of the director or that of the network namespace, which is not to live on for its
 * sake. Throws WATCH_NO_DIRECTOR, SOCKET_FAILED.
 */
export async function watchNics(onFault: (error: unknown) => void, signal: AbortSignal): Promise<void> {
  const watched = openWatched();
  if (watched === undefined) throw directorAbsent();
  // From before the first look, so that nothing comes between.
  const events = listenForLinks();
  const attach = (): boolean => {
    try {
      return watched.attach();
    } catch (error) {
      // A device may have gone while it was attached to.
      onFault(error);
      return true;
    }
  };
  watched.record();
  while (!signal.aborted && watched.isInhabited() && attach()) await events.wait(LOOK_MS);
  events.close();
}
