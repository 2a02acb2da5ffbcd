// The system area's public face: the only code that spawns programs or calls libc.

export { pinProcess } from './affinity.ts';
export { readBootId } from './boot-id.ts';
export {
  CGROUP_CONTROLLERS,
  type CgroupController,
  findCgroup,
  joinCgroup,
  limitCgroupCpu,
  limitCgroupDisk,
  limitCgroupMemory,
  removeCgroup,
} from './cgroups.ts';
export {
  findProgram,
  hasProgram,
  quote,
  requireRoot,
  runCommand,
  runCommandAsync,
} from './command.ts';
export { readCpuTicks, readNamespacesCpuNs, readSoftirqNs } from './cpu-time.ts';
export { ownLauncher, passedListener, startDaemon } from './daemon.ts';
export { assertUdpPortFree, connectUdp, pathMtu, receiveBufferBytes } from './datagrams.ts';
export { Epoll, READY } from './epoll.ts';
export { CommandError } from './errors.ts';
export { exchangePaths } from './exchange-paths.ts';
export { dropFileCache, requireDisk } from './file-cache.ts';
export { takeFileLock, withFileLock } from './file-lock.ts';
export { type ForegroundOptions, type ForegroundResult, runInForeground } from './foreground.ts';
export { type Ending, type LineProcess, startLineProcess } from './line-process.ts';
export { listenForLinks } from './link-events.ts';
export { monotonicNs, untilNs } from './monotonic-clock.ts';
export { type DeviceCounters, readDeviceCounters, readForwarding, readPassiveOpens } from './net-counters.ts';
export {
  inNetworkNamespace,
  interfaceIndex,
  localAddressTowards,
  macAddress,
  networkNamespaceCookie,
} from './netns.ts';
export { pauseThread } from './pause.ts';
export { allocatePinned, type PinnedMemory, pinBytes } from './pinned-memory.ts';
export { awaitReadable } from './poll.ts';
export { replaceProcess } from './replace-process.ts';
export { endAtOnceOnSignals } from './signals.ts';
export { SocketError, socketError } from './socket-errors.ts';
export {
  acceptTcp,
  type ConnectOptions,
  Connector,
  closeSocket,
  connectTcp,
  endSending,
  errnoNameOf,
  type ListenAddress,
  listenTcp,
  localPort,
  peerAddress,
  type SocketAddress,
  setReceiveTimeout,
  socketProblem,
} from './sockets.ts';
export { type PortRange, PRIVILEGED_PORTS, readLocalPorts, SourcePorts } from './source-ports.ts';
export {
  exchangeAll,
  receiveAll,
  receiveNow,
  receiveSome,
  sendAll,
  sendAllLooking,
  sendNow,
  watchTransfers,
} from './transfers.ts';
export { underWayBytes } from './under-way.ts';
export { isWorker, keepWorkers, sayBusy, sayIdle, WORKER_LISTENER } from './worker-pool.ts';
