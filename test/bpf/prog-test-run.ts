// Runs a pinned TC program on one packet without a NIC (bpf(2), BPF_PROG_TEST_RUN, by libbpf): bytes in, verdict and
// bytes out, or how long it took. The kernel looks the device up in the calling thread's network namespace. What a
// call needs lies in memory that stays where it is, so that a million packets take seconds.

import { closeSync } from 'node:fs';
import koffi from 'koffi';
import { lastErrno, libbpf, RUN_OPTS_BYTES } from '../../src/dataplane/libbpf.ts';
import { allocatePinned } from '../../src/system/mod.ts';

/** struct bpf_test_run_opts of <bpf/bpf.h>: the offsets of what is used here; pointers and `sz` have 8 bytes. */
const OPTS = {
  sz: 0,
  dataIn: 8,
  dataOut: 16,
  dataSizeIn: 24,
  dataSizeOut: 28,
  ctxIn: 32,
  ctxSizeIn: 48,
  retval: 56,
  repeat: 60,
  duration: 64,
} as const;

/** struct __sk_buff of <linux/bpf.h>: its size, and the offsets of the firewall mark, the devices' numbers and GSO's size. */
const SK_BUFF = { bytes: 192, mark: 8, ingressIfindex: 36, ifindex: 40, gsoSize: 176 } as const;

/** More than any frame that test_run takes, which is one page at most. */
const FRAME_BYTES = 8192;

/**
 * <linux/pkt_cls.h>. What passes goes on to other programs on the device, and then to the stack. The kernel says that it
 * would redirect; it does not do so here.
 */
export const VERDICT = { pass: 0xffff_ffff, drop: 2, redirect: 7 } as const;

export interface Outcome {
  /** One of {@link VERDICT}. */
  readonly verdict: number;
  readonly frame: Uint8Array;
}

export class TestedProgram {
  readonly #fd: number;
  readonly #run: (fd: number, options: number) => number;
  readonly #options = allocatePinned(RUN_OPTS_BYTES);
  readonly #input = allocatePinned(FRAME_BYTES);
  readonly #output = allocatePinned(FRAME_BYTES);
  readonly #context = allocatePinned(SK_BUFF.bytes);
  readonly #fields: DataView;
  readonly #contextFields: DataView;

  /** @param at where the program is pinned, or a file descriptor of it */
  constructor(at: string | number) {
    this.#fd = typeof at === 'number' ? at : libbpf().objGet(at);
    if (this.#fd < 0) throw new Error(`cannot open ${at}: errno ${lastErrno()}`);
    this.#run = koffi.load('libbpf.so.1').func('int bpf_prog_test_run_opts(int fd, uintptr_t options)');
    this.#fields = new DataView(this.#options.bytes.buffer, this.#options.bytes.byteOffset);
    this.#contextFields = new DataView(this.#context.bytes.buffer, this.#context.bytes.byteOffset);
    const setLong = (offset: number, value: number) => this.#fields.setBigUint64(offset, BigInt(value), true);
    setLong(OPTS.sz, RUN_OPTS_BYTES);
    setLong(OPTS.dataIn, this.#input.address);
    setLong(OPTS.dataOut, this.#output.address);
    setLong(OPTS.ctxIn, this.#context.address);
    this.#fields.setUint32(OPTS.ctxSizeIn, SK_BUFF.bytes, true);
    this.#fields.setUint32(OPTS.repeat, 1, true);
  }

  /**
   * @param frame with its Ethernet header
   * @param ifindex device on which it arrives
   * @param mark firewall mark that it has by then
   * @param gsoSize payload of each of the segments that have been merged into it; 0: it is one packet
   */
  run(frame: Uint8Array, ifindex: number, mark = 0, gsoSize = 0): Outcome {
    this.#call(frame, ifindex, mark, gsoSize);
    const bytes = this.#fields.getUint32(OPTS.dataSizeOut, true);
    return { verdict: this.#fields.getUint32(OPTS.retval, true), frame: this.#output.bytes.slice(0, bytes) };
  }

  /** As {@link run}, without the frame that comes out: the verdict alone. */
  judge(frame: Uint8Array, ifindex: number): number {
    this.#call(frame, ifindex, 0, 0);
    return this.#fields.getUint32(OPTS.retval, true);
  }

  /** How long the last run took, in ns by the kernel's clock: with the reading of that clock. */
  get durationNs(): number {
    return this.#fields.getUint32(OPTS.duration, true);
  }

  #call(frame: Uint8Array, ifindex: number, mark: number, gsoSize: number): void {
    this.#input.bytes.set(frame);
    this.#fields.setUint32(OPTS.dataSizeIn, frame.length, true);
    this.#fields.setUint32(OPTS.dataSizeOut, FRAME_BYTES, true);
    this.#contextFields.setUint32(SK_BUFF.mark, mark, true);
    this.#contextFields.setUint32(SK_BUFF.ingressIfindex, ifindex, true);
    this.#contextFields.setUint32(SK_BUFF.ifindex, ifindex, true);
    this.#contextFields.setUint32(SK_BUFF.gsoSize, gsoSize, true);
    if (this.#run(this.#fd, this.#options.address) !== 0) throw new Error(`BPF_PROG_TEST_RUN: errno ${lastErrno()}`);
  }

  close(): void {
    closeSync(this.#fd);
  }
}
