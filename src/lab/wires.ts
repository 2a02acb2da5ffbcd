// The wires of a lab whose links have a rate. Behind each switch port is a pair of devices for the wire, one end on the
// machine's side and one on the switch's; each end sends through a token bucket, as Ethernet is full duplex. Pure; it takes
// bpf/wire.bpf.c to make wires of these.

import type { LabLink, LabPlan } from './plan.ts';
import type { LinkRate, LinkSettings } from './settings.ts';

/** Preamble 8, frame check sequence 4, gap 12 bytes: what a frame takes on an Ethernet besides its own bytes. */
const FRAME_OVERHEAD_BYTES = 24;
const ETHERNET_HEADER_BYTES = 14;
/** How late a timer may wake the bucket without losing rate. In a virtual machine a tenth of a millisecond is usual. */
const BURST_SECONDS = 2e-3;
/** What the data plane can take out of the bucket at once: MOST_FILLERS of MOST_FILLER_BYTES. */
const MOST_BURST_BYTES = 120_000;
/** What the data plane puts into the bucket, MOST_FILLER_BYTES, must pass the device; what it limits is the links' MTU. */
const FILLER_MTU_BYTES = 15_000;
/** Queue in front of the wire, as a NIC's or a switch's. */
const QUEUE_SECONDS = 0.05;
/** The bucket's own is longer, so that the data plane drops, and knows of it. */
const BUCKET_LATENCY = '80ms';

export interface LabWire {
  readonly link: LabLink;
  /** Devices in the switch's namespace, on the machine's side and on the switch's. */
  readonly ends: readonly [string, string];
  readonly rate: LinkRate;
  readonly burstBytes: number;
}

/** Of every link that has a rate. */
export function wiresOf({ links, settings }: LabPlan): readonly LabWire[] {
  return links.flatMap((link) => {
    const rate = rateOf(link, settings);
    return rate === undefined ? [] : [{ link, ends: endsOf(link), rate, burstBytes: burstBytes(rate, settings.mtu) }];
  });
}

export function rateOf(link: LabLink, settings: LinkSettings): LinkRate | undefined {
  return link.rate ?? settings.rate;
}

/** What the data plane is told of a wire, see lvs_wire in bpf/wire_abi.h. */
export function wireSettings({ ends, rate, burstBytes }: LabWire) {
  const bytesPerSecond = Math.round(rate.bitsPerSecond / 8);
  const creditNs = Math.floor((burstBytes / bytesPerSecond) * 1e9);
  return { ends, bytesPerSecond, creditNs, queueNs: QUEUE_SECONDS * 1e9 };
}

/** A bucket under two frames would stop packets of the MTU. */
function burstBytes({ bitsPerSecond }: LinkRate, mtu: number): number {
  const frameBytes = mtu + ETHERNET_HEADER_BYTES + FRAME_OVERHEAD_BYTES;
  const wanted = Math.ceil((bitsPerSecond / 8) * BURST_SECONDS);
  return Math.max(2 * frameBytes, Math.min(wanted, MOST_BURST_BYTES));
}

/** `port7` → `near7`, `far7`. */
function endsOf({ port }: LabLink): readonly [string, string] {
  return [port.replace('port', 'near'), port.replace('port', 'far')];
}

/** The bridge that joins the port to the wire's near end: with two ports and no memory it is nothing but a joint. */
function jointOf({ port }: LabLink): string {
  return port.replace('port', 'joint');
}

/** The bridge that the port belongs to. */
export function portBridge(link: LabLink, settings: LinkSettings): string {
  return rateOf(link, settings) === undefined ? link.bridge : jointOf(link);
}

/** Lines for `ip -batch` in the switch's namespace, before the cables are made. */
export function wireLines({ link, ends: [near, far] }: LabWire, mtu: number): readonly string[] {
  const joint = jointOf(link);
  const deviceMtu = Math.max(mtu, FILLER_MTU_BYTES);
  return [
    `link add ${joint} mtu ${mtu} type bridge stp_state 0 forward_delay 0 mcast_snooping 0 ageing_time 0`,
    `link add ${near} mtu ${deviceMtu} type veth peer name ${far} mtu ${deviceMtu}`,
    `link set ${joint} up`,
    `link set ${near} alias ${link.machine}:${link.device} master ${joint} up`,
    `link set ${far} alias ${link.machine}:${link.device} master ${link.bridge} up`,
  ];
}

/** Lines for `tc -batch` there: the bucket of each end. */
export function bucketLines({ ends, rate, burstBytes }: LabWire): readonly string[] {
  return ends.map(
    (device) =>
      `qdisc add dev ${device} root tbf rate ${rate.bitsPerSecond}bit burst ${burstBytes}b ` +
      `latency ${BUCKET_LATENCY} overhead ${FRAME_OVERHEAD_BYTES}`,
  );
}
