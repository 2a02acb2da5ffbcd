// Runs a pinned TC program on one packet without a NIC (bpf(2), BPF_PROG_TEST_RUN, by libbpf): bytes in, verdict and
// bytes out. The kernel looks the device up in the calling thread's network namespace.

import { closeSync } from 'node:fs';
import koffi from 'koffi';
import { lastErrno, libbpf } from '../../src/dataplane/libbpf.ts';

koffi.struct('test_run_opts', {
  sz: 'size_t',
  data_in: 'void *',
  data_out: 'void *',
  data_size_in: 'uint32_t',
  data_size_out: 'uint32_t',
  ctx_in: 'void *',
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

/** struct __sk_buff of <linux/bpf.h>: its size, and the offsets of the firewall mark and the devices' numbers. */
const SK_BUFF = { bytes: 192, mark: 8, ingressIfindex: 36, ifindex: 40 } as const;

/** More than any frame that test_run takes, which is one page at most. */
const OUTPUT_BYTES = 8192;

/** <linux/pkt_cls.h>. The kernel says that it would redirect; it does not do so here. */
export const VERDICT = { pass: 0, drop: 2, stolen: 4, redirect: 7 } as const;

export interface Outcome {
  /** One of {@link VERDICT}. */
  readonly verdict: number;
  readonly frame: Uint8Array;
}

export class TestedProgram {
  readonly #fd: number;
  readonly #run: (fd: number, options: object) => number;
  readonly #optionsBytes = koffi.sizeof('test_run_opts');
  readonly #output = Buffer.alloc(OUTPUT_BYTES);

  /** @param path where the program is pinned */
  constructor(path: string) {
    this.#fd = libbpf().objGet(path);
    if (this.#fd < 0) throw new Error(`cannot open ${path}: errno ${lastErrno()}`);
    this.#run = koffi.load('libbpf.so.1').func('int bpf_prog_test_run_opts(int fd, _Inout_ test_run_opts *options)');
  }

  /**
   * @param frame with its Ethernet header
   * @param ifindex device on which it arrives
   * @param mark firewall mark that it has by then
   */
  run(frame: Uint8Array, ifindex: number, mark = 0): Outcome {
    const context = Buffer.alloc(SK_BUFF.bytes);
    context.writeUInt32LE(mark, SK_BUFF.mark);
    context.writeUInt32LE(ifindex, SK_BUFF.ingressIfindex);
    context.writeUInt32LE(ifindex, SK_BUFF.ifindex);
    const options = {
      sz: this.#optionsBytes,
      data_in: koffi.as(frame, 'uint8_t *'),
      data_out: koffi.as(this.#output, 'uint8_t *'),
      data_size_in: frame.length,
      data_size_out: this.#output.length,
      ctx_in: koffi.as(context, 'uint8_t *'),
      ctx_out: null,
      ctx_size_in: context.length,
      ctx_size_out: 0,
      retval: 0,
      repeat: 1,
      duration: 0,
      flags: 0,
      cpu: 0,
      batch_size: 0,
    };
    if (this.#run(this.#fd, options) !== 0) throw new Error(`BPF_PROG_TEST_RUN: errno ${lastErrno()}`);
    return { verdict: options.retval, frame: Uint8Array.from(this.#output.subarray(0, options.data_size_out)) };
  }

  close(): void {
    closeSync(this.#fd);
  }
}
