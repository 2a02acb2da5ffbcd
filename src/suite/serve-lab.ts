// `lvskit serve lab`: one process that listens in the namespaces of a lab's realservers. It answers with their hostnames
// itself; netpipe's workers, which block in what they serve, it starts where somebody comes.

import { enterNamespace, namespacePath, readLab } from '../lab/mod.ts';
import { serveLineOn } from '../measure/mod.ts';
import { ANY_ADDRESS } from '../model/mod.ts';
import { awaitReadable, closeSocket, inNetworkNamespace, keepWorkers, listenTcp, ownLauncher } from '../system/mod.ts';
import { isShared, type ServedPort, servedPorts } from './lab-services.ts';

/** Of one realserver; further clients wait in the kernel. */
const MOST_WORKERS = 64;

/** Goes on for as long as this process. Throws LAB_UNKNOWN, SOCKET_PORT_IN_USE. */
export async function serveLab(name: string): Promise<void> {
  const asleep = new Map<number, ServedPort>();
  for (const served of servedPorts(readLab(name)).filter(isShared)) {
    const listener = listenAt(served);
    if (served.service === undefined) serveLineOn(listener, served.hostname);
    else asleep.set(listener, served);
  }
  while (asleep.size > 0) {
    for (const listener of await awaitReadable([...asleep.keys()])) {
      void serveByWorkers(listener, asleep.get(listener) as ServedPort);
      asleep.delete(listener);
    }
  }
}

function listenAt({ namespace, port }: ServedPort): number {
  return inNetworkNamespace(namespacePath(namespace), () => listenTcp({ address: ANY_ADDRESS, port }));
}

/** That it cannot is this realserver's misfortune alone: nobody listens there any more. */
async function serveByWorkers(listener: number, { machine, namespace, port, service }: ServedPort): Promise<void> {
  const words = ['serve', service?.name ?? '', '--port', String(port), ...(service?.words ?? [])];
  const command = [...enterNamespace(namespace), ...ownLauncher(), ...words];
  try {
    await keepWorkers({ listener, spare: 1, most: MOST_WORKERS, command });
  } catch (error) {
    console.error(`${machine}: ${(error as Error).message}`);
    closeSocket(listener);
  }
}
