/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * What the wires of a lab are told of each of their ends, by the number of its device, and keep there. It is no part of a
 * director's tables.
 */
#ifndef WIRE_ABI_H
#define WIRE_ABI_H

#include <linux/types.h>

struct lvs_wire {
	__u64 bytes_per_second;
	/* How much the bucket behind it holds, as time. */
	__u64 credit_ns;
	/* What would have to wait for longer is dropped. */
	__u64 queue_ns;
	/* Wire time of all that went into the bucket, and of all that came out. */
	__u64 given_ns;
	__u64 taken_ns;
	/* CLOCK_MONOTONIC at which the bucket was, or will be, without credit. */
	__u64 empty_ns;
	/* Device number of the other end, where it comes out. */
	__u32 peer;
	__u32 pad;
};

#endif
