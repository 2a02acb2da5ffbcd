/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The ones' complement sum of a part of a packet (RFC 1071), read piece by piece. Slow: for what has no other way.
 */
#ifndef LVS_PACKET_SUM_H
#define LVS_PACKET_SUM_H

#include "checksum.h"
#include <bpf/bpf_helpers.h>
#include <linux/bpf.h>

/* As much as bpf_csum_diff() takes at once. */
#define SUM_CHUNK 512
/* A jumbo frame's. */
#define SUM_CHUNKS 18

struct lvs_sum_chunk {
	__be32 words[SUM_CHUNK / sizeof(__be32)];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lvs_sum_chunk);
} lvs_sum_chunk SEC(".maps");

/* 16 bits of sum; negative when the packet has not so many bytes, or there are too many. */
__noinline __s64 packet_sum(struct __sk_buff *skb, __u32 offset, __u32 bytes)
{
	__u32 zero = 0;
	struct lvs_sum_chunk *chunk = bpf_map_lookup_elem(&lvs_sum_chunk, &zero);
	__s64 sum = 0;

	if (!chunk || bytes > SUM_CHUNK * SUM_CHUNKS)
		return -1;
	for (int i = 0; i < SUM_CHUNKS && bytes; i++) {
		__u32 part = bytes < SUM_CHUNK ? bytes : SUM_CHUNK;
		__u32 padded;

		/* From 1 to SUM_CHUNK as it is, which Linux 6.1's verifier has forgotten. */
		barrier_var(part);
		part = ((part - 1) & (SUM_CHUNK - 1)) + 1;
		padded = (part + 3) & ~3;
		barrier_var(padded);
		if (padded > SUM_CHUNK)
			return -1;
		/* What the last word has too many of is zero; of a whole chunk the first word is, before it is read. */
		chunk->words[part / sizeof(__be32) % (SUM_CHUNK / sizeof(__be32))] = 0;
		if (bpf_skb_load_bytes(skb, offset, chunk, part))
			return -1;
		sum = bpf_csum_diff(NULL, 0, chunk->words, padded, sum & 0xffffffff);
		offset += part;
		bytes -= part;
	}
	return (__u16)~checksum_fold(sum & 0xffffffff);
}

#endif
