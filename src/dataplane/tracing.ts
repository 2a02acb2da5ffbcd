// Tracing the director of this network namespace: the tracer is loaded over its tables and put on its NICs for as long
// as somebody looks. However this process ends, packets are the director's alone again.

import { closeSync } from 'node:fs';
import { requireRoot, takeFileLock } from '../system/mod.ts';
import type { FilterTerm, TracedPacket } from '../trace/mod.ts';
import { lvsFeatures, lvsXdpMode } from './abi.ts';
import { type AttachPoint, isAttached } from './attach.ts';
import { readConfig } from './config.ts';
import { listNics } from './devices.ts';
import { otherVersion, traceEnded, traceRunning } from './errors.ts';
import { isOfThisVersion } from './loaded-version.ts';
import { closeMaps, type Maps, openMaps } from './maps.ts';
import { MARK_DEVICES } from './mark-rules.ts';
import { findStateDirectory, isLoaded, type StateDirectory, tablesOf, withWriterLock } from './state-directory.ts';
import { lvsTraceControl, lvsTraceLease, lvsTraceTerm } from './trace-abi.ts';
import { TraceAttachments } from './trace-attachments.ts';
import { EventDecoder } from './trace-events.ts';
import { TraceObject } from './trace-object.ts';
import { encodeTerm } from './trace-terms.ts';

/** How long the tracer goes on after the last sign of life of this process. */
const LEASE_NS = 1_000_000_000n;

export interface TraceRequest {
  /** All must hold. */
  readonly terms: readonly FilterTerm[];
  /** Also packets that concern no service. */
  readonly all: boolean;
  /** How many packets are told of at most. */
  readonly packets: number;
}

export interface Trace {
  /** What has been seen since the last call, which must come several times a second. Throws TRACE_DIRECTOR_GONE. */
  read(): readonly TracedPacket[];
  /** Packets that were asked for and could not be told of. */
  readLost(): number;
  close(): void;
}

/** Where the director has packets: its NICs, the end of the pair for firewall marks, and the way out of a LocalNode. */
function placesOf(maps: Maps): readonly { readonly device: string; readonly point: AttachPoint }[] {
  const devices = [...listNics(), MARK_DEVICES.outOf].filter(isAttached);
  const answersItself = (readConfig(maps).features & lvsFeatures.LVS_HAS_LOCAL_NAT) !== 0;
  return [
    ...devices.map((device) => ({ device, point: 'ingress' }) as const),
    ...(answersItself ? listNics().map((device) => ({ device, point: 'egress' }) as const) : []),
  ];
}

/** Lets packets go the long way, where the tracer sees them, until then (CLOCK_MONOTONIC). */
function closeShortWay(directory: StateDirectory, maps: Maps, untilNs: number): void {
  if (readConfig(maps).xdp_mode === lvsXdpMode.LVS_XDP_NONE) return;
  withWriterLock(directory, () => {
    maps.config.set({ value: 0 }, { ...readConfig(maps), trace_until_ns: untilNs });
  });
}

class DirectorTrace implements Trace {
  readonly #directory: StateDirectory;
  readonly #lock: number;
  readonly #tables: number | undefined;
  readonly #maps: Maps;
  readonly #decoder: EventDecoder;
  readonly #object: TraceObject;
  readonly #attachments = new TraceAttachments();
  #leaseEndsNs = 0n;

  constructor(directory: StateDirectory, lock: number, { terms, all, packets }: TraceRequest) {
    this.#directory = directory;
    this.#lock = lock;
    this.#tables = tablesOf(directory.path);
    this.#maps = openMaps(directory.path);
    this.#decoder = new EventDecoder(this.#maps);
    this.#object = new TraceObject(directory.path);
    try {
      for (const [row, term] of terms.entries()) {
        this.#object.writeRow('trace_terms', lvsTraceTerm, row, encodeTerm(term));
      }
      const asked = { left: packets, lost: 0, terms: terms.length, all: all ? 1 : 0 };
      this.#object.writeRow('trace_control', lvsTraceControl, 0, asked);
      this.#attachments.attach(placesOf(this.#maps), (point) => this.#object.programFd(`trace_${point}`));
      this.#renewLease();
    } catch (error) {
      this.close();
      throw error;
    }
  }

  #renewLease(): void {
    const nowNs = process.hrtime.bigint();
    if (nowNs < this.#leaseEndsNs - LEASE_NS / 2n) return;
    this.#leaseEndsNs = nowNs + LEASE_NS;
    const untilNs = Number(this.#leaseEndsNs);
    this.#object.writeRow('trace_lease', lvsTraceLease, 0, { until_ns: untilNs });
    closeShortWay(this.#directory, this.#maps, untilNs);
  }

  #hasItsTables(): boolean {
    return this.#tables !== undefined && tablesOf(this.#directory.path) === this.#tables;
  }

  read(): readonly TracedPacket[] {
    if (!this.#hasItsTables()) throw traceEnded();
    this.#renewLease();
    return this.#object.readEvents().map((event) => this.#decoder.decode(event));
  }

  readLost(): number {
    return this.#object.readRow('trace_control', lvsTraceControl, 0).lost;
  }

  close(): void {
    this.#attachments.close();
    if (this.#hasItsTables()) closeShortWay(this.#directory, this.#maps, 0);
    this.#object.close();
    closeMaps(this.#maps);
    closeSync(this.#lock);
  }
}

/**
 * Begins to trace the director of this network namespace; undefined where there is none. Throws NOT_ROOT,
 * LIBBPF_MISSING, BPF_OBJECT_MISSING, DIRECTOR_OTHER_VERSION, TRACE_RUNNING, TRACE_FAILED.
 */
export function startTrace(request: TraceRequest): Trace | undefined {
  requireRoot('tracing the director');
  const directory = findStateDirectory();
  if (directory === undefined || !isLoaded(directory)) return undefined;
  try {
    return beginTrace(directory, request);
  } catch (error) {
    // It may have been taken down meanwhile.
    if (withWriterLock(directory, () => isLoaded(directory))) throw error;
    return undefined;
  }
}

function beginTrace(directory: StateDirectory, request: TraceRequest): Trace {
  if (!isOfThisVersion(directory)) throw otherVersion();
  const lock = takeFileLock(`${directory.lockFile}.trace`);
  if (lock === undefined) throw traceRunning();
  try {
    return new DirectorTrace(directory, lock, request);
  } catch (error) {
    closeSync(lock);
    throw error;
  }
}
