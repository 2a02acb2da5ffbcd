/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Persistence of SIP's calls (ipvsadm --pe sip; ip_vs_pe_sip.c, v6.1): all packets of a client with the same Call-ID
 * go to one server. Where the Call-ID stands is sip_text.h's business.
 */
#ifndef LVS_SIP_H
#define LVS_SIP_H

#include "address.h"
#include "expiry.h"
#include "parse.h"
#include "siphash.h"
#include "sip_text.h"

/* A message of which a part has been read. */
struct sip_reading {
	struct __sk_buff *skb;
	__u32 offset; /* of what comes next, in the frame */
	__u32 end;
	bool is_found;
};

/* Reads one more piece. */
static long sip_read_step(__u32 index, struct sip_reading *reading)
{
	__u32 bytes = reading->end - reading->offset;
	int state;

	if (reading->offset >= reading->end)
		return 1;
	if (bytes > SIP_BLOCK_BYTES)
		bytes = SIP_BLOCK_BYTES;
	state = sip_read_block(reading->skb, reading->offset, bytes);
	reading->offset += bytes;
	reading->is_found = state == SIP_FOUND;
	return state < 0 || state >= SIP_FOUND;
}

/* Reads the Call-ID of a packet. Returns 0, or a negative number where there is none. */
static __noinline int sip_read(struct __sk_buff *skb, const struct packet *packet)
{
	struct lvs_sip *sip = sip_get();
	struct sip_reading reading = {.skb = skb};

	if (!packet || !sip || packet->tuple.protocol != IPPROTO_UDP)
		return -1;
	__builtin_memset(&sip->call, 0, sizeof(sip->call));
	sip->state = SIP_IN_LINE;
	reading.offset = packet->transport + sizeof(struct udphdr);
	reading.end = ETH_HLEN + packet->length;
	bpf_loop(SIP_BLOCKS, sip_read_step, &reading, 0);
	return reading.is_found ? 0 : -1;
}

/* Makes the key of a client's template that of the call that has been read. Returns 0, or a negative error. */
static __noinline int sip_key(struct lvs_tuple *key)
{
	struct lvs_config *config = config_get();
	struct lvs_sip *sip = sip_get();

	if (!key || !config || !sip)
		return -EINVAL;
	address_copy(sip->call.client, key->src);
	key->kind = LVS_CALL;
	siphash_words((const __u64 *)&sip->call, sizeof(sip->call) / sizeof(__u64), config->secret, (__u64 *)key->src);
	return 0;
}

/* Remembers the call that has been read, for listings. Returns 0, or a negative error. */
static __always_inline long sip_remember(const struct lvs_tuple *key)
{
	struct lvs_sip *sip = sip_get();

	return sip ? bpf_map_update_elem(&lvs_calls, key, &sip->call, BPF_ANY) : -EINVAL;
}

#endif
