// What a host tells of itself: its hardware and its NICs, and what its kernel has counted between two times of its own clock.
// It says nothing of what it cannot see: a number that is missing is no zero.

import { readFileSync } from 'node:fs';
import { cpus, hostname, networkInterfaces, release, totalmem } from 'node:os';
import type { Ipv4 } from '../model/mod.ts';
import {
  interfaceIndex,
  localAddressTowards,
  monotonicNs,
  readCpuTicks,
  readDeviceCounters,
  readForwarding,
  readNamespacesCpuNs,
  readPassiveOpens,
  untilNs,
} from '../system/mod.ts';
import { wrongHostError } from './errors.ts';
import type { ParsedParamsOf, ResultOf } from './protocol.ts';

interface OwnNic {
  readonly device: string;
  readonly mac: string;
}

/** Throws AGENT_WRONG_HOST. */
export function describeMachine(which: ParsedParamsOf<'machine.describe'>): ResultOf<'machine.describe'> {
  const processors = cpus();
  return {
    hostname: hostname(),
    kernel: release(),
    cpuModel: processors[0]?.model.trim() ?? 'unknown',
    cpuCount: processors.length,
    memoryBytes: totalmem(),
    congestionControl: readFileSync('/proc/sys/net/ipv4/tcp_congestion_control', 'utf8').trim(),
    nics: findNics(which).map(describeNic),
  };
}

/** Waits for the window's start and for its end, and counts from one to the other. Throws AGENT_WRONG_HOST. */
export async function countInWindow({
  startNs,
  endNs,
  ...which
}: ParsedParamsOf<'machine.window'>): Promise<ResultOf<'machine.window'>> {
  const nics = findNics(which);
  await untilNs(startNs);
  const before = readCounters();
  await untilNs(endNs);
  const after = readCounters();
  const elapsedNs = Math.max(after.atNs - before.atNs, 1);
  const ticks = Math.max(after.cpu.total - before.cpu.total, 1);
  const processes =
    after.processes === undefined || before.processes === undefined
      ? undefined
      : (after.processes.cpuNs - before.processes.cpuNs) / (after.processes.atNs - before.processes.atNs);
  return {
    elapsedNs,
    links: nics.map(({ device }) => {
      const [first, last] = [before.devices.get(device), after.devices.get(device)];
      if (first === undefined || last === undefined) throw wrongHostError(`no NIC ${device} any more`);
      return { device, inBytes: last.inBytes - first.inBytes, outBytes: last.outBytes - first.outBytes };
    }),
    accepted: after.accepted - before.accepted,
    forwardedShare:
      (after.packets.forwarded - before.packets.forwarded) /
      Math.max(after.packets.received - before.packets.received, 1),
    cpuShare: (after.cpu.busy - before.cpu.busy) / ticks,
    softirqCpuShare: (after.cpu.softirq - before.cpu.softirq) / ticks,
    ...(processes === undefined ? {} : { processCpuShare: Math.max(0, processes) }),
  };
}

function readCounters() {
  return {
    atNs: monotonicNs(),
    devices: readDeviceCounters(),
    cpu: readCpuTicks(),
    accepted: readPassiveOpens(),
    packets: readForwarding(),
    processes: readProcesses(),
  };
}

/** Of all in this network namespace. Those of others are root's to see: without that there is no sum. */
function readProcesses(): { readonly atNs: number; readonly cpuNs: number } | undefined {
  if (process.geteuid?.() !== 0) return undefined;
  const atNs = monotonicNs();
  const [cpuNs = 0] = readNamespacesCpuNs(['/proc/self/ns/net']);
  return { atNs, cpuNs };
}

/** The NICs with these addresses, and the one by which packets go `towards` another. Throws AGENT_WRONG_HOST. */
function findNics({ addresses, towards }: ParsedParamsOf<'machine.describe'>): readonly OwnNic[] {
  const source = towards === undefined ? undefined : localAddressTowards(towards);
  if (towards !== undefined && source === undefined) throw wrongHostError(`no route to ${towards}`);
  const wanted = source === undefined ? addresses : [...addresses, source as Ipv4];
  const nics = wanted.map((address) => {
    const found = findNic(address);
    if (found === undefined) throw wrongHostError(`no NIC that is up with ${address}`);
    return found;
  });
  return [...new Map(nics.map((nic) => [nic.device, nic])).values()];
}

function findNic(wanted: Ipv4): OwnNic | undefined {
  for (const [name, entries = []] of Object.entries(networkInterfaces())) {
    const entry = entries.find(({ address }) => address === wanted);
    // An address with a label has that in place of the device: `eth1:110`.
    if (entry !== undefined) return { device: name.replace(/:.*/, ''), mac: entry.mac };
  }
  return undefined;
}

function describeNic({ device, mac }: OwnNic): ResultOf<'machine.describe'>['nics'][number] {
  const mtu = Number(readNicFact({ device, mac }, 'mtu'));
  const rateMbps = Number(readNicFact({ device, mac }, 'speed'));
  return {
    device,
    ...(mtu > 0 ? { mtu } : {}),
    // −1 where the driver knows none.
    ...(rateMbps > 0 ? { rateMbps } : {}),
  };
}

/** /sys shows the network namespace of whoever mounted it, which need not be ours: only the same NIC is believed. */
function readNicFact({ device, mac }: OwnNic, fact: 'mtu' | 'speed'): string | undefined {
  const read = (name: string) => readFileSync(`/sys/class/net/${device}/${name}`, 'utf8').trim();
  try {
    const isSame = Number(read('ifindex')) === interfaceIndex(device) && read('address') === mac;
    return isSame ? read(fact) : undefined;
  } catch {
    return undefined; // no such device there, or one without a speed
  }
}
