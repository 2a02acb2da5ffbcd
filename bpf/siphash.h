/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * SipHash-1-3 of one 32-bit value, cut to 32 bits: what the kernel calls hsiphash on 64-bit machines
 * (lib/siphash.c, v6.1). Not for secrets: whoever knows the key can make values meet. And of words of 64 bits, to 128.
 */
#ifndef LVS_SIPHASH_H
#define LVS_SIPHASH_H

#include <bpf/bpf_helpers.h>
#include <linux/types.h>

struct siphash_state {
	__u64 v0, v1, v2, v3;
};

static __always_inline __u64 siphash_rotate(__u64 value, __u32 bits)
{
	return value << bits | value >> (64 - bits);
}

static __always_inline void siphash_round(struct siphash_state *state)
{
	state->v0 += state->v1;
	state->v1 = siphash_rotate(state->v1, 13) ^ state->v0;
	state->v0 = siphash_rotate(state->v0, 32);
	state->v2 += state->v3;
	state->v3 = siphash_rotate(state->v3, 16) ^ state->v2;
	state->v0 += state->v3;
	state->v3 = siphash_rotate(state->v3, 21) ^ state->v0;
	state->v2 += state->v1;
	state->v1 = siphash_rotate(state->v1, 17) ^ state->v2;
	state->v2 = siphash_rotate(state->v2, 32);
}

/* Both halves of the key are the same, as in the one place that uses it. */
static __always_inline __u32 siphash_u32(__u32 value, __u64 key)
{
	/* The last word of the message: the value's four bytes, and the message's length in the top one. */
	__u64 last = 4ULL << 56 | value;
	/* "somepseudorandomlygeneratedbytes" */
	struct siphash_state state = {
		.v0 = 0x736f6d6570736575ULL ^ key,
		.v1 = 0x646f72616e646f6dULL ^ key,
		.v2 = 0x6c7967656e657261ULL ^ key,
		.v3 = 0x7465646279746573ULL ^ key ^ last,
	};

	siphash_round(&state);
	state.v0 ^= last;
	state.v2 ^= 0xff;
	siphash_round(&state);
	siphash_round(&state);
	siphash_round(&state);
	return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

/* SipHash-1-3 with a result of two words, as its reference implementation makes one, but of whole words alone. */
static __always_inline void siphash_words(const __u64 *words, __u32 count, const __u32 *key, __u64 *result)
{
	__u64 key0 = (__u64)key[1] << 32 | key[0];
	__u64 key1 = (__u64)key[3] << 32 | key[2];
	struct siphash_state state = {
		.v0 = 0x736f6d6570736575ULL ^ key0,
		.v1 = 0x646f72616e646f6dULL ^ key1 ^ 0xee,
		.v2 = 0x6c7967656e657261ULL ^ key0,
		.v3 = 0x7465646279746573ULL ^ key1,
	};

	for (__u32 i = 0; i < count; i++) {
		state.v3 ^= words[i];
		siphash_round(&state);
		state.v0 ^= words[i];
	}
	state.v2 ^= 0xee;
	for (int i = 0; i < 3; i++)
		siphash_round(&state);
	result[0] = state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
	state.v1 ^= 0xdd;
	for (int i = 0; i < 3; i++)
		siphash_round(&state);
	result[1] = state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
}

#endif
