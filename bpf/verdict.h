/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What the entry points return to the device, where programs and filters of others may stand behind them. */
#ifndef LVSKIT_VERDICT_H
#define LVSKIT_VERDICT_H

#include "expiry.h"

/* As tc and tcx both understand it: to tcx a packet that is kept, and so at its end for the device, is dropped. */
static __always_inline int device_verdict(int verdict)
{
	return verdict == TC_ACT_STOLEN ? TC_ACT_SHOT : verdict;
}

/*
 * What the stack is to have goes on to whoever comes next: others, or, while this director takes its place, an older one.
 * That one must not see what this one has dealt with.
 */
static __always_inline int hand_on(int verdict)
{
	struct lvs_config *config;

	if (verdict != TC_ACT_OK)
		return device_verdict(verdict);
	config = config_get();
	return config && config->features & LVS_TAKES_OVER ? TC_ACT_OK : TC_ACT_UNSPEC;
}

#endif
