/* The next hop of a proxy, as one session speaks with it. */
#ifndef PB_DOORS_PROXY_HOP_H
#define PB_DOORS_PROXY_HOP_H

#include "doors/proxy_reply.h"
#include "policy/capture.h"

struct pb_proxy_hop {
	const struct pb_policy_address *address;
	const struct pb_clock *clock;
	struct pb_stream *stream;    /* NULL: not connected */
	struct pb_proxy_reply reply; /* its last */
	struct pb_buf hello; /* the EHLO or HELO that it took from the client, line end and all */
};

/*
 * Connected, greeted, and what it was told by EHLO told again.  PB_EUNAVAIL, PB_EEND, PB_EDATA...:
 * it is not there, or takes no mail now; then it is hung up.  reply: what it said last, to the
 * greeting if it was greeted for the first time; code 0: nothing.
 */
enum pb_status pb_proxy_hop_call(struct pb_proxy_hop *hop, struct pb_error *err) PB_MUST_CHECK;

/* Octets for it, which wait until pb_proxy_hop_answer.  Any failure: it is hung up. */
enum pb_status pb_proxy_hop_write(
    struct pb_proxy_hop *hop, const void *data, size_t len, struct pb_error *err) PB_MUST_CHECK;
/* What it answers to them, as its reply; likewise. */
enum pb_status pb_proxy_hop_answer(struct pb_proxy_hop *hop, struct pb_error *err) PB_MUST_CHECK;

/*
 * Close the connection.  Within DATA there is no other way to have a message not delivered
 * (RFC 5321 4.1.1.4: what has not ended is not accepted).
 */
void pb_proxy_hop_hang_up(struct pb_proxy_hop *hop);
void pb_proxy_hop_done(struct pb_proxy_hop *hop);

#endif
