/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * The Call-ID of a SIP message (RFC 3261, section 20.8), found byte by byte with a table of states: what
 * ct_sip_get_header() and ip_vs_pe_sip.c (v6.1) find, and in the same malformed messages nothing. Each byte is read
 * once: a state is all that is remembered of what came before.
 */
#ifndef LVS_SIP_TEXT_H
#define LVS_SIP_TEXT_H

#include "maps.h"

enum sip_class {
	SIP_OTHER = 0, /* in no Call-ID */
	SIP_CR,
	SIP_LF,
	SIP_SPACE, /* and tab */
	SIP_AT,
	SIP_WORD, /* may stand in a Call-ID, as those below */
	SIP_COLON,
	SIP_HYPHEN,
	SIP_ALPHA, /* a letter, as those below */
	SIP_A,
	SIP_C,
	SIP_D,
	SIP_I,
	SIP_L,
	SIP_CLASSES = 16, /* so that masking the index satisfies the verifier */
};

/* The kernel's characters are those of ISO 8859-1: it takes 0xd7 and 0xf7, times and divided by, for none of its letters. */
/* clang-format off */
static const __u8 sip_class_of[256] = {
	['\r'] = SIP_CR, ['\n'] = SIP_LF, [' '] = SIP_SPACE, ['\t'] = SIP_SPACE, ['@'] = SIP_AT,
	['!' ... '"'] = SIP_WORD, ['%'] = SIP_WORD, ['\'' ... '+'] = SIP_WORD, ['-'] = SIP_HYPHEN,
	['.' ... '9'] = SIP_WORD, [':'] = SIP_COLON, ['<'] = SIP_WORD, ['>' ... '?'] = SIP_WORD,
	['A'] = SIP_A, ['B'] = SIP_ALPHA, ['C'] = SIP_C, ['D'] = SIP_D, ['E' ... 'H'] = SIP_ALPHA,
	['I'] = SIP_I, ['J' ... 'K'] = SIP_ALPHA, ['L'] = SIP_L, ['M' ... 'Z'] = SIP_ALPHA,
	['[' ... ']'] = SIP_WORD, ['_' ... '`'] = SIP_WORD,
	['a'] = SIP_A, ['b'] = SIP_ALPHA, ['c'] = SIP_C, ['d'] = SIP_D, ['e' ... 'h'] = SIP_ALPHA,
	['i'] = SIP_I, ['j' ... 'k'] = SIP_ALPHA, ['l'] = SIP_L, ['m' ... 'z'] = SIP_ALPHA,
	['{'] = SIP_WORD, ['}' ... '~'] = SIP_WORD,
	[0xc0 ... 0xd6] = SIP_ALPHA, [0xd8 ... 0xf6] = SIP_ALPHA, [0xf8 ... 0xff] = SIP_ALPHA,
};
/* clang-format on */

enum sip_state {
	SIP_IN_LINE = 0, /* waits for the line's end; the first line is no header */
	SIP_AFTER_CR,
	SIP_LINE_START,
	SIP_CALL_ID_1, /* "c" has been read, */
	SIP_CALL_ID_2, /* "ca", */
	SIP_CALL_ID_3,
	SIP_CALL_ID_4,
	SIP_CALL_ID_5, /* "call-", */
	SIP_CALL_ID_6,
	SIP_COMPACT, /* "i", the short form, unless a letter follows */
	SIP_NAMED, /* the colon is to come, */
	SIP_NAMED_CR, /* perhaps in a line that continues this one */
	SIP_NAMED_LF,
	SIP_NAMED_CONTINUED,
	SIP_BEFORE_VALUE,
	SIP_BEFORE_VALUE_CR,
	SIP_BEFORE_VALUE_LF,
	SIP_BEFORE_VALUE_CONTINUED,
	SIP_VALUE, /* from here on bytes belong to the Call-ID */
	SIP_VALUE_AT,
	SIP_VALUE_HOST,
	SIP_FOUND, /* the last two are final */
	SIP_NONE,
	SIP_STATES = 32,
};

#define SIP_ANY_LETTER(next) \
	[SIP_ALPHA] = (next), [SIP_A] = (next), [SIP_C] = (next), [SIP_D] = (next), [SIP_I] = (next), [SIP_L] = (next)
#define SIP_ANY_WORD(next) [SIP_WORD] = (next), [SIP_COLON] = (next), [SIP_HYPHEN] = (next), SIP_ANY_LETTER(next)
#define SIP_LINE_ENDS [SIP_CR] = SIP_AFTER_CR, [SIP_LF] = SIP_LINE_START
/* Rows list what does not lead to SIP_IN_LINE; where nearly all leads to SIP_NONE, this comes first. */
#define SIP_ALL_NONE [0 ... SIP_CLASSES - 1] = SIP_NONE

