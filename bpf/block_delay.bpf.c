// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * A fault: holds back the end of each block that ends between 64 and 96 kB. So did the TCP of some old kernels, with
 * blocks just above 64 kB alone. Only TCP over IPv4 to certain addresses has it. A block begins with the first segment
 * that acknowledges more than the one before, and ends with a segment that is pushed: so where two hosts send each other
 * blocks in turn, as netpipe does. The wait is a busy one, because on most kernels a queue that could hold a packet back is
 * a module.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/pkt_cls.h>
#include <linux/tcp.h>
#include <stdbool.h>

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

/* What a protocol says right before a block counts as a part of it: netpipe's words have room in a kilobyte. */
#define PREFACE_BYTES 1024
#define LONGEST_SOUND_BYTES (64 * 1024 + PREFACE_BYTES)
#define LONGEST_SLOW_BYTES (96 * 1024 + PREFACE_BYTES)
/* Several times what such a block takes on a machine of today. */
#define DELAY_NS 2000000ULL
/* More than fit into the delay. */
#define MOST_LOOKS (1 << 18)
#define FRAGMENT_OFFSET 0x1fff

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 256);
	__type(key, __u32); /* address, in the host's byte order */
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_delayed SEC(".maps");

struct direction {
	__be32 from;
	__be32 to;
	__be16 from_port;
	__be16 to_port;
};

/* Sequence numbers in the host's byte order. */
struct block {
	__u32 acknowledges;
	__u32 begins;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct direction);
	__type(value, struct block);
} lvs_blocks SEC(".maps");

static long look_at_clock(__u32 look, void *until_ns)
{
	return bpf_ktime_get_ns() >= *(__u64 *)until_ns;
}

static __always_inline void wait(void)
{
	__u64 until_ns = bpf_ktime_get_ns() + DELAY_NS;

	bpf_loop(MOST_LOOKS, look_at_clock, &until_ns, 0);
}

/* Where in its block a segment begins. */
static __always_inline __u32 find_offset(const struct direction *direction, const struct tcphdr *tcp)
{
	struct block begun = {.acknowledges = bpf_ntohl(tcp->ack_seq), .begins = bpf_ntohl(tcp->seq)};
	struct block *block = bpf_map_lookup_elem(&lvs_blocks, direction);

	if (block && block->acknowledges == begun.acknowledges)
		return begun.begins - block->begins;
	bpf_map_update_elem(&lvs_blocks, direction, &begun, BPF_ANY);
	return 0;
}

/* On the egress of a switch's port: what goes to the NIC that is plugged in there. */
SEC("tc")
int lvs_block_delay(struct __sk_buff *skb)
{
	__u32 transport = ETH_HLEN, address, headers, length, end;
	struct direction direction;
	struct tcphdr tcp;
	struct iphdr ip;

	if (skb->protocol != bpf_htons(ETH_P_IP) || bpf_skb_load_bytes(skb, ETH_HLEN, &ip, sizeof(ip)) ||
	    ip.protocol != IPPROTO_TCP || ip.frag_off & bpf_htons(FRAGMENT_OFFSET))
		return TC_ACT_UNSPEC;
	transport += ip.ihl * 4;
	address = bpf_ntohl(ip.daddr);
	if (!bpf_map_lookup_elem(&lvs_delayed, &address) || bpf_skb_load_bytes(skb, transport, &tcp, sizeof(tcp)))
		return TC_ACT_UNSPEC;
	/* A frame's end may be padding; a packet that the kernel has not cut yet may be too long for its length field. */
	headers = transport - ETH_HLEN + tcp.doff * 4;
	length = bpf_ntohs(ip.tot_len) ?: skb->len - ETH_HLEN;
	if (length <= headers)
		return TC_ACT_UNSPEC;
	direction = (struct direction){ip.saddr, ip.daddr, tcp.source, tcp.dest};
	end = find_offset(&direction, &tcp) + length - headers;
	if (tcp.psh && end > LONGEST_SOUND_BYTES && end <= LONGEST_SLOW_BYTES)
		wait();
	return TC_ACT_UNSPEC;
}

char _license[] SEC("license") = "Dual MIT/GPL";
