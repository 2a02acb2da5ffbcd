/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * FTP under VS-NAT, as ip_vs_ftp.c (v6.1): the control connection tells where data connections are to come, and they
 * are expected there before they do. Of the text only the address in a reply to PASV must change, and it changes in
 * place, so that TCP's sequence numbers stay.
 */
#ifndef LVS_FTP_H
#define LVS_FTP_H

#include "connection.h"
#include "ftp_text.h"
#include "persistence.h"

/* Puts a data connection together that comes instead of `like`, or under it. */
static __always_inline void ftp_describe(struct lvs_flow *fresh, const struct lvs_flow *like, const __be32 *server,
					 __be16 server_port)
{
	fresh->server = like->server;
	fresh->service = like->service;
	fresh->method = LVS_NAT;
	fresh->to_family = like->to_family;
	address_copy(fresh->to_addr, server);
	fresh->to_port = server_port;
	/* The kernel, too, lists it so, and does not count it among its service's connections. */
	fresh->state = LVS_S_LISTEN;
	fresh->flags = LVS_FLOW_CONTROLLED;
}

/* Expects the data connection that the line speaks of, under the control connection `control`. Returns 0, or an error. */
static __noinline int ftp_expect(const struct lvs_tuple *control, const struct lvs_flow *flow, __u64 now_ns)
{
	struct lvs_tuple *key = key_draft(KEY_DRAFT_TEMPLATE);
	struct lvs_ftp_line *line = ftp_line();
	struct lvs_flow *known, *fresh;
	int reason;

	if (!control || !flow || !line || !key)
		return -EINVAL;
	*key = *control;
	address_copy(key->src, line->client);
	key->sport = line->client_port;
	key->dport = line->virtual_port;
	key->kind = line->client_port ? LVS_CONNECTION : LVS_EXPECTED;
	known = bpf_map_lookup_elem(&lvs_flows, key);
	if (known && known->direction == LVS_TO_SERVER)
		connection_delete(key, known, now_ns);
	fresh = connection_blank();
	if (!fresh || template_hold(key, control, flow->server))
		return -EINVAL;
	ftp_describe(fresh, flow, line->server, line->server_port);
	if (connection_create(key, fresh, now_ns, &reason))
		return 0;
	template_release(key);
	return -EINVAL;
}

/* The client says where the server is to connect to. */
static __always_inline void ftp_read_command(struct lvs_ftp_line *line, const struct packet *packet,
					     const struct lvs_flow *flow)
{
	bool is_ipv4 = packet->tuple.family == LVS_IPV4;
	__u32 command = ftp_word(line);

	address_copy(line->client, packet->tuple.src);
	address_copy(line->server, flow->to_addr);
	/* RFC 959, section 3.2: from the port before the control connection's. */
	line->server_port = bpf_htons(bpf_ntohs(flow->to_port) - 1);
	if (command == FTP_PORT_COMMAND && is_ipv4) {
		if (!ftp_read_numbers(line))
			return;
		line->client[0] = bpf_htonl(line->numbers >> 16);
		line->client_port = bpf_htons(line->numbers & 0xffff);
	} else if (command == FTP_EPRT_COMMAND) {
		if (!ftp_read_fields(line, ' ') || line->family != (is_ipv4 ? '1' : '2'))
			return;
		line->client_port = bpf_htons(line->value);
	}
	if (line->client_port)
		line->virtual_port = bpf_htons(bpf_ntohs(packet->tuple.dport) - 1);
}

/* The server says where it waits for its client. */
static __always_inline void ftp_read_reply(struct lvs_ftp_line *line, const struct packet *packet)
{
	__u32 code = ftp_word(line);

	address_copy(line->client, packet->tuple.dst);
	address_copy(line->server, packet->tuple.src);
	if (code == FTP_PASV_REPLY && packet->tuple.family == LVS_IPV4) {
		if (!ftp_read_numbers(line))
			return;
		line->server[0] = bpf_htonl(line->numbers >> 16);
		line->server_port = bpf_htons(line->numbers & 0xffff);
	} else if (code == FTP_EPSV_REPLY) {
		if (!ftp_read_fields(line, '('))
			return;
		line->server_port = bpf_htons(line->value);
	}
	line->virtual_port = line->server_port;
}

/* Where the packet's payload begins, and in *bytes how much of it there is; 0 where there is none. */
static __always_inline __u32 ftp_payload(struct __sk_buff *skb, const struct packet *packet, __u32 *bytes)
{
	__u8 data_offset;
	__u32 payload;

	if (bpf_skb_load_bytes(skb, packet->transport + TCP_DATA_OFFSET, &data_offset, sizeof(data_offset)))
		return 0;
	payload = packet->transport + (data_offset >> 4) * 4;
	if (ETH_HLEN + packet->length <= payload + FTP_WORD_BYTES)
		return 0;
	*bytes = ETH_HLEN + packet->length - payload;
	return payload;
}

