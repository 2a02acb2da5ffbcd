// SPDX-License-Identifier: MIT OR GPL-2.0-only
/*
 * For realservers of VS-TUN whose kernel has no tunnel devices: takes packets out of IP-in-IP, GRE and GUE on a NIC's
 * ingress, when what is inside is for one of the virtual addresses given. Anything else is left as it is, so that
 * nobody can smuggle packets for other addresses in. Outer checksums are not looked at: the inner ones still are.
 */
#include "packet_sum.h"
#include "tunnel_parse.h"

/* Since Linux 6.3: says what the packet is after the shrinking. */
#define ADJ_ROOM_DECAP_L3_IPV4 (1ULL << 7)
#define ADJ_ROOM_DECAP_L3_IPV6 (1ULL << 8)

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 1024);
	__type(key, struct lvs_address_key);
	__type(value, __u64); /* packets taken out */
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_decap_vips SEC(".maps");

/* UDP ports on which GUE comes. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 64);
	__type(key, __u32);
	__type(value, __u32);
	__uint(pinning, LIBBPF_PIN_BY_NAME);
} lvs_decap_ports SEC(".maps");

/* Takes the outer headers off. Returns a verdict. */
static __always_inline int remove_outer(struct __sk_buff *skb, const struct tunnel_packet *found)
{
	__s32 bytes = found->inner - ETH_HLEN;
	bool is_ipv4 = found->inner_family == LVS_IPV4;
	__be16 type = is_ipv4 ? bpf_htons(ETH_P_IP) : bpf_htons(ETH_P_IPV6);
	__u64 flags = 0;

	/* The device has looked at an inner checksum, if at any: that stays known. */
	if (!found->has_checksum)
		flags |= BPF_F_ADJ_ROOM_NO_CSUM_RESET;
	/* Segments of TCP become longer again, datagrams stay as they are: the helper refuses these otherwise. */
	if (skb->gso_size && found->is_datagram)
		flags |= BPF_F_ADJ_ROOM_FIXED_GSO;
	if (found->outer_family == found->inner_family)
		return bpf_skb_adjust_room(skb, -bytes, BPF_ADJ_ROOM_MAC, flags) ? TC_ACT_SHOT : TC_ACT_OK;
	if (bpf_skb_store_bytes(skb, offsetof(struct ethhdr, h_proto), &type, sizeof(type), 0))
		return TC_ACT_SHOT;
	if (!bpf_skb_adjust_room(skb, -bytes, BPF_ADJ_ROOM_MAC,
				 flags | (is_ipv4 ? ADJ_ROOM_DECAP_L3_IPV4 : ADJ_ROOM_DECAP_L3_IPV6)))
		return TC_ACT_OK;
	/* Before Linux 6.3 only the NIC can tell the stack that the packet is of another family: it comes in once more. */
	if (bpf_skb_adjust_room(skb, -bytes, BPF_ADJ_ROOM_MAC, flags))
		return TC_ACT_SHOT;
	return bpf_redirect(skb->ifindex, BPF_F_INGRESS);
}

/*
 * Congestion that was met in the tunnel is told to the inner packet (RFC 6040, section 4.2). Returns 0; negative when
 * that has to be dropped instead, as its sender would not know what it means.
 */
static __noinline int mark_congestion(struct __sk_buff *skb, const struct tunnel_packet *found)
{
	__u8 first[2], marked[2];
	/* The ECN field: of IPv4 in its second byte's lowest bits, of IPv6 in bits 4 and 5 of it. */
	__u32 shift;

	if (!found || bpf_skb_load_bytes(skb, found->inner, first, sizeof(first)))
		return -1;
	shift = found->inner_family == LVS_IPV4 ? 0 : 4;
	if (!(first[1] >> shift & ECN_MASK))
		return -1;
	marked[0] = first[0];
	marked[1] = first[1] | ECN_CONGESTED << shift;
	if (found->inner_family == LVS_IPV4 && bpf_l3_csum_replace(skb, found->inner + offsetof(struct iphdr, check),
								   *(__be16 *)first, *(__be16 *)marked, sizeof(__be16)))
		return -1;
	return bpf_skb_store_bytes(skb, found->inner, marked, sizeof(marked), BPF_F_RECOMPUTE_CSUM);
}

