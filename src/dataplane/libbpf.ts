// libbpf by koffi: the functions that the data plane needs, with errno turned into exceptions by their callers.
// Signatures are libbpf 1.1's (Debian 12); later 1.x versions keep them.

import koffi, { type LibraryHandle } from 'koffi';
import { libraryMissing } from './errors.ts';

koffi.struct('bpf_object_open_opts', {
  sz: 'size_t',
  object_name: 'const char *',
  relaxed_maps: 'bool',
  pin_root_path: 'const char *',
  removed: 'uint32_t',
  kconfig: 'const char *',
  btf_custom_path: 'const char *',
  kernel_log_buf: 'void *',
  kernel_log_size: 'size_t',
  kernel_log_level: 'uint32_t',
});
koffi.struct('bpf_tc_hook', { sz: 'size_t', ifindex: 'int', attach_point: 'int', parent: 'uint32_t' });
koffi.struct('bpf_tc_opts', {
  sz: 'size_t',
  prog_fd: 'int',
  flags: 'uint32_t',
  prog_id: 'uint32_t',
  handle: 'uint32_t',
  priority: 'uint32_t',
});

/** Up to where libbpf 1.1 needs it. */
koffi.struct('bpf_link_create_opts', { sz: 'size_t', flags: 'uint32_t', padding: 'uint32_t' });
/** Of libbpf 1.1: later ones have more behind it. */
koffi.struct('bpf_prog_attach_opts', { sz: 'size_t', flags: 'uint32_t', replace_prog_fd: 'int' });

koffi.struct('bpf_test_run_opts', {
  sz: 'size_t',
  data_in: 'const void *',
  data_out: 'void *',
  data_size_in: 'uint32_t',
  data_size_out: 'uint32_t',
  ctx_in: 'const void *',
  ctx_out: 'void *',
  ctx_size_in: 'uint32_t',
  ctx_size_out: 'uint32_t',
  retval: 'uint32_t',
  repeat: 'int',
  duration: 'uint32_t',
  flags: 'uint32_t',
  cpu: 'uint32_t',
  batch_size: 'uint32_t',
});

/** What ring_buffer__consume() hands each event to; less than zero ends it early. */
export const RING_CALLBACK = koffi.proto('int ring_buffer_sample_fn(void *context, void *data, size_t size)');

