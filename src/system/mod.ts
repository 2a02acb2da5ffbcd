// The system area's public face: the only code that spawns programs or calls libc.

export { pinProcess } from './affinity.ts';
export {
  findProgram,
  quote,
  requireRoot,
  runCommand,
  runCommandAsync,
} from './command.ts';
export { readNamespacesCpuNs, readSoftirqNs } from './cpu-time.ts';
export { ownLauncher, startDaemon } from './daemon.ts';
export { CommandError } from './errors.ts';
export { withFileLock } from './file-lock.ts';
export { type Ending, type LineProcess, startLineProcess } from './line-process.ts';
export { inNetworkNamespace, interfaceIndex, localAddressTowards, networkNamespaceCookie } from './netns.ts';
export { allocatePinned, type PinnedMemory } from './pinned-memory.ts';
export { replaceProcess } from './replace-process.ts';
export { endAtOnceOnSignals } from './signals.ts';
export { SocketError, socketError } from './socket-errors.ts';
export {
  acceptTcp,
  type ConnectOptions,
  closeSocket,
  connectTcp,
  listenTcp,
  localPort,
  type SocketAddress,
} from './sockets.ts';
export { exchangeAll, receiveAll, sendAll, watchTransfers } from './transfers.ts';
