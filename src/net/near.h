/* Addresses that mean who asks himself, or who shares his line. */
#ifndef PB_NET_NEAR_H
#define PB_NET_NEAR_H

#include <stdbool.h>

/*
 * An IP address in text: loopback, unspecified, link-local (RFC 1122 3.2.1.3, RFC 3927, RFC 4291
 * 2.4), where a machine's own services answer, and those of who runs it.  What is none is near.
 */
bool pb_net_is_near(const char *address);

#endif
