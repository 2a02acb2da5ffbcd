/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * Addresses and tuples: copying, comparing, turning round.
 */
#ifndef LVS_ADDRESS_H
#define LVS_ADDRESS_H

#include "abi.h"
#include <stdbool.h>

#define ADDRESS_BYTES 16

static __always_inline void address_copy(__be32 *to, const __be32 *from)
{
	__builtin_memcpy(to, from, ADDRESS_BYTES);
}

static __always_inline bool address_equal(const __be32 *a, const __be32 *b)
{
	return a[0] == b[0] && a[1] == b[1] && a[2] == b[2] && a[3] == b[3];
}

static __always_inline bool tuple_equal(const struct lvs_tuple *a, const struct lvs_tuple *b)
{
	return address_equal(a->src, b->src) && address_equal(a->dst, b->dst) && a->sport == b->sport &&
	       a->dport == b->dport && a->protocol == b->protocol && a->family == b->family && a->kind == b->kind;
}

#endif
