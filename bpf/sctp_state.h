/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * IPVS's SCTP state machine (net/netfilter/ipvs/ip_vs_proto_sctp.c, v6.1): what the packet's first chunk makes of an
 * association's state. States are seen from the server.
 */
#ifndef LVS_SCTP_STATE_H
#define LVS_SCTP_STATE_H

#include "parse.h"
#include "tcp_state.h"

enum sctp_event {
	SCTP_EVENT_DATA, /* any chunk without a row of its own */
	SCTP_EVENT_INIT,
	SCTP_EVENT_INIT_ACK,
	SCTP_EVENT_COOKIE_ECHO,
	SCTP_EVENT_COOKIE_ACK,
	SCTP_EVENT_SHUTDOWN,
	SCTP_EVENT_SHUTDOWN_ACK,
	SCTP_EVENT_SHUTDOWN_COMPLETE,
	SCTP_EVENT_ERROR,
	SCTP_EVENT_ABORT,
};

/* By chunk type. Constants of 16 or 32 bytes get a section of their own from clang, which libbpf 1.1 cannot load. */
static const __u8 sctp_event_of_chunk[SCTP_CHUNK_SHUTDOWN_COMPLETE + 1] = {
	[SCTP_CHUNK_INIT] = SCTP_EVENT_INIT,
	[SCTP_CHUNK_INIT_ACK] = SCTP_EVENT_INIT_ACK,
	[SCTP_CHUNK_ABORT] = SCTP_EVENT_ABORT,
	[SCTP_CHUNK_SHUTDOWN] = SCTP_EVENT_SHUTDOWN,
	[SCTP_CHUNK_SHUTDOWN_ACK] = SCTP_EVENT_SHUTDOWN_ACK,
	[SCTP_CHUNK_ERROR] = SCTP_EVENT_ERROR,
	[SCTP_CHUNK_COOKIE_ECHO] = SCTP_EVENT_COOKIE_ECHO,
	[SCTP_CHUNK_COOKIE_ACK] = SCTP_EVENT_COOKIE_ACK,
	[SCTP_CHUNK_SHUTDOWN_COMPLETE] = SCTP_EVENT_SHUTDOWN_COMPLETE,
};

/* Columns are the present state, counted from the first of SCTP's. Rows of 16 and 16 rows, so that masks satisfy the verifier. */
#define S(state) (LVS_S_SCTP_##state - LVS_S_SCTP_NONE)
#define NO S(NONE)
#define I1 S(INIT1)
#define IN S(INIT)
#define CS S(COOKIE_SENT)
#define CR S(COOKIE_REPLIED)
#define CW S(COOKIE_WAIT)
#define CO S(COOKIE)
#define CE S(COOKIE_ECHOED)
#define ES S(ESTABLISHED)
#define SS S(SHUTDOWN_SENT)
#define SR S(SHUTDOWN_RECEIVED)
#define SA S(SHUTDOWN_ACK_SENT)
#define RJ S(REJECTED)
#define CL S(CLOSED)

