/* Where an address of http or https leads, as the client that is sent there reads it. */
#ifndef PB_NET_ORIGIN_H
#define PB_NET_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>

#include "probant/status.h"

/* RFC 6454 4 */
struct pb_origin {
	bool https;
	uint16_t port;  /* whether or not the address says it */
	char host[256]; /* RFC 1035 2.3.4: a name has 255 octets at most */
};

/* PB_EINVAL: it is no address of http or https. */
enum pb_status pb_origin_of(
    const char *url, struct pb_origin *ret_origin, struct pb_error *err) PB_MUST_CHECK;
bool pb_origin_same(const struct pb_origin *a, const struct pb_origin *b);
/*
 * Whether a redirect may be followed: on the same host, and never from https to http.  foreign
 * (core/world.h): at the same port, too, or at the one that is https's.
 */
bool pb_origin_may_lead(const struct pb_origin *from, const struct pb_origin *to, bool foreign);

#endif
