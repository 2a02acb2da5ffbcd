/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/*
 * From a packet without a connection to its service.
 */
#ifndef LVS_LOOKUP_H
#define LVS_LOOKUP_H

#include "address.h"
#include "maps.h"
#include "parse.h"

/* From <linux/in.h> and ip_vs_service_find() (ip_vs_ctl.c, v6.1). */
#define FTP_PORT 21
#define FTP_DATA_PORT 20
#define FIRST_USER_PORT 1024

static __always_inline struct lvs_service *service_at_mark(__u32 mark, __u8 family)
{
	struct lvs_service_key key = {.addr = {bpf_htonl(mark)}, .family = family};

	return bpf_map_lookup_elem(&lvs_services, &key);
}

static __always_inline struct lvs_service *service_at_port(const struct packet *packet, __be16 port)
{
	struct lvs_service_key key = {
		.port = port,
		.protocol = packet->tuple.protocol,
		.family = packet->tuple.family,
	};

	address_copy(key.addr, packet->tuple.dst);
	return bpf_map_lookup_elem(&lvs_services, &key);
}

/*
 * The service of a packet without a connection: that of its firewall mark, of its address and port, of FTP where the
 * port may be one of its data connections, and of the address with any port; in this order.
 */
static __always_inline struct lvs_service *service_find(const struct packet *packet, __u32 mark, __u32 features)
{
	struct lvs_service *service;

	if (features & LVS_HAS_MARKS && mark) {
		service = service_at_mark(mark, packet->tuple.family);
		if (service)
			return service;
	}
	service = service_at_port(packet, packet->tuple.dport);
	if (service)
		return service;
	if (features & LVS_HAS_FTP && packet->tuple.protocol == IPPROTO_TCP) {
		__u16 port = bpf_ntohs(packet->tuple.dport);

		if (port == FTP_DATA_PORT || port >= FIRST_USER_PORT)
			service = service_at_port(packet, bpf_htons(FTP_PORT));
	}
	if (!service && features & LVS_HAS_ANY_PORT)
		service = service_at_port(packet, 0);
	return service;
}

/* Whether a packet is for the service's own port, which is what its servers' ports stand for. */
static __always_inline bool service_is_at_port(const struct lvs_service *service, const struct packet *packet)
{
	if (service->flags & (LVS_SERVICE_MARK | LVS_SERVICE_ANY_PORT))
		return false;
	return !(service->flags & LVS_SERVICE_FTP) || packet->tuple.dport == bpf_htons(FTP_PORT);
}

/*
 * What an FTP server opens to its client is no request (ip_vs_schedule, v6.1): under VS-NAT it is expected, and
 * otherwise it does not come by but for the server that is the director itself.
 */
static __always_inline bool service_never_takes(const struct packet *packet)
{
	return packet->tuple.sport == bpf_htons(FTP_DATA_PORT);
}

#endif
