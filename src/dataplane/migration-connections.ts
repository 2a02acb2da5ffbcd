// Taking over the connections of a director of another version, while it goes on. The table is gone through several
// times: first all of it, then what has had packets since. What becomes of each connection is bpf/import.h's business.

import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { monotonicNs } from '../system/mod.ts';
import {
  lvsCall,
  lvsDirection,
  lvsFlow,
  lvsFlowFlags,
  lvsImport,
  lvsImportResult,
  lvsState,
  lvsTuple,
  lvsTupleKind,
} from './abi.ts';
import { BpfMap } from './bpf-map.ts';
import { connectionsDoNotFit, runFailed } from './errors.ts';
import type { ForeignMaps } from './foreign-maps.ts';
import { lastErrno, libbpf, RUN_OPTS_BYTES } from './libbpf.ts';
import { planTransfer } from './migration-tables.ts';
import { applyMoves, type Move } from './transcode.ts';
import { type Enums, translate } from './vocabulary.ts';

/** Pinned beside the maps. */
export const IMPORT_PROGRAM = 'lvs_import';

const ETHERNET_HEADER_BYTES = 14;
const KEY_AT = ETHERNET_HEADER_BYTES + lvsImport.fields.key.offset;
const KIND_AT = KEY_AT + lvsTuple.fields.kind.offset;
const PARENT_AT = ETHERNET_HEADER_BYTES + lvsImport.fields.parent.offset;
const FLOW_AT = ETHERNET_HEADER_BYTES + lvsImport.size;
/** Packets note a coarse time, which may be that much behind. */
const CLOCK_MARGIN_NS = 50_000_000;
/** What waits for a connection that waits for another one; there are no more of them. */
const ROUNDS = 4;

/** What of a flow says how to take it over. */
interface Peek {
  readonly isOwner: boolean;
  readonly isControlled: boolean;
  readonly seenNs: number;
  readonly state: number;
}

export class ConnectionTransfer {
  readonly #flows: ReturnType<ForeignMaps['open']>;
  readonly #parents: ReturnType<ForeignMaps['open']> | undefined;
  /** Offset in its rows; earlier versions kept nothing else there. */
  readonly #parentAt: number;
  readonly #calls: CallTransfer | undefined;
  readonly #keyMoves: readonly Move[];
  readonly #flowMoves: readonly Move[];
  readonly #states: ReadonlyMap<number, number>;
  /** Offsets in the other version's flows. */
  readonly #at: Readonly<Record<'direction' | 'flags' | 'last_seen_ns' | 'state' | 'peer', number>>;
  readonly #program: number;
  #sinceNs = 0;

  /** @param directory where the maps and programs are pinned that take them; throws BPF_MAP_FAILED, BPF_RUN_FAILED */
  constructor(theirs: ForeignMaps, enums: Enums, directory: string) {
    this.#flows = theirs.open('lvs_flows');
    this.#parents = theirs.has('lvs_templates') ? theirs.open('lvs_templates') : undefined;
    this.#parentAt = this.#parents?.value.fields.parent?.offset ?? 0;
    if (theirs.has('lvs_calls')) this.#calls = new CallTransfer(theirs, directory);
    const { fields } = this.#flows.value;
    const at = (name: string) => fields[name]?.offset ?? 0;
    this.#at = {
      direction: at('direction'),
      flags: at('flags'),
      last_seen_ns: at('last_seen_ns'),
      state: at('state'),
      peer: at('peer'),
    };
    this.#keyMoves = planTransfer('lvs_flows', this.#flows.key, lvsTuple);
    this.#flowMoves = planTransfer('lvs_flows', this.#flows.value, lvsFlow);
    this.#states = translate(enums, 'lvs_state');
    this.#program = libbpf().objGet(join(directory, IMPORT_PROGRAM));
    if (this.#program < 0) throw runFailed(IMPORT_PROGRAM, lastErrno());
  }

