// The compiled tracer (bpf/trace.bpf.c), loaded over the tables of a director, and its own maps: what it is asked for,
// and the ring of its events. None of it is pinned.

import koffi from 'koffi';
import { U32 } from './bpf-map.ts';
import { traceFailed } from './errors.ts';
import { decode, encode, type Fields, type Layout, type Values } from './layout.ts';
import { lastErrno, libbpf, RING_CALLBACK } from './libbpf.ts';
import { type OpenObject, objectPath, openObject, readLog } from './program.ts';

const OBJECT = 'trace';
/** Its own programs; the director's are in the object too. */
const OWN = /^trace_/;

/** The object with its own programs loaded. */
export class TraceObject {
  readonly #object: unknown;
  readonly #callback: bigint;
  #ring: unknown;
  #events: Uint8Array[] = [];

  /** @param directory where the director's maps are pinned. Throws BPF_OBJECT_MISSING, TRACE_FAILED. */
  constructor(directory: string) {
    const { handle, log } = openTracer(directory);
    this.#object = handle;
    this.#callback = koffi.register(this.#keep, koffi.pointer(RING_CALLBACK));
    const bpf = libbpf();
    if (bpf.objectLoad(this.#object) !== 0) {
      const errno = lastErrno();
      this.close();
      throw traceFailed('load the tracer', errno, readLog(log));
    }
    this.#ring = bpf.ringNew(bpf.findMapFd(this.#object, 'trace_events'), this.#callback, null, null);
    if (this.#ring !== null) return;
    const errno = lastErrno();
    this.close();
    throw traceFailed("open the tracer's ring of events", errno);
  }

  readonly #keep = (_context: unknown, data: unknown, size: number | bigint): number => {
    // The ring's memory is used again.
    this.#events.push(new Uint8Array(koffi.view(data, Number(size))).slice());
    return 0;
  };

  /** Those that have come since the last call. */
  readEvents(): readonly Uint8Array[] {
    libbpf().ringConsume(this.#ring);
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** Belongs to the object. */
  programFd(name: string): number {
    const bpf = libbpf();
    return bpf.programFd(bpf.findProgram(this.#object, name));
  }

  writeRow<F extends Fields>(map: string, layout: Layout<F>, row: number, values: Values<F>): void {
    const bpf = libbpf();
    const [key, value] = [encode(U32, { value: row }), encode(layout, values)];
    if (bpf.mapUpdate(bpf.findMapFd(this.#object, map), key, value, 0) !== 0) {
      throw traceFailed(`write the tracer's table ${map}`, lastErrno());
    }
  }

  readRow<F extends Fields>(map: string, layout: Layout<F>, row: number): Values<F> {
    const bpf = libbpf();
    const value = new Uint8Array(layout.size);
    if (bpf.mapLookup(bpf.findMapFd(this.#object, map), encode(U32, { value: row }), value) !== 0) {
      throw traceFailed(`read the tracer's table ${map}`, lastErrno());
    }
    return decode(layout, value);
  }

  /** What is attached to a NIC stays there, and sees its maps. */
  close(): void {
    if (this.#ring) libbpf().ringFree(this.#ring);
    koffi.unregister(this.#callback);
    libbpf().objectClose(this.#object);
  }
}

function openTracer(directory: string): OpenObject {
  const bpf = libbpf();
  const path = objectPath(OBJECT);
  const opened = openObject(path, directory);
  const { handle } = opened;
  if (handle === null) throw traceFailed(`open ${path}`, lastErrno());
  for (let program = bpf.nextProgram(handle, null); program !== null; program = bpf.nextProgram(handle, program)) {
    bpf.setAutoload(program, OWN.test(bpf.programName(program)));
  }
  return opened;
}