const SIGNATURES = {
  setPrint: 'void *libbpf_set_print(void *print)',
  possibleCpus: 'int libbpf_num_possible_cpus()',
  objectOpen: 'void *bpf_object__open_file(const char *path, const bpf_object_open_opts *opts)',
  objectLoad: 'int bpf_object__load(void *object)',
  objectClose: 'void bpf_object__close(void *object)',
  findProgram: 'void *bpf_object__find_program_by_name(void *object, const char *name)',
  programFd: 'int bpf_program__fd(void *program)',
  nextProgram: 'void *bpf_object__next_program(void *object, void *program)',
  programName: 'const char *bpf_program__name(void *program)',
  setAutoload: 'int bpf_program__set_autoload(void *program, bool autoload)',
  findMapFd: 'int bpf_object__find_map_fd_by_name(void *object, const char *name)',
  ringNew: 'void *ring_buffer__new(int fd, ring_buffer_sample_fn *callback, void *context, void *opts)',
  ringConsume: 'int ring_buffer__consume(void *ring)',
  ringFree: 'void ring_buffer__free(void *ring)',
  objGet: 'int bpf_obj_get(const char *path)',
  objPin: 'int bpf_obj_pin(int fd, const char *path)',
  objInfo: 'int bpf_obj_get_info_by_fd(int fd, void *info, uint32_t *length)',
  btfLoad: 'void *btf__load_from_kernel_by_id(uint32_t id)',
  btfRawData: 'const void *btf__raw_data(const void *btf, _Out_ uint32_t *size)',
  btfFree: 'void btf__free(void *btf)',
  mapLookup: 'int bpf_map_lookup_elem(int fd, const void *key, void *value)',
  mapUpdate: 'int bpf_map_update_elem(int fd, const void *key, const void *value, uint64_t flags)',
  mapDelete: 'int bpf_map_delete_elem(int fd, const void *key)',
  mapLookupBatch:
    'int bpf_map_lookup_batch(int fd, void *in, void *out, void *keys, void *values, void *count, void *opts)',
  mapUpdateBatch: 'int bpf_map_update_batch(int fd, const void *keys, const void *values, void *count, void *opts)',
  mapDeleteBatch: 'int bpf_map_delete_batch(int fd, const void *keys, void *count, void *opts)',
  programRun: 'int bpf_prog_test_run_opts(int fd, _Inout_ bpf_test_run_opts *opts)',
  enableStats: 'int bpf_enable_stats(int type)',
  progById: 'int bpf_prog_get_fd_by_id(uint32_t id)',
  progQuery:
    'int bpf_prog_query(int target, int type, uint32_t query_flags, void *attach_flags, _Out_ uint32_t *ids, _Inout_ uint32_t *count)',
  progAttach: 'int bpf_prog_attach(int fd, int target, int type, uint32_t flags)',
  progAttachOpts: 'int bpf_prog_attach_opts(int fd, int target, int type, const bpf_prog_attach_opts *opts)',
  progDetach: 'int bpf_prog_detach2(int fd, int target, int type)',
  linkCreate: 'int bpf_link_create(int fd, int target, int type, const bpf_link_create_opts *opts)',
  linkNextId: 'int bpf_link_get_next_id(uint32_t after, _Out_ uint32_t *id)',
  linkById: 'int bpf_link_get_fd_by_id(uint32_t id)',
  linkDetach: 'int bpf_link_detach(int fd)',
  tcHookCreate: 'int bpf_tc_hook_create(bpf_tc_hook *hook)',
  tcAttach: 'int bpf_tc_attach(const bpf_tc_hook *hook, _Inout_ bpf_tc_opts *opts)',
  tcDetach: 'int bpf_tc_detach(const bpf_tc_hook *hook, const bpf_tc_opts *opts)',
  tcQuery: 'int bpf_tc_query(const bpf_tc_hook *hook, _Inout_ bpf_tc_opts *opts)',
  xdpAttach: 'int bpf_xdp_attach(int ifindex, int fd, uint32_t flags, const void *opts)',
  xdpDetach: 'int bpf_xdp_detach(int ifindex, uint32_t flags, const void *opts)',
  xdpQueryId: 'int bpf_xdp_query_id(int ifindex, int flags, _Out_ uint32_t *id)',
} as const;

export type Libbpf = Readonly<Record<keyof typeof SIGNATURES, ReturnType<LibraryHandle['func']>>>;

let loaded: Libbpf | undefined;

/** The library, loaded at first use and told to keep quiet. Throws LIBBPF_MISSING. */
export function libbpf(): Libbpf {
  if (loaded !== undefined) return loaded;
  let library: LibraryHandle;
  try {
    library = koffi.load('libbpf.so.1');
  } catch (error) {
    throw libraryMissing(error);
  }
  const functions = Object.entries(SIGNATURES).map(([name, signature]) => [name, noting(library.func(signature))]);
  loaded = Object.fromEntries(functions) as Libbpf;
  loaded.setPrint(null);
  return loaded;
}

let failedWith = 0;

/**
 * libbpf 1.x returns −errno, or a null pointer. errno itself may be another's by the time that JavaScript goes on: what V8
 * does at the edge of a call can change it.
 */
function noting(call: Libbpf[keyof Libbpf]): (...parameters: readonly unknown[]) => unknown {
  return (...parameters) => {
    const result: unknown = call(...parameters);
    if (result === null) failedWith = koffi.errno();
    else if (typeof result === 'number' && result < 0) failedWith = -result;
    return result;
  };
}

/** errno of the call that has failed last. */
export function lastErrno(): number {
  return failedWith;
}

/** The first `bytes` of what the kernel tells of the map, program or link behind a descriptor; undefined, with errno, if nothing. */
export function readObjectInfo(fd: number, bytes: number): Buffer | undefined {
  const info = Buffer.alloc(bytes);
  return libbpf().objInfo(fd, info, new Uint32Array([bytes])) === 0 ? info : undefined;
}

export const OPEN_OPTS_BYTES = koffi.sizeof('bpf_object_open_opts');
export const RUN_OPTS_BYTES = koffi.sizeof('bpf_test_run_opts');
export const LINK_OPTS_BYTES = koffi.sizeof('bpf_link_create_opts');
export const ATTACH_OPTS_BYTES = koffi.sizeof('bpf_prog_attach_opts');
export const TC_HOOK_BYTES = koffi.sizeof('bpf_tc_hook');
export const TC_OPTS_BYTES = koffi.sizeof('bpf_tc_opts');