  /** Takes over what has changed since the last call, and at first all. Throws DIRECTOR_CONNECTIONS_DO_NOT_FIT. */
  transfer(): void {
    const isFirst = this.#sinceNs === 0;
    const startNs = monotonicNs() - CLOCK_MARGIN_NS;
    let later: Uint8Array[] = [];
    for (const { key, value } of this.#flows.map.scanRaw()) {
      const flow = this.#peek(value);
      if (!isFirst && flow.seenNs < this.#sinceNs) continue;
      // What others are under may come behind them.
      if (flow.isOwner) {
        if (!this.#import(key, value, flow, false)) later.push(key.slice());
      } else if (!isFirst) {
        // The owner itself does not show packets of its server.
        later.push(value.slice(this.#at.peer, this.#at.peer + this.#flows.key.size));
      }
    }
    for (let round = 1; later.length > 0; round++) {
      // In the end what they were under has gone.
      later = later.filter((key) => !this.#importAgain(key, round === ROUNDS));
    }
    this.#sinceNs = startNs;
  }

  #importAgain(key: Uint8Array, isOrphan: boolean): boolean {
    const value = this.#flows.map.getEncoded(key);
    const flow = value && this.#peek(value);
    return !flow?.isOwner || this.#import(key, value as Uint8Array, flow, isOrphan);
  }

  #peek(value: Uint8Array): Peek {
    const view = new DataView(value.buffer, value.byteOffset, value.length);
    const { last_seen_ns: seen } = this.#at;
    return {
      isOwner: view.getUint8(this.#at.direction) === lvsDirection.LVS_TO_SERVER,
      isControlled: (view.getUint8(this.#at.flags) & lvsFlowFlags.LVS_FLOW_CONTROLLED) !== 0,
      seenNs: view.getUint32(seen + 4, true) * 2 ** 32 + view.getUint32(seen, true),
      state: view.getUint32(this.#at.state, true),
    };
  }

  /** Says whether that is settled, and not to be tried again when what it is under has come. */
  #import(key: Uint8Array, value: Uint8Array, flow: Peek, isOrphan: boolean): boolean {
    const state = this.#states.get(flow.state);
    if (state === undefined || state === lvsState.LVS_S_GONE) return true;
    const frame = new Uint8Array(FLOW_AT + lvsFlow.size);
    applyMoves(this.#keyMoves, key, frame, KEY_AT);
    const parent = flow.isControlled && !isOrphan ? this.#parents?.map.getEncoded(key) : undefined;
    if (parent !== undefined) applyMoves(this.#keyMoves, parent.subarray(this.#parentAt), frame, PARENT_AT);
    applyMoves(this.#flowMoves, value, frame, FLOW_AT);
    if (frame[KIND_AT] === lvsTupleKind.LVS_CALL) this.#calls?.transfer(key, frame);
    const view = new DataView(frame.buffer, FLOW_AT);
    const { fields } = lvsFlow;
    view.setUint32(fields.state.offset, state, true);
    view.setBigUint64(fields.last_seen_ns.offset, BigInt(this.#lastSeenNs(value, flow)), true);
    // Other directors are told anew.
    view.setUint32(fields.told_s.offset, 0, true);
    view.setUint32(fields.told_state.offset, 0, true);
    const options = { sz: RUN_OPTS_BYTES, data_in: frame, data_size_in: frame.length, retval: 0 };
    if (libbpf().programRun(this.#program, options) !== 0) throw runFailed(IMPORT_PROGRAM, lastErrno());
    if (options.retval === lvsImportResult.LVS_IMPORT_NO_ROOM) throw connectionsDoNotFit();
    return options.retval !== lvsImportResult.LVS_IMPORT_WAITS;
  }

  /** When the last packet of either side came. */
  #lastSeenNs(value: Uint8Array, { seenNs }: Peek): number {
    const peer = value.slice(this.#at.peer, this.#at.peer + this.#flows.key.size);
    if (peer.every((byte) => byte === 0)) return seenNs;
    const reply = this.#flows.map.getEncoded(peer);
    return reply === undefined ? seenNs : Math.max(seenNs, this.#peek(reply).seenNs);
  }

  close(): void {
    this.#calls?.close();
    closeSync(this.#program);
  }
}

/** What the templates of calls are about goes before them. */
class CallTransfer {
  readonly #theirs: ReturnType<ForeignMaps['open']>;
  readonly #moves: readonly Move[];
  readonly #ours: BpfMap<typeof lvsTuple, typeof lvsCall>;

  constructor(theirs: ForeignMaps, directory: string) {
    this.#theirs = theirs.open('lvs_calls');
    this.#moves = planTransfer('lvs_calls', this.#theirs.value, lvsCall);
    this.#ours = new BpfMap(join(directory, 'lvs_calls'), lvsTuple, lvsCall);
  }

  /** @param key of the template, in the other version's layout; `frame` has it in this one's */
  transfer(key: Uint8Array, frame: Uint8Array): void {
    const call = this.#theirs.map.getEncoded(key);
    if (call === undefined) return;
    const value = new Uint8Array(lvsCall.size);
    applyMoves(this.#moves, call, value);
    this.#ours.setEncoded(frame.slice(KEY_AT, KEY_AT + lvsTuple.size), value, 1);
  }

  close(): void {
    this.#ours.close();
  }
}
