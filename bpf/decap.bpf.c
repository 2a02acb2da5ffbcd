// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * For realservers of VS-TUN whose kernel has no tunl0: takes IP-in-IP packets (RFC 2003) apart on a NIC's ingress,
 * when what is inside is for one of the virtual addresses given. Anything else is left as it is, so that nobody can
 * smuggle packets for other addresses in.
 */
#include "parse.h"

/* Since Linux 6.3: says what the shrinking does, so that tunnel marks on GSO packets go too. */
#define ADJ_ROOM_DECAP_L3_IPV4 (1ULL << 7)

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1024);
	__type(key, __be32);
	__type(value, __u64); /* packets taken out */
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_decap_vips SEC(".maps");

struct nested {
	struct iphdr outer;
	struct iphdr inner;
};

SEC("tc")
int lvs_decap(struct __sk_buff *skb)
{
	struct nested *ip;
	__u64 *packets;
	__be32 vip;

	if (skb->protocol != bpf_htons(ETH_P_IP) || skb->pkt_type != 0 /* PACKET_HOST */)
		return TC_ACT_OK;
	if (packet_data(skb) + ETH_HLEN + sizeof(*ip) > packet_end(skb))
		bpf_skb_pull_data(skb, ETH_HLEN + sizeof(*ip));
	ip = packet_data(skb) + ETH_HLEN;
	if ((void *)(ip + 1) > packet_end(skb))
		return TC_ACT_OK;
	if (ip->outer.protocol != IPPROTO_IPIP || ip->outer.ihl != 5 ||
	    ip->outer.frag_off & bpf_htons(IP_MORE_FRAGMENTS | IP_OFFSET))
		return TC_ACT_OK;
	vip = ip->inner.daddr;
	packets = bpf_map_lookup_elem(&lvs_decap_vips, &vip);
	if (!packets)
		return TC_ACT_OK;
	if (bpf_skb_adjust_room(skb, -(__s32)sizeof(struct iphdr), BPF_ADJ_ROOM_MAC, ADJ_ROOM_DECAP_L3_IPV4) &&
	    bpf_skb_adjust_room(skb, -(__s32)sizeof(struct iphdr), BPF_ADJ_ROOM_MAC, 0))
		return TC_ACT_SHOT;
	__sync_fetch_and_add(packets, 1);
	return TC_ACT_OK;
}

char _license[] SEC("license") = "Dual MIT/GPL";
