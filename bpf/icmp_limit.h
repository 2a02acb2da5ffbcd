/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * How many ICMP errors the director makes: as many as the kernel with its default settings, or whoever writes another's
 * address into packets would have it flooded (icmpv4_xrlim_allow, icmp_global_allow, icmpv6_xrlim_allow, v6.1).
 */
#ifndef LVS_ICMP_LIMIT_H
#define LVS_ICMP_LIMIT_H

#include "address.h"
#include "expiry.h"
#include "parse.h"

/* To one host: icmp_ratelimit, XRLIM_BURST_FACTOR. */
#define ICMP_HOST_INTERVAL_NS NS_PER_S
#define ICMP_HOST_BURST 6
/* To all: icmp_msgs_per_sec, icmp_msgs_burst. */
#define ICMP_ALL_INTERVAL_NS (NS_PER_S / 1000)
#define ICMP_ALL_BURST 50

/* A bucket of tokens is the moment when it will be full. Returns that after one more is taken, or 0 if it is empty. */
static __always_inline __u64 bucket_after(__u64 full_ns, __u64 interval_ns, __u32 burst, __u64 now_ns)
{
	__u64 after_ns = (full_ns > now_ns ? full_ns : now_ns) + interval_ns;

	return after_ns > now_ns + burst * interval_ns ? 0 : after_ns;
}

/* Whether another CPU has not been faster. */
static __always_inline bool bucket_take(__u64 *full_ns, __u64 interval_ns, __u32 burst, __u64 now_ns)
{
	__u64 before_ns = *full_ns, after_ns = bucket_after(before_ns, interval_ns, burst, now_ns);

	return after_ns && __sync_val_compare_and_swap(full_ns, before_ns, after_ns) == before_ns;
}

static __always_inline bool host_take(const struct lvs_address_key *host, __u64 now_ns)
{
	__u64 *full_ns = bpf_map_lookup_elem(&lvs_icmp_hosts, host);
	__u64 first_ns = now_ns + ICMP_HOST_INTERVAL_NS;

	if (full_ns)
		return bucket_take(full_ns, ICMP_HOST_INTERVAL_NS, ICMP_HOST_BURST, now_ns);
	return !bpf_map_update_elem(&lvs_icmp_hosts, host, &first_ns, BPF_ANY);
}

/*
 * Whether the packet's sender may be told. One who is told no more takes nothing from others (as from Linux 6.11 on), and
 * forged ones make no more hosts than the table remembers until their buckets are full again.
 */
__noinline int icmp_is_allowed(const struct packet *packet)
{
	struct lvs_address_key host = {};
	__u64 now_ns = bpf_ktime_get_coarse_ns();
	__u32 zero = 0;
	__u64 *all = bpf_map_lookup_elem(&lvs_icmp_all, &zero);

	if (!packet || !all || !bucket_after(*all, ICMP_ALL_INTERVAL_NS, ICMP_ALL_BURST, now_ns))
		return false;
	address_copy(host.addr, packet->tuple.src);
	host.family = packet->tuple.family;
	return host_take(&host, now_ns) && bucket_take(all, ICMP_ALL_INTERVAL_NS, ICMP_ALL_BURST, now_ns);
}

#endif