/*
 * The sender has left the inner checksum to us: it has the sum of the pseudo-header where it belongs, and is to be of
 * what lies from `checksum_start` on. Returns 0, or a negative error.
 */
static __noinline int complete_checksum(struct __sk_buff *skb, const struct tunnel_packet *found)
{
	__u16 checksum;
	__s64 sum;

	if (!found || found->checksum_start > found->inner_bytes)
		return -1;
	/* Of a GSO packet the device makes those of all segments. */
	if (skb->gso_size)
		return 0;
	sum = packet_sum(skb, found->inner + found->checksum_start, found->inner_bytes - found->checksum_start);
	if (sum < 0)
		return -1;
	checksum = ~sum;
	/* RFC 768: a sum of zero is written as its other form. No other transport minds. */
	if (!checksum)
		checksum = 0xffff;
	return bpf_skb_store_bytes(skb, found->inner + found->checksum_offset, &checksum, sizeof(checksum),
				   BPF_F_RECOMPUTE_CSUM);
}

/* Whether the packet is for one of the addresses; counts it there. */
static __always_inline bool is_for_us(const struct lvs_address_key *destination)
{
	__u64 *packets = bpf_map_lookup_elem(&lvs_decap_vips, destination);

	if (packets)
		__sync_fetch_and_add(packets, 1);
	return packets;
}

static __noinline int take_out(struct __sk_buff *skb)
{
	struct tunnel_packet found = {};

	if (!tunnel_parse(skb, &lvs_decap_ports, &found) || !is_for_us(&found.destination))
		return TC_ACT_OK;
	if ((found.tos & ECN_MASK) == ECN_CONGESTED && mark_congestion(skb, &found))
		return TC_ACT_SHOT;
	if (found.is_remote_checksum && complete_checksum(skb, &found))
		return TC_ACT_SHOT;
	return remove_outer(skb, &found);
}

struct nested {
	struct iphdr outer;
	struct iphdr inner;
};

/* IPv4 in IPv4 with nothing else to do but to take it out. */
static __always_inline bool is_simple(struct __sk_buff *skb, const struct nested *ip)
{
	return ip->outer.protocol == IPPROTO_IPIP && ip->outer.ihl == 5 && ip->inner.version == 4 &&
	       !(ip->outer.frag_off & bpf_htons(IP_MORE_FRAGMENTS | IP_OFFSET)) &&
	       (ip->outer.tos & ECN_MASK) != ECN_CONGESTED && (ip->inner.protocol == IPPROTO_TCP || !skb->gso_size);
}

static __always_inline int decapsulate(struct __sk_buff *skb)
{
	struct nested *ip = packet_data(skb) + ETH_HLEN;

	/* What is for another host is not for us, though a bridge or tcpdump shows it. */
	if (skb->pkt_type != 0 /* PACKET_HOST */)
		return TC_ACT_OK;
	if (skb->protocol != bpf_htons(ETH_P_IP) || (void *)(ip + 1) > packet_end(skb))
		return take_out(skb);
	if (ip->outer.protocol == IPPROTO_TCP)
		return TC_ACT_OK;
	if (is_simple(skb, ip)) {
		struct lvs_address_key vip = {.addr = {ip->inner.daddr}, .family = LVS_IPV4};

		if (!is_for_us(&vip))
			return TC_ACT_OK;
		return bpf_skb_adjust_room(skb, -(__s32)sizeof(struct iphdr), BPF_ADJ_ROOM_MAC,
					   BPF_F_ADJ_ROOM_NO_CSUM_RESET) ?
			       TC_ACT_SHOT :
			       TC_ACT_OK;
	}
	return take_out(skb);
}

SEC("tc")
int lvs_decap(struct __sk_buff *skb)
{
	int verdict = decapsulate(skb);

	/* Programs and filters of others on the device are to see what the stack gets. */
	return verdict == TC_ACT_OK ? TC_ACT_UNSPEC : verdict;
}

char _license[] SEC("license") = "Dual MIT/GPL";
