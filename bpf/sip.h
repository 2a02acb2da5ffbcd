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

/* Reads the Call-ID of a packet. Returns 0, or a negative number where there is none. */
static __noinline int sip_read(struct __sk_buff *skb, const struct packet *packet)
{
	struct lvs_sip *sip = sip_get();
	__u32 offset, end;

	if (!packet || !sip || packet->tuple.protocol != IPPROTO_UDP)
		return -1;
	__builtin_memset(&sip->call, 0, sizeof(sip->call));
	sip->state = SIP_IN_LINE;
	offset = packet->transport + sizeof(struct udphdr);
	end = ETH_HLEN + packet->length;
	for (int i = 0; i < SIP_BLOCKS; i++) {
		__u32 bytes = end - offset;
		int state;

		if (offset >= end)
			break;
		if (bytes > SIP_BLOCK_BYTES)
			bytes = SIP_BLOCK_BYTES;
		state = sip_read_block(skb, offset, bytes);
		if (state < 0 || state == SIP_NONE)
			break;
		if (state == SIP_FOUND)
			return 0;
		offset += bytes;
	}
	return -1;
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