/* clang-format off */
static const __u8 sctp_next_state[TCP_VIEWS][16][16] = {
	[TCP_VIEW_INPUT] = {
		/*                               NO  I1  IN  CS  CR  CW  CO  CE  ES  SS  SR  SA  RJ  CL */
		[SCTP_EVENT_DATA] =              {ES, I1, IN, CS, CR, CW, CO, CE, ES, SS, SR, SA, RJ, CL},
		[SCTP_EVENT_INIT] =              {I1, IN, IN, CS, CR, CW, CO, CE, ES, SS, SR, SA, IN, IN},
		[SCTP_EVENT_INIT_ACK] =          {CW, CW, CW, CS, CR, CO, CO, CE, ES, SS, SR, SA, RJ, CL},
		[SCTP_EVENT_COOKIE_ECHO] =       {CR, IN, IN, CR, CR, CW, CO, CE, ES, SS, SR, SA, RJ, CL},
		[SCTP_EVENT_COOKIE_ACK] =        {ES, I1, IN, CS, CR, CW, CO, ES, ES, SS, SR, SA, RJ, CL},
		[SCTP_EVENT_SHUTDOWN] =          {SR, I1, IN, CS, CR, CW, CO, CE, SR, SS, SR, SA, RJ, CL},
		[SCTP_EVENT_SHUTDOWN_ACK] =      {CL, IN, IN, CS, CR, CW, CO, CE, ES, CL, SR, CL, RJ, CL},
		[SCTP_EVENT_SHUTDOWN_COMPLETE] = {CL, CL, CL, CS, CR, CW, CO, CE, ES, SS, SR, CL, RJ, CL},
		[SCTP_EVENT_ERROR] =             {CL, I1, IN, CS, CR, CW, CO, CL, ES, SS, SR, SA, RJ, CL},
		[SCTP_EVENT_ABORT] =             {CL, CL, CL, CL, CL, RJ, CL, CL, CL, CL, CL, CL, CL, CL},
	},
	[TCP_VIEW_OUTPUT] = {
		[SCTP_EVENT_DATA] =              {ES, I1, IN, CS, CR, CW, CO, CE, ES, SS, SR, SA, RJ, CL},
		[SCTP_EVENT_INIT] =              {CW, CW, CW, CW, CW, CW, CW, CW, ES, CW, CW, CW, CW, CW},
		[SCTP_EVENT_INIT_ACK] =          {CS, CS, CS, CS, CR, CW, CO, CE, ES, SS, SR, SA, RJ, CL},
		[SCTP_EVENT_COOKIE_ECHO] =       {CE, CE, CE, CE, CE, CE, CE, CE, ES, SS, SR, SA, RJ, CL},
		[SCTP_EVENT_COOKIE_ACK] =        {ES, ES, ES, ES, ES, ES, ES, ES, ES, SS, SR, SA, RJ, CL},
		[SCTP_EVENT_SHUTDOWN] =          {SS, SS, SS, SS, SS, SS, SS, SS, SS, SS, SR, SA, RJ, CL},
		[SCTP_EVENT_SHUTDOWN_ACK] =      {SA, SA, SA, SA, SA, CW, CO, CE, ES, SA, SA, SA, RJ, CL},
		[SCTP_EVENT_SHUTDOWN_COMPLETE] = {CL, I1, IN, CS, CR, CW, CO, CE, ES, SS, SR, SA, RJ, CL},
		[SCTP_EVENT_ERROR] =             {CL, CL, CL, CL, CL, CW, CO, CE, ES, SS, SR, SA, RJ, CL},
		[SCTP_EVENT_ABORT] =             {CL, RJ, CL, CL, CL, CL, CL, CL, CL, CL, CL, CL, CL, CL},
	},
	[TCP_VIEW_INPUT_ONLY] = {
		[SCTP_EVENT_DATA] =              {ES, I1, IN, CS, CR, ES, CO, CE, ES, SS, SR, SA, RJ, CL},
		[SCTP_EVENT_INIT] =              {I1, IN, IN, IN, IN, IN, CO, CE, ES, SS, SR, SA, IN, IN},
		[SCTP_EVENT_INIT_ACK] =          {CE, CE, CE, CE, CE, CE, CO, CE, ES, SS, SR, SA, RJ, CL},
		[SCTP_EVENT_COOKIE_ECHO] =       {ES, ES, ES, ES, ES, ES, CO, CE, ES, SS, SR, SA, RJ, CL},
		[SCTP_EVENT_COOKIE_ACK] =        {ES, I1, IN, ES, ES, CW, ES, ES, ES, SS, SR, SA, RJ, CL},
		[SCTP_EVENT_SHUTDOWN] =          {SR, I1, IN, CS, CR, CW, CO, CE, SR, SS, SR, SA, RJ, CL},
		[SCTP_EVENT_SHUTDOWN_ACK] =      {CL, IN, IN, CS, CR, CW, CO, CE, CL, CL, SR, CL, RJ, CL},
		[SCTP_EVENT_SHUTDOWN_COMPLETE] = {CL, CL, CL, CL, CL, CW, CO, CE, ES, SS, CL, CL, RJ, CL},
		[SCTP_EVENT_ERROR] =             {CL, I1, IN, CS, CR, CW, CO, CE, ES, SS, SR, SA, RJ, CL},
		[SCTP_EVENT_ABORT] =             {CL, CL, CL, CL, CL, RJ, CL, CL, CL, CL, CL, CL, CL, CL},
	},
};
/* clang-format on */

#undef S
#undef NO
#undef I1
#undef IN
#undef CS
#undef CR
#undef CW
#undef CO
#undef CE
#undef ES
#undef SS
#undef SR
#undef SA
#undef RJ
#undef CL

/* The first packet of an association. */
static __always_inline bool sctp_opens(const struct packet *packet)
{
	return packet->tcp_flags == SCTP_CHUNK_INIT;
}

/* The state after this packet. */
static __always_inline __u32 sctp_next(__u32 state, enum tcp_view view, const struct packet *packet)
{
	__u8 chunk = packet->tcp_flags;
	enum sctp_event event = chunk < sizeof(sctp_event_of_chunk) ? sctp_event_of_chunk[chunk] : SCTP_EVENT_DATA;

	return LVS_S_SCTP_NONE + sctp_next_state[view][event & 15][(state - LVS_S_SCTP_NONE) & 15];
}

#endif
