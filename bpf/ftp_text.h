/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * FTP's lines as text (RFC 959, RFC 2428): the addresses and ports that they tell, and a reply to PASV with another
 * address in as many bytes. Only a line that begins its packet is read, as ip_vs_ftp.c (v6.1) does.
 */
#ifndef LVS_FTP_TEXT_H
#define LVS_FTP_TEXT_H

#include "maps.h"
#include <bpf/bpf_endian.h>
#include <stdbool.h>

#define FTP_WORD(a, b, c, d) ((a) | (b) << 8 | (c) << 16 | (__u32)(d) << 24)
#define FTP_PORT_COMMAND FTP_WORD('P', 'O', 'R', 'T')
#define FTP_EPRT_COMMAND FTP_WORD('E', 'P', 'R', 'T')
#define FTP_PASV_REPLY FTP_WORD('2', '2', '7', ' ')
#define FTP_EPSV_REPLY FTP_WORD('2', '2', '9', ' ')
#define FTP_WORD_BYTES 4

static __always_inline struct lvs_ftp_line *ftp_line(void)
{
	__u32 zero = 0;

	return bpf_map_lookup_elem(&lvs_ftp_line, &zero);
}

/* The line's first four bytes, letters as capitals. */
static __always_inline __u32 ftp_word(const struct lvs_ftp_line *line)
{
	__u32 word = *(const __u32 *)line->text;

	return (word & 0xff) >= 'A' ? word & 0xdfdfdfdf : word;
}

static __always_inline bool ftp_is_digit(__u8 c)
{
	return c >= '0' && c <= '9';
}

/* h1,h2,h3,h4,p1,p2 of PORT and of the reply to PASV, a byte a step. */
static long ftp_numbers_step(__u32 i, void *unused)
{
	struct lvs_ftp_line *line = ftp_line();
	__u32 at = i + FTP_WORD_BYTES;
	__u8 c;

	if (!line || at >= line->length || at >= LVS_FTP_LINE_BYTES)
		return 1;
	c = line->text[at];
	if (ftp_is_digit(c)) {
		if (!line->start)
			line->start = at;
		line->value = line->value * 10 + c - '0';
		line->digits++;
		return line->value > 0xff;
	}
	if (!line->start)
		return 0;
	if (!line->digits)
		return 1;
	line->numbers = line->numbers << 8 | line->value;
	line->count++;
	line->value = 0;
	line->digits = 0;
	if (line->count == 4)
		line->address_end = at;
	line->found = line->count == 6;
	return line->found || c != ',';
}

/* Whether the line has six numbers: then `numbers` are the address and the port. */
static __always_inline bool ftp_read_numbers(struct lvs_ftp_line *line)
{
	bpf_loop(LVS_FTP_LINE_BYTES - FTP_WORD_BYTES, ftp_numbers_step, NULL, 0);
	return line->found;
}

/* |family|address|port| of EPRT, and of the reply to EPSV, which leaves the first two empty. */
static long ftp_fields_step(__u32 i, void *unused)
{
	struct lvs_ftp_line *line = ftp_line();
	__u32 at = i + FTP_WORD_BYTES;
	__u8 c;

	if (!line || at >= line->length || at >= LVS_FTP_LINE_BYTES)
		return 1;
	c = line->text[at];
	if (!line->delimiter) {
		if (c == line->before)
			line->start = at;
		else if (line->start)
			line->delimiter = c;
		/* RFC 2428: a printable character. */
		return line->delimiter && (c < 33 || c > 126);
	}
	if (c == line->delimiter) {
		line->count++;
		line->found = line->count == 3 && line->value;
		return line->count == 3;
	}
	if (line->count == 0) {
		line->family = c;
	} else if (line->count == 2) {
		if (!ftp_is_digit(c))
			return 1;
		line->value = line->value * 10 + c - '0';
		return line->value > 0xffff;
	}
	return 0;
}

/* Whether the line has three fields behind `before`: then `value` is the port. */
static __always_inline bool ftp_read_fields(struct lvs_ftp_line *line, __u8 before)
{
	line->before = before;
	bpf_loop(LVS_FTP_LINE_BYTES - FTP_WORD_BYTES, ftp_fields_step, NULL, 0);
	return line->found;
}

#define FTP_LONG_WORDS "Entering Passive Mode "
#define FTP_SHORT_WORDS "Passive Mode "

static const char ftp_words_text[3][32] = {FTP_LONG_WORDS, FTP_SHORT_WORDS, ""};

/* What goes between the code and the address, a byte a step: words as far as there is room, blanks, the bracket. */
static long ftp_words_step(__u32 i, void *unused)
{
	struct lvs_ftp_line *line = ftp_line();
	__u32 at = i + FTP_WORD_BYTES;
	char c = 0;

	if (!line || at >= LVS_FTP_LINE_BYTES || line->words > 2)
		return 1;
	if (i < 32)
		c = ftp_words_text[line->words][i];
	if (i + 1 == line->room)
		c = '(';
	line->becomes[at] = c ? c : ' ';
	return 0;
}

/* Digits of a byte. */
static __always_inline __u32 ftp_digits(__u8 byte)
{
	return byte > 99 ? 3 : byte > 9 ? 2 : 1;
}

/* Written out, because clang would leave out a bound that it can prove and the verifier can't. */
static __always_inline void ftp_put(struct lvs_ftp_line *line, __u64 at, __u8 c)
{
	asm volatile("%[at] &= %[mask]" : [at] "+r"(at) : [mask] "i"(LVS_FTP_LINE_BYTES - 1));
	line->becomes[at] = c;
}

/* Writes a number and, but after the last, a comma at `at`. Returns where the next goes. */
static __always_inline __u32 ftp_put_number(struct lvs_ftp_line *line, __u32 at, __u8 number, bool is_last)
{
	__u32 digits = ftp_digits(number);

	if (digits == 3)
		ftp_put(line, at++, '0' + number / 100);
	if (digits >= 2)
		ftp_put(line, at++, '0' + number / 10 % 10);
	ftp_put(line, at++, '0' + number % 10);
	if (!is_last)
		ftp_put(line, at++, ',');
	return at;
}

/*
 * Makes line->becomes of line->text: the reply to PASV with another address, and as long. What is not needed for the
 * address becomes blanks; where it needs more, the words give way: clients look for the digits (RFC 1123, 4.1.2.6).
 * Returns false when there are too few words.
 */
static __always_inline bool ftp_rewrite(struct lvs_ftp_line *line, __be32 address)
{
	const __u8 *byte = (const __u8 *)&address;
	__u32 bytes = 3, at;

	for (int i = 0; i < 4; i++)
		bytes += ftp_digits(byte[i]);
	if (line->address_end < FTP_WORD_BYTES + 1 + bytes)
		return false;
	line->room = line->address_end - FTP_WORD_BYTES - bytes;
	__builtin_memcpy(line->becomes, line->text, sizeof(line->becomes));
	if (line->start != FTP_WORD_BYTES + line->room) {
		/* The terminating zero stands for the bracket. */
		line->words = line->room >= sizeof(FTP_LONG_WORDS) ? 0 : line->room >= sizeof(FTP_SHORT_WORDS) ? 1 : 2;
		bpf_loop(line->room, ftp_words_step, NULL, 0);
	}
	at = FTP_WORD_BYTES + line->room;
	/* As a loop it would begin right behind a call of a function, which Linux 6.1 takes for a loop without end. */
#pragma clang loop unroll(full)
	for (int i = 0; i < 4; i++)
		at = ftp_put_number(line, at, byte[i], i == 3);
	return true;
}

#endif
