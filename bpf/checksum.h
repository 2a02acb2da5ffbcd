/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Internet checksums (RFC 1071): of a whole header, and mended where one field of it changes (RFC 1624).
 */
#ifndef LVS_CHECKSUM_H
#define LVS_CHECKSUM_H

#include <linux/ip.h>
#include <linux/types.h>

static __always_inline __u16 checksum_fold(__u32 sum)
{
	sum = (sum & 0xffff) + (sum >> 16);
	return ~((sum & 0xffff) + (sum >> 16));
}

/* Of a header without options whose own checksum is still zero. */
static __always_inline __u16 ip_checksum(const struct iphdr *ip)
{
	const __u16 *words = (const __u16 *)ip;
	__u32 sum = 0;

	for (int i = 0; i < (int)sizeof(*ip) / 2; i++)
		sum += words[i];
	return checksum_fold(sum);
}

/* RFC 1624, equation 3: HC' = ~(~HC + ~m + m'), for one 16-bit field. */
static __always_inline __u16 checksum_replace16(__u16 checksum, __u16 from, __u16 to)
{
	__u32 sum = (__u16)~checksum + (__u32)(__u16)~from + to;

	return checksum_fold(sum);
}

static __always_inline __u16 checksum_replace32(__u16 checksum, __be32 from, __be32 to)
{
	checksum = checksum_replace16(checksum, from & 0xffff, to & 0xffff);
	return checksum_replace16(checksum, from >> 16, to >> 16);
}

#endif
