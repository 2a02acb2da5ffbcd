// What a user may choose about a lab's links, checked and completed with defaults. Pure.

import { basename, extname } from 'node:path';
import { mtuInvalidError, nameInvalidError, rateInvalidError } from './errors.ts';

/** Of every link of a lab. */
export interface LinkOptions {
  /** Bytes, on every NIC, switch port and bridge. Ethernet's 1500 by default. */
  readonly mtu?: number;
  /** As tc writes it: `100mbit`. Unlimited by default. */
  readonly rate?: string;
  /** Segmentation and checksum offload; true by default. */
  readonly offload?: boolean;
}

export interface LabOptions extends LinkOptions {
  readonly name: string;
  /** As many realservers instead of those in the conf file. */
  readonly realservers?: number;
  /** Of single links, as tc writes it, by `MACHINE:DEVICE`: `client:eth0`. */
  readonly linkRates?: Readonly<Record<string, string>>;
}

/** What holds for every link of a lab; part of a run's environment. */
export interface LinkSettings {
  readonly mtu: number;
  readonly rate: LinkRate | undefined;
  readonly offload: boolean;
  readonly congestionControl: string;
}

export interface LinkRate {
  /** As it was given: `100mbit`. */
  readonly text: string;
  readonly bitsPerSecond: number;
}

const LAB_NAME = /^[a-z][a-z0-9-]{0,31}$/;
const ETHERNET_MTU_BYTES = 1500;
/** RFC 791: every link must carry a datagram of 68 bytes; a veth's MTU ends at 65535. */
const MTU_LIMITS_BYTES = { min: 68, max: 65535 };
const BITS_PER_UNIT: Readonly<Record<string, number>> = { kbit: 1e3, mbit: 1e6, gbit: 1e9 };
/** tc counts in whole bytes per second; below a kilobyte per second a packet takes longer than TCP waits. */
const MIN_RATE_BITS_PER_SECOND = 8000;

/**
 * Set on every route, because a kernel may refuse it as a sysctl of a namespace (EPERM for any but those in
 * tcp_allowed_congestion_control, which is the host's). Cubic is what the world's TCP uses unless told otherwise;
 * BBR, some kernels' default, paces by measured rate and would blur what the director does to throughput.
 */
const CONGESTION_CONTROL = 'cubic';

/** `examples/lvs_dr.conf` → `lvs-dr`. The result may still be no valid name. */
export function defaultLabName(confFile: string): string {
  return basename(confFile, extname(confFile)).toLowerCase().replaceAll('_', '-');
}

/** Throws LAB_NAME_INVALID. */
export function checkLabName(name: string): void {
  if (!LAB_NAME.test(name)) throw nameInvalidError(name);
}

/** Those of more options that are about links. */
export function linkOptionsOf({ mtu, rate, offload }: LinkOptions): LinkOptions {
  return {
    ...(mtu === undefined ? {} : { mtu }),
    ...(rate === undefined ? {} : { rate }),
    ...(offload === undefined ? {} : { offload }),
  };
}

/** Throws LAB_MTU_INVALID, LAB_RATE_INVALID. */
export function resolveLinkSettings(options: LinkOptions): LinkSettings {
  const mtu = options.mtu ?? ETHERNET_MTU_BYTES;
  if (!Number.isInteger(mtu) || mtu < MTU_LIMITS_BYTES.min || mtu > MTU_LIMITS_BYTES.max) throw mtuInvalidError(mtu);
  return {
    mtu,
    rate: options.rate === undefined ? undefined : parseRate(options.rate),
    offload: options.offload ?? true,
    congestionControl: CONGESTION_CONTROL,
  };
}

/** `100mbit`, `1.5gbit`: decimal units, bits per second, as tc reads them. Throws LAB_RATE_INVALID. */
export function parseRate(text: string): LinkRate {
  const match = /^(\d+(?:\.\d+)?)(kbit|mbit|gbit)$/.exec(text.toLowerCase());
  const bitsPerSecond = Math.round(Number(match?.[1]) * (BITS_PER_UNIT[match?.[2] ?? ''] ?? Number.NaN));
  if (!(bitsPerSecond >= MIN_RATE_BITS_PER_SECOND)) throw rateInvalidError(text);
  return { text: text.toLowerCase(), bitsPerSecond };
}