/* Reads the line that the packet begins with. Returns where it stands in the frame, or 0. */
static __noinline __u32 ftp_read(struct __sk_buff *skb, const struct packet *packet, const struct lvs_flow *flow)
{
	struct lvs_ftp_line *line = ftp_line();
	__u32 payload, present;
	__u64 bytes;

	if (!packet || !flow || !line)
		return 0;
	payload = ftp_payload(skb, packet, &present);
	if (!payload)
		return 0;
	bytes = present > sizeof(line->text) ? sizeof(line->text) : present;
	/* Clang knows, and the verifier does not. */
	asm volatile("" : "+r"(bytes));
	if (bytes < FTP_WORD_BYTES || bytes > sizeof(line->text))
		return 0;
	__builtin_memset(line, 0, sizeof(*line));
	line->length = bytes;
	if (bpf_skb_load_bytes(skb, payload, line->text, bytes))
		return 0;
	if (flow->direction == LVS_TO_CLIENT)
		ftp_read_reply(line, packet);
	else
		ftp_read_command(line, packet, flow);
	return line->virtual_port ? payload : 0;
}

/* Writes the virtual address into a reply to PASV. Returns 0, or a negative error. */
static __noinline int ftp_write(struct __sk_buff *skb, const struct packet *packet, const struct lvs_flow *flow,
				__u32 payload)
{
	struct lvs_ftp_line *line = ftp_line();
	__s64 difference;
	__u64 bytes;

	if (!packet || !flow || !line)
		return -EINVAL;
	/* A line without room stays: clients that distrust its address use that of the control connection. */
	if (ftp_word(line) != FTP_PASV_REPLY || !ftp_rewrite(line, flow->to_addr[0]))
		return 0;
	/* The payload begins at an even place of the segment, and both lines are the same behind the address. */
	difference = bpf_csum_diff((__be32 *)line->text, sizeof(line->text), (__be32 *)line->becomes,
				   sizeof(line->becomes), 0);
	if (difference < 0 ||
	    bpf_l4_csum_replace(skb, packet->transport + offsetof(struct tcphdr, check), 0, difference, 0))
		return -EINVAL;
	bytes = line->address_end;
	asm volatile("" : "+r"(bytes));
	if (bytes < FTP_WORD_BYTES || bytes > sizeof(line->becomes))
		return -EINVAL;
	return bpf_skb_store_bytes(skb, payload, line->becomes, bytes, 0);
}

/*
 * Looks into a packet of a control connection. Returns 0, or a negative error, after which it must not go on: its
 * sender sends it again.
 */
__noinline int ftp_inspect(struct __sk_buff *skb, const struct packet *packet, __u64 now_ns)
{
	struct lvs_tuple *tuple = key_draft(KEY_DRAFT_PACKET);
	struct lvs_flow *flow;
	__u32 payload;

	if (!packet || !tuple)
		return -EINVAL;
	*tuple = packet->tuple;
	flow = bpf_map_lookup_elem(&lvs_flows, tuple);
	if (!flow || flow->state != LVS_S_ESTABLISHED)
		return 0;
	payload = ftp_read(skb, packet, flow);
	if (!payload)
		return 0;
	if (flow->direction == LVS_TO_SERVER)
		return ftp_expect(tuple, flow, now_ns);
	if (ftp_expect(&flow->peer, flow, now_ns))
		return -EINVAL;
	return ftp_write(skb, packet, flow, payload);
}

/* Makes the connection that was expected without its client's port and that this packet opens. Says if there is one. */
__noinline int ftp_take(const struct packet *packet, __u64 now_ns)
{
	struct lvs_tuple *tuple = key_draft(KEY_DRAFT_PACKET);
	struct lvs_tuple *key = key_draft(KEY_DRAFT_TEMPLATE);
	struct lvs_flow *expected, *fresh;
	struct lvs_child *child;
	int reason;

	if (!packet || !tuple || !key)
		return 0;
	*tuple = packet->tuple;
	*key = packet->tuple;
	key->sport = 0;
	key->kind = LVS_EXPECTED;
	expected = bpf_map_lookup_elem(&lvs_flows, key);
	if (!expected || expected->state != LVS_S_LISTEN)
		return 0;
	child = bpf_map_lookup_elem(&lvs_templates, key);
	fresh = connection_blank();
	if (!child || !fresh || template_hold(tuple, &child->parent, expected->server))
		return 0;
	ftp_describe(fresh, expected, expected->to_addr, expected->to_port);
	connection_delete(key, expected, now_ns);
	if (connection_create(tuple, fresh, now_ns, &reason))
		return 1;
	template_release(tuple);
	return 0;
}

#endif
