/* Addresses that mean who asks himself, or who shares his line. */
#ifndef PB_NET_NEAR_H
#define PB_NET_NEAR_H

/*
 * An IP address in text: 1, if it is loopback, unspecified or link-local (RFC 1122 3.2.1.3, RFC
 * 3927, RFC 4291 2.4) or one that this machine has, where its own services answer, and those of
 * who runs it; 0; or, where that can't be said, the negative errno.  What is no address is near.
 */
int pb_net_is_near(const char *address);

#endif