#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Winitializer-overrides"
static const __u8 sip_next_state[SIP_STATES][SIP_CLASSES] = {
	[SIP_IN_LINE] = {SIP_LINE_ENDS},
	/* An empty line that ends in a lone LF, or CR, hides the line after it from the kernel, too. */
	[SIP_AFTER_CR] = {[SIP_LF] = SIP_LINE_START, [SIP_C] = SIP_CALL_ID_1, [SIP_I] = SIP_COMPACT},
	[SIP_LINE_START] = {[SIP_C] = SIP_CALL_ID_1, [SIP_I] = SIP_COMPACT},
	[SIP_CALL_ID_1] = {SIP_LINE_ENDS, [SIP_A] = SIP_CALL_ID_2},
	[SIP_CALL_ID_2] = {SIP_LINE_ENDS, [SIP_L] = SIP_CALL_ID_3},
	[SIP_CALL_ID_3] = {SIP_LINE_ENDS, [SIP_L] = SIP_CALL_ID_4},
	[SIP_CALL_ID_4] = {SIP_LINE_ENDS, [SIP_HYPHEN] = SIP_CALL_ID_5},
	[SIP_CALL_ID_5] = {SIP_LINE_ENDS, [SIP_I] = SIP_CALL_ID_6},
	[SIP_CALL_ID_6] = {SIP_LINE_ENDS, [SIP_D] = SIP_NAMED},
	[SIP_COMPACT] = {SIP_ALL_NONE, SIP_ANY_LETTER(SIP_IN_LINE), [SIP_SPACE] = SIP_NAMED, [SIP_CR] = SIP_NAMED_CR,
			 [SIP_LF] = SIP_NAMED_LF, [SIP_COLON] = SIP_BEFORE_VALUE},
	[SIP_NAMED] = {SIP_ALL_NONE, [SIP_SPACE] = SIP_NAMED, [SIP_CR] = SIP_NAMED_CR, [SIP_LF] = SIP_NAMED_LF,
		       [SIP_COLON] = SIP_BEFORE_VALUE},
	[SIP_NAMED_CR] = {SIP_ALL_NONE, [SIP_LF] = SIP_NAMED_LF, [SIP_SPACE] = SIP_NAMED_CONTINUED},
	[SIP_NAMED_LF] = {SIP_ALL_NONE, [SIP_SPACE] = SIP_NAMED_CONTINUED},
	[SIP_NAMED_CONTINUED] = {SIP_ALL_NONE, [SIP_SPACE] = SIP_NAMED_CONTINUED, [SIP_COLON] = SIP_BEFORE_VALUE},
	[SIP_BEFORE_VALUE] = {[SIP_SPACE] = SIP_BEFORE_VALUE,
			      [SIP_CR] = SIP_BEFORE_VALUE_CR,
			      [SIP_LF] = SIP_BEFORE_VALUE_LF,
			      SIP_ANY_WORD(SIP_VALUE)},
	[SIP_BEFORE_VALUE_CR] =
		{SIP_ALL_NONE, [SIP_LF] = SIP_BEFORE_VALUE_LF, [SIP_SPACE] = SIP_BEFORE_VALUE_CONTINUED},
	[SIP_BEFORE_VALUE_LF] = {SIP_ALL_NONE, [SIP_SPACE] = SIP_BEFORE_VALUE_CONTINUED},
	[SIP_BEFORE_VALUE_CONTINUED] = {SIP_LINE_ENDS, [SIP_SPACE] = SIP_BEFORE_VALUE_CONTINUED,
					SIP_ANY_WORD(SIP_VALUE)},
	[SIP_VALUE] = {SIP_ALL_NONE, [SIP_CR] = SIP_FOUND, [SIP_LF] = SIP_FOUND, [SIP_AT] = SIP_VALUE_AT,
		       SIP_ANY_WORD(SIP_VALUE)},
	/* Without a host it is none; another header may follow. */
	[SIP_VALUE_AT] = {SIP_LINE_ENDS, SIP_ANY_WORD(SIP_VALUE_HOST)},
	[SIP_VALUE_HOST] = {SIP_ALL_NONE, [SIP_CR] = SIP_FOUND, [SIP_LF] = SIP_FOUND, SIP_ANY_WORD(SIP_VALUE_HOST)},
};
#pragma clang diagnostic pop

#undef SIP_ANY_LETTER
#undef SIP_ANY_WORD
#undef SIP_LINE_ENDS
#undef SIP_ALL_NONE

/* A message is read in pieces of this size, for the verifier follows each byte of one, and at most that many of them. */
#define SIP_BLOCK_BYTES 64
#define SIP_BLOCKS 144

/* The call of the packet at work. */
struct lvs_sip {
	struct lvs_call call;
	__u32 state; /* enum sip_state */
	__u8 block[SIP_BLOCK_BYTES];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct lvs_sip);
} lvs_sip SEC(".maps");

static __always_inline struct lvs_sip *sip_get(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&lvs_sip, &zero);
}

static __always_inline void sip_read_byte(struct lvs_sip *sip, __u8 byte)
{
	__u32 state = sip->state & (SIP_STATES - 1);
	__u32 next = sip_next_state[state][sip_class_of[byte] & (SIP_CLASSES - 1)];
	__u32 length = sip->call.length;

	if (next == SIP_VALUE || next == SIP_VALUE_AT || next == SIP_VALUE_HOST) {
		if (length < LVS_CALL_ID_BYTES)
			sip->call.id[length & 0xff] = byte;
		else
			next = SIP_NONE;
		sip->call.length = length + 1;
	} else if (state == SIP_VALUE_AT) {
		__builtin_memset(sip->call.id, 0, sizeof(sip->call.id));
		sip->call.length = 0;
	}
	sip->state = next;
}

/* Reads 1 to SIP_BLOCK_BYTES more bytes of the message, from `offset` of the frame on. Returns its state, or a negative error. */
__noinline int sip_read_block(struct __sk_buff *skb, __u32 offset, __u32 bytes)
{
	struct lvs_sip *sip = sip_get();

	if (!sip)
		return -1;
	/* As it is, and a bound that the verifier of Linux 6.1 sees. */
	bytes = ((bytes - 1) & (SIP_BLOCK_BYTES - 1)) + 1;
	if (bpf_skb_load_bytes(skb, offset, sip->block, bytes))
		return -1;
	/* So that clang leaves both bounds of the loop, of which Linux 6.1 understands the constant one. */
	asm volatile("" : "+r"(bytes));
	for (__u32 i = 0; i < SIP_BLOCK_BYTES; i++) {
		if (i >= bytes || sip->state >= SIP_FOUND)
			break;
		sip_read_byte(sip, sip->block[i]);
	}
	return sip->state;
}

#endif
