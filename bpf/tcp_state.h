/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * IPVS's TCP state machine (net/netfilter/ipvs/ip_vs_proto_tcp.c, v6.1): a loose watcher's view of a connection,
 * for timeouts and for the active and inactive counts.
 */
#ifndef LVS_TCP_STATE_H
#define LVS_TCP_STATE_H

#include "parse.h"

enum tcp_view {
	TCP_VIEW_INPUT, /* client's packets where the server's are seen too (VS-NAT) */
	TCP_VIEW_OUTPUT, /* server's packets */
	TCP_VIEW_INPUT_ONLY, /* client's packets where the server's never come by (VS-DR, VS-TUN) */
	TCP_VIEWS,
};

enum tcp_event {
	TCP_EVENT_SYN,
	TCP_EVENT_FIN,
	TCP_EVENT_ACK,
	TCP_EVENT_RST,
	TCP_EVENTS,
};

#define NO LVS_S_NONE
#define ES LVS_S_ESTABLISHED
#define SS LVS_S_SYN_SENT
#define SR LVS_S_SYN_RECV
#define FW LVS_S_FIN_WAIT
#define TW LVS_S_TIME_WAIT
#define CL LVS_S_CLOSE
#define CW LVS_S_CLOSE_WAIT
#define LA LVS_S_LAST_ACK
#define LI LVS_S_LISTEN
#define SA LVS_S_SYNACK

/* Columns are the present state; 16 of them so that masking the index satisfies the verifier. */
/* clang-format off */
static const __u8 tcp_next_state[TCP_VIEWS][TCP_EVENTS][16] = {
	[TCP_VIEW_INPUT] = {
		/*                NO  ES  SS  SR  FW  TW  CL  CW  LA  LI  SA */
		[TCP_EVENT_SYN] = {SR, ES, ES, SR, SR, SR, SR, SR, SR, SR, SR},
		[TCP_EVENT_FIN] = {CL, CW, SS, TW, TW, TW, CL, CW, LA, LI, TW},
		[TCP_EVENT_ACK] = {ES, ES, SS, ES, FW, TW, CL, CW, CL, LI, ES},
		[TCP_EVENT_RST] = {CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, SR},
	},
	[TCP_VIEW_OUTPUT] = {
		[TCP_EVENT_SYN] = {SS, ES, SS, SR, SS, SS, SS, SS, SS, LI, SR},
		[TCP_EVENT_FIN] = {TW, FW, SS, TW, FW, TW, CL, TW, LA, LI, TW},
		[TCP_EVENT_ACK] = {ES, ES, SS, ES, FW, TW, CL, CW, LA, ES, ES},
		[TCP_EVENT_RST] = {CL, CL, SS, CL, CL, TW, CL, CL, CL, CL, CL},
	},
	[TCP_VIEW_INPUT_ONLY] = {
		[TCP_EVENT_SYN] = {SR, ES, ES, SR, SR, SR, SR, SR, SR, SR, SR},
		[TCP_EVENT_FIN] = {CL, FW, SS, TW, FW, TW, CL, CW, LA, LI, TW},
		[TCP_EVENT_ACK] = {ES, ES, SS, ES, FW, TW, CL, CW, CL, LI, ES},
		[TCP_EVENT_RST] = {CL, CL, CL, SR, CL, CL, CL, CL, LA, LI, CL},
	},
};
/* clang-format on */

#undef NO
#undef ES
#undef SS
#undef SR
#undef FW
#undef TW
#undef CL
#undef CW
#undef LA
#undef LI
#undef SA

/* Data and acknowledgements of an established connection, in either direction: nothing that could move its state. */
static __always_inline bool tcp_is_plain(__u32 state, const struct packet *packet)
{
	return state == LVS_S_ESTABLISHED && !(packet->tcp_flags & (TCP_SYN | TCP_FIN | TCP_RST));
}

/*
 * The first packet of a connection. As in tcp_conn_schedule() (ip_vs_proto_tcp.c, v6.1) a SYN+ACK is one, too: the
 * client's answer to the FTP server that opens a data connection to it, past a director that sees one half of it.
 */
static __always_inline bool tcp_opens(const struct packet *packet)
{
	return (packet->tcp_flags & (TCP_SYN | TCP_RST)) == TCP_SYN;
}

/* The state after this packet; a packet without any of the four flags changes nothing. */
static __always_inline __u32 tcp_next(__u32 state, enum tcp_view view, const struct packet *packet)
{
	enum tcp_event event;

	if (packet->tcp_flags & TCP_RST)
		event = TCP_EVENT_RST;
	else if (packet->tcp_flags & TCP_SYN)
		event = TCP_EVENT_SYN;
	else if (packet->tcp_flags & TCP_FIN)
		event = TCP_EVENT_FIN;
	else if (packet->tcp_flags & TCP_ACK)
		event = TCP_EVENT_ACK;
	else
		return state;
	return tcp_next_state[view][event][state & 15];
}

/* The states that ipvsadm shows under ActiveConn. */
static __always_inline bool state_is_active(__u32 state)
{
	return state == LVS_S_ESTABLISHED || state == LVS_S_SYN_SENT || state == LVS_S_SYN_RECV ||
	       state == LVS_S_SYNACK || state == LVS_S_SCTP_ESTABLISHED;
}

#endif
