// `lvskit serve lab`: one process that listens in the namespaces of a lab's realservers. It answers with their hostnames
// itself. A service that blocks in what it serves becomes a process of its realserver when somebody comes: it is started
// with the socket on which the connection waits.

import { namespacePath, readLab } from '../lab/mod.ts';
import { serveLineOn } from '../measure/mod.ts';
import { ANY_ADDRESS } from '../model/mod.ts';
import { awaitReadable, closeSocket, inNetworkNamespace, listenTcp } from '../system/mod.ts';
import { isShared, type ServedPort, servedPorts, startWithListener } from './lab-services.ts';

/** Goes on for as long as it has something to answer or to wait for. Throws LAB_UNKNOWN, SOCKET_PORT_IN_USE. */
export async function serveLab(name: string): Promise<void> {
  const lab = readLab(name);
  const start = new Map<number, () => void>();
  for (const served of servedPorts(lab).filter(isShared)) {
    const listener = listenAt(served);
    const { hostname, service } = served;
    if (service === undefined) serveLineOn(listener, hostname);
    else start.set(listener, () => startWithListener(lab, served, service, listener));
  }
  while (start.size > 0) {
    for (const listener of await awaitReadable([...start.keys()])) {
      start.get(listener)?.();
      start.delete(listener);
      closeSocket(listener);
    }
  }
}

function listenAt({ namespace, port }: ServedPort): number {
  return inNetworkNamespace(namespacePath(namespace), () => listenTcp({ address: ANY_ADDRESS, port }));
}
