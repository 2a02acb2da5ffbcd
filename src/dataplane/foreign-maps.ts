// The maps of a director of another version: their layouts and the names of their numbers are read from the BTF that
// the kernel keeps with them.

import { closeSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import koffi from 'koffi';
import { BpfMap, PerCpuMap } from './bpf-map.ts';
import { Btf } from './btf.ts';
import { mapFailed } from './errors.ts';
import type { Layout } from './layout.ts';
import { lastErrno, libbpf, readObjectInfo } from './libbpf.ts';

/** Of struct bpf_map_info, <linux/bpf.h>: its length in Linux 6.1, and where its fields are. */
const MAP_INFO_BYTES = 88;
const BTF_ID_AT = 64;
const BTF_KEY_TYPE_AT = 68;
const BTF_VALUE_TYPE_AT = 72;

interface MapTypes {
  readonly btf: Btf;
  readonly key: number;
  readonly value: number;
}

function readTypes(path: string, name: string): MapTypes {
  const fd = libbpf().objGet(path);
  if (fd < 0) throw mapFailed('open', name, lastErrno());
  try {
    const info = readObjectInfo(fd, MAP_INFO_BYTES);
    if (info === undefined) throw mapFailed('describe', name, lastErrno());
    return {
      btf: loadBtf(info.readUInt32LE(BTF_ID_AT), name),
      key: info.readUInt32LE(BTF_KEY_TYPE_AT),
      value: info.readUInt32LE(BTF_VALUE_TYPE_AT),
    };
  } finally {
    closeSync(fd);
  }
}

function loadBtf(id: number, name: string): Btf {
  const handle = libbpf().btfLoad(id);
  if (handle === null) throw mapFailed('describe', name, lastErrno());
  try {
    const size = [0];
    const data = libbpf().btfRawData(handle, size);
    return new Btf(Uint8Array.from(koffi.decode(data, koffi.array('uint8_t', size[0] ?? 0)) as Iterable<number>));
  } finally {
    libbpf().btfFree(handle);
  }
}

/** A map with layouts that were found out. */
export interface ForeignMap<M> {
  readonly map: M;
  readonly key: Layout;
  readonly value: Layout;
}

/** The maps pinned in a directory. */
export class ForeignMaps {
  readonly #directory: string;
  readonly #opened: { close(): void }[] = [];

  constructor(directory: string) {
    this.#directory = directory;
  }

  has(name: string): boolean {
    return existsSync(join(this.#directory, name));
  }

  #layoutsOf(name: string): { readonly key: Layout; readonly value: Layout } {
    const { btf, key, value } = readTypes(join(this.#directory, name), name);
    return { key: btf.layoutOf(key), value: btf.layoutOf(value) };
  }

  /** Throws BPF_MAP_FAILED. */
  open(name: string): ForeignMap<BpfMap<Layout, Layout>> {
    const layouts = this.#layoutsOf(name);
    const map = new BpfMap(join(this.#directory, name), layouts.key, layouts.value);
    this.#opened.push(map);
    return { map, ...layouts };
  }

  /** Throws BPF_MAP_FAILED. */
  openPerCpu(name: string): ForeignMap<PerCpuMap<Layout, Layout>> {
    const layouts = this.#layoutsOf(name);
    const map = new PerCpuMap(join(this.#directory, name), layouts.key, layouts.value);
    this.#opened.push(map);
    return { map, ...layouts };
  }

  /** The enumerations of the program that made this map. Throws BPF_MAP_FAILED. */
  enumsOf(name: string): ReturnType<Btf['enums']> {
    return readTypes(join(this.#directory, name), name).btf.enums();
  }

  close(): void {
    for (const map of this.#opened) map.close();
  }
}
